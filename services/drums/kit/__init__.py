"""The kit: pieces, tab notation, strokes and swing."""
