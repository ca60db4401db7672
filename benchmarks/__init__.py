"""What is promised about speed and quality, measured beside peers in the same run."""
