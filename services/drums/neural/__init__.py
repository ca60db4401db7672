"""The drums specialist: a small neural model trained on drummers."""
