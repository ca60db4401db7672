"""MusicXML written through music21, in a process of its own because that is large and slow."""
