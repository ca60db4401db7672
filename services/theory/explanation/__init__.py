"""Explains an intent and suggests what to try next, in French and English."""
