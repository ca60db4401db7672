"""What containers do once: make the keys, sign a token, get the models."""
