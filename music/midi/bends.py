"""Glides as pitch bend.

A bend moves everything on its channel, so a glide is only written where its note sounds alone while it lasts; otherwise
the note is struck at its own pitch. The range of the bend is set at the beginning with RPN 0 (MIDI 1.0, Table 3a).
"""

from collections.abc import Iterator, Sequence

from music.midi import events as midi
from music.midi.events import Event
from music.playback import PlayedNote

_CENTRE, _FURTHEST = 8192, 8191
_TICKS_APART, _MOST_BENDS = 5, 64
_WIDEST = 96  # semitones; beyond, a glide begins nearer to its note
_RPN_COARSE, _RPN_FINE, _DATA_COARSE, _DATA_FINE, _NO_RPN = 101, 100, 6, 38, 127


def bends(notes: Sequence[PlayedNote], channel: int) -> list[Event]:
    """Pitch bends of a channel for the glides of notes, and the range that they need; nothing where none slides.

    Args:
        notes: In order of onset.
        channel: 0-15.
    """
    sliding = list(_alone(notes))
    intervals = [min(abs(note.glide.from_pitch - note.pitch), _WIDEST) for note in sliding if note.glide is not None]
    widest = max(intervals, default=0)
    if not widest:
        return []
    events = [
        (0, midi.CONTROL_CHANGE | channel, bytes(pair))
        for pair in (
            (_RPN_COARSE, 0), (_RPN_FINE, 0), (_DATA_COARSE, widest), (_DATA_FINE, 0),
            (_RPN_COARSE, _NO_RPN), (_RPN_FINE, _NO_RPN),
        )
    ]  # fmt: skip
    for note in sliding:
        events += _slide(note, widest, channel)
    return events


def _alone(notes: Sequence[PlayedNote]) -> Iterator[PlayedNote]:
    """Yield the notes that slide while nothing else sounds on the channel."""
    silent = 0  # from where on no note before sounds
    for note, following in zip(notes, [*notes[1:], None], strict=False):
        if note.glide is not None and note.onset >= silent:
            over = min(note.onset + note.glide.length_ticks, note.stop)
            if following is None or following.onset >= over:
                yield note
        silent = max(silent, note.stop)


def _slide(note: PlayedNote, widest: int, channel: int) -> list[Event]:
    """Bends from where a note's glide begins to its own pitch, the last at its centre."""
    assert note.glide is not None
    length = note.glide.length_ticks
    interval = min(max(note.glide.from_pitch - note.pitch, -widest), widest)
    events = []
    for tick in range(0, min(length, note.stop - note.onset), max(_TICKS_APART, length // _MOST_BENDS)):
        bent = interval * (length - tick) / length / widest
        value = min(round(_CENTRE + bent * _CENTRE), _CENTRE + _FURTHEST)
        events.append(_bend(note.onset + tick, value, channel))
    return [*events, _bend(min(note.onset + length, note.stop), _CENTRE, channel)]


def _bend(tick: int, value: int, channel: int) -> Event:
    return tick, midi.PITCH_BEND | channel, bytes((value & 0x7F, value >> 7))
