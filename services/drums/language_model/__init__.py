"""What a language model is asked for grooves, and how its answers become bars."""
