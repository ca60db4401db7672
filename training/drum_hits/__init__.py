"""The drums specialist and the feel of drummers: sequences, networks, training, evaluation."""
