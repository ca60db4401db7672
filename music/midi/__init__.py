"""Bars to Standard MIDI Files and back.

A bar's grid says more than MIDI events do: a staccato note is written longer than it sounds, and a late note belongs to
an earlier step. Where the events alone would be read otherwise, the writer puts the grid's version beside them in a
sequencer-specific event, which other programs skip; so bars come back as they were.

mido is not used here: its variable-length numbers have no end, so that a megabyte of 0xFF keeps it busy for minutes,
and it makes an object of every event before anything can be counted. Tests read and write with it.
"""

from music.grid import MAX_BARS, MAX_NOTES
from music.midi.events import MAX_BYTES, MAX_EVENTS, UnreadableMidi
from music.midi.reader import read_midi
from music.midi.writer import program_of, write_midi, write_tracks, writes_key

__all__ = [
    "MAX_BARS",
    "MAX_BYTES",
    "MAX_EVENTS",
    "MAX_NOTES",
    "UnreadableMidi",
    "program_of",
    "read_midi",
    "write_midi",
    "write_tracks",
    "writes_key",
]
