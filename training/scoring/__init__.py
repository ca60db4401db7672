"""What every evaluated model implements, and the passages that it is given."""
