"""What readers of music files share: the piece they give, what they tell of it, and sounds put into bars."""
