"""Places of chords that share a bar."""

from collections.abc import Sequence
from itertools import pairwise

from boumbapp.music.v2.music_pb2 import Chord, Meter

from music.meter import steps_per_bar, steps_per_beat


def in_their_places(chords: Sequence[Chord], meter: Meter) -> list[Chord]:
    """Copies of a bar's chords, each from a beat of its own on; those that find no beat are left out.

    Args:
        chords: In their order, one at least; a chord that has the whole bar has neither start nor length.
        meter: Of the bar.
    """
    steps, beat = steps_per_bar(meter), steps_per_beat(meter)
    beats = max(steps // beat, 1)
    starts = [index * beats // len(chords) * beat for index in range(len(chords))]
    placed: list[Chord] = []
    for index, (chord, start) in enumerate(zip(chords, starts, strict=True)):
        if index and start <= placed[-1].start_step:
            continue
        copy = Chord()
        copy.CopyFrom(chord)
        copy.start_step = start
        placed.append(copy)
    for chord, after in pairwise(placed):
        chord.duration_steps = after.start_step - chord.start_step
    return placed
