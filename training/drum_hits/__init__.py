"""The drums specialist and the feel of drummers: takes, networks, training, evaluation."""
