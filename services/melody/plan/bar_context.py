"""Everything that composing one bar may look at."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import Bar, Note

from services.melody.plan.bar_constraints import BarConstraints
from services.melody.plan.beside import NOTHING, Beside
from services.melody.plan.form import BarForm
from services.melody.plan.motif import Motif
from services.melody.styles.style_idiom import StyleIdiom


@dataclass(frozen=True, slots=True)
class BarContext:
    """One bar to compose.

    Attributes:
        index: Index of the bar, from 0.
        constraints: What the constraints say about it.
        form: Its place in the piece.
        draw: Its random numbers.
        recalled: The line of the bar that it recalls; None where there is none, or where that bar was empty.
        earlier: All bars before it.
        previous: Notes of the bar before, by onset; empty for the first bar.
        recent: Pitches of the last notes before the bar, MIDI key numbers, at most `RECENT_NOTES`.
        idiom: How its style is played.
        tempo_bpm: Quarter notes per minute; 0 where the intent does not say.
        beside: What plays beside it.
        later: Given bars after it, on the straight grid, ordered by index.
    """

    index: int
    constraints: BarConstraints
    form: BarForm
    draw: random.Random
    recalled: Motif | None
    earlier: Sequence[Bar]
    previous: tuple[Note, ...]
    recent: tuple[int, ...]
    idiom: StyleIdiom
    tempo_bpm: float
    beside: Beside = NOTHING
    later: Sequence[Bar] = ()

    @property
    def next_notes(self) -> tuple[Note, ...]:
        """Notes of the bar after it by onset, where that bar is given; else none."""
        following = self.later[0] if self.later else None
        return notes_by_onset(following) if following is not None and following.index == self.index + 1 else ()


RECENT_NOTES = 8


def notes_by_onset(bar: Bar) -> tuple[Note, ...]:
    """Notes of a bar in order of onset, those that begin together from the lowest up."""
    return tuple(sorted(bar.notes, key=lambda note: (note.start_step, note.pitch)))


def recent_pitches(bars: Sequence[Bar]) -> tuple[int, ...]:
    """Pitches of the last notes of some bars, by onset; at most `RECENT_NOTES`."""
    pitches: list[int] = []
    for bar in reversed(bars):
        pitches[:0] = [note.pitch for note in notes_by_onset(bar)]
        if len(pitches) >= RECENT_NOTES:
            break
    return tuple(pitches[-RECENT_NOTES:])


def fill(constraints: BarConstraints, onsets: tuple[int, ...], pitches: tuple[int, ...]) -> list[Note]:
    """Notes of a line, each lasting until the next one or the bar line.

    Args:
        constraints: Of the bar.
        onsets: Steps, ascending.
        pitches: MIDI key numbers, one for each onset.

    Raises:
        ValueError: There are not as many pitches as onsets.
    """
    ends = (*onsets[1:], constraints.steps)
    return [
        Note(pitch=pitch, start_step=onset, duration_steps=end - onset)
        for onset, end, pitch in zip(onsets, ends, pitches, strict=True)
    ]
