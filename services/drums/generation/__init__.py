"""Generation: which strokes a bar has, from the style, the seed and the bass."""
