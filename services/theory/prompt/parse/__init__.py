"""Parses prompts: tokens, phrases of the vocabulary, numbers, keys, chords and times, denied ones left out."""
