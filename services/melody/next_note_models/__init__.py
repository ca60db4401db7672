"""Models that predict the next note of a line."""
