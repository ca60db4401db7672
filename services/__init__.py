"""The experts, and the chassis that they share."""
