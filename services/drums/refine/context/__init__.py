"""What an edit works with: the groove being edited, priors on where hits belong, and candidates for new bars."""
