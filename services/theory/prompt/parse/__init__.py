"""Parses prompts: tokens, phrases of the vocabulary, numbers, keys, chords and times, negated ones left out."""
