"""Edits of a pitched part by words: what is not named stays as it is, note for note."""
