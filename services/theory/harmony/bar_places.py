"""Places of chords that share a bar."""

from collections.abc import Sequence
from itertools import pairwise

from boumbapp.music.v2.music_pb2 import Chord, Meter

from music.meter import steps_per_bar, steps_per_beat


def bars_of(chords: Sequence[Chord]) -> list[list[Chord]]:
    """Chords by bar: each begins one, but those with a start step share the bar of the chord before."""
    bars: list[list[Chord]] = []
    for chord in chords:
        if bars and chord.start_step:
            bars[-1].append(chord)
        else:
            bars.append([chord])
    return bars


def in_their_places(chords: Sequence[Chord], meter: Meter) -> list[Chord]:
    """Copies of a bar's chords with start and length; those that find no room are left out.

    Args:
        chords: In their order, one at least. Where none has a start step they share the bar, each from a beat on.
        meter: Of the bar.
    """
    steps, beat = steps_per_bar(meter), steps_per_beat(meter)
    beats = max(steps // beat, 1)
    said = any(chord.start_step for chord in chords)
    placed: list[Chord] = []
    for index, chord in enumerate(chords):
        start = chord.start_step if said else index * beats // len(chords) * beat
        if index and not placed[-1].start_step < start < steps:
            continue
        copy = Chord()
        copy.CopyFrom(chord)
        copy.start_step, copy.duration_steps = start if index else 0, 0
        placed.append(copy)
    for chord, after in pairwise(placed):
        chord.duration_steps = after.start_step - chord.start_step
    return placed
