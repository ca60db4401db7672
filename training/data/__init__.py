"""Data sets and folders of music as lines on the grid, without duplicates, split by song."""
