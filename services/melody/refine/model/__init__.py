"""The part that edits change, and the edits."""
