"""Patterns in triplets are exact whatever swings; a drummer keeps the beat; what is repeated is recognised."""
