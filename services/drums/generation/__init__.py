"""Generation: which strokes a bar has, from the style, the seed, the given bars and a line to lock to."""
