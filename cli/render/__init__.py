"""What the terminal shows: piano roll, step grid, progress."""
