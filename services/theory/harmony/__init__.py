"""Harmony: chord symbols, progressions, spelling, and the constraints of each bar."""
