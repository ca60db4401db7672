"""What edits are about: the groove, the edits themselves, locations and swing."""
