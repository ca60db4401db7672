"""How people and programs reach the experts."""
