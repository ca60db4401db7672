"""What each edit does to the notes of a part."""
