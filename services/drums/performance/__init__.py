"""Performance: velocity, timing and human deviation."""
