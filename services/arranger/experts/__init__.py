"""The experts that compose parts, as the arranger calls them."""
