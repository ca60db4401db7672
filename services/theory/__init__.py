"""The theory expert: what is allowed, what was wrong, and why."""
