"""What plays beside a part, and what that asks of it."""
