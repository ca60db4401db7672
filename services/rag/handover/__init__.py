"""Music for an answer: scales, chords and the examples of pages as bars, understood and checked by theory."""
