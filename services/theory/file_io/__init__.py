"""Files in and out: Standard MIDI Files and MusicXML."""
