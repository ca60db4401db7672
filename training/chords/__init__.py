"""Training of the harmony: what songs do with their chords."""
