"""Performance: from strokes to hits with velocity and offset, and how drummers deviate."""
