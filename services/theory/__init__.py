"""Theory: what is allowed, what was wrong, and why."""
