"""Refining: edits of a groove by words, in French or English."""
