"""The part that notes play, where nothing says it."""

from collections.abc import Sequence
from statistics import mean

from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_CHORDS, ROLE_MELODY, Bar, Role

_HIGHEST_BASS = 50  # mean MIDI key number
_CHORDAL = 1.6  # notes that begin together, on average


def likely_role(bars: Sequence[Bar]) -> Role.ValueType:
    """The role of a part by its notes: chords where several begin together, a bass where they are low."""
    notes = [note for bar in bars for note in bar.notes]
    begun = len({(bar.index, note.start_step) for bar in bars for note in bar.notes})
    if not notes:
        return ROLE_MELODY
    if len(notes) / begun >= _CHORDAL:
        return ROLE_CHORDS
    return ROLE_BASS if mean(note.pitch for note in notes) < _HIGHEST_BASS else ROLE_MELODY
