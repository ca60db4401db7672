"""Parses an instruction, in French or English, into edits."""
