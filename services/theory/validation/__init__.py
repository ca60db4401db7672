"""Corrects bars to their constraints, with a reason for each correction."""
