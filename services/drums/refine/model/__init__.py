"""What refining works on: edits, locations, the groove and its swing."""
