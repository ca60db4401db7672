"""Data on how the players of each style treat it."""
