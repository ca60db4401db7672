"""What an edit may touch, and what the style would play there."""
