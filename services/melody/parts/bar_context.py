"""Everything that composing one bar may look at."""

import random
from dataclasses import dataclass

from boumbapp.music.v1.music_pb2 import Note

from services.melody.next_note_models.protocol import Guide
from services.melody.parts.idiom import Idiom
from services.melody.plan.bar_constraints import Frame
from services.melody.plan.form import BarForm
from services.melody.plan.motif import Motif


@dataclass(frozen=True, slots=True)
class Passage:
    """One bar to compose.

    Attributes:
        index: Index of the bar, from 0.
        frame: Its room.
        form: Its place in the piece.
        guide: What suggests how its line goes on; only lead lines and basses ask it.
        draw: Its random numbers.
        recalled: The line of the bar that it recalls; None where there is none, or where that bar was empty.
        before: Notes of the bar before, by onset; empty for the first bar.
        heard: Pitches of the last notes before the bar, as many as a melody remembers.
        idiom: How its style is played.
        tempo_bpm: Quarter notes per minute; 0 where the intent does not say.
    """

    index: int
    frame: Frame
    form: BarForm
    guide: Guide
    draw: random.Random
    recalled: Motif | None
    before: tuple[Note, ...]
    heard: tuple[int, ...]
    idiom: Idiom
    tempo_bpm: float


def fill(frame: Frame, onsets: tuple[int, ...], pitches: tuple[int, ...]) -> list[Note]:
    """Notes of a line, each lasting until the next one or the bar line."""
    ends = (*onsets[1:], frame.steps)
    return [
        Note(pitch=pitch, start_step=onset, duration_steps=end - onset)
        for onset, end, pitch in zip(onsets, ends, pitches, strict=True)
    ]
