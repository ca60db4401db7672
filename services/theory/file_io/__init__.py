"""Imports and exports Standard MIDI Files and MusicXML."""
