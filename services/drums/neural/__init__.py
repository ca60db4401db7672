"""The drums specialist: a hit model and a touch model trained on drummers, and what they decide in a groove."""
