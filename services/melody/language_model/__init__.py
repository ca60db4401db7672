"""What a language model is asked for pitched parts, and how its answers become bars."""
