"""The journal: remembers what was asked, made and liked."""
