"""Parts: bass, lead, chords, arpeggio and pad, one bar at a time."""
