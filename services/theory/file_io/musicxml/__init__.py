"""MusicXML in and out, through music21, in a process of its own because files come from outside."""
