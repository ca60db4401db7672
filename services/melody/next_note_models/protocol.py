"""What suggests how a line goes on: a model of lines, asked and told a step at a time while a bar is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from boumbapp.music.v1.music_pb2 import Bar, Note

from services.composition.brief import CompositionBrief
from services.melody.plan.bar_constraints import Frame
from services.melody.plan.form import BarForm


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bar stands.

    Attributes:
        index: Index of the bar, from 0.
        frame: Its room.
        form: Its part in the piece.
        played: All bars before it.
        before: Notes of the bar before, by onset; empty for the first bar.
        tempo_bpm: Quarter notes per minute; 0 where the intent does not say.
    """

    index: int
    frame: Frame
    form: BarForm
    played: Sequence[Bar]
    before: tuple[Note, ...]
    tempo_bpm: float


class Guide(Protocol):
    """Guides the writing of one bar, from its first step to its last; every step is played or passes silently."""

    def usual(self, step: int, since: int) -> float:
        """How many times likelier than its style says an onset is, as far as can be told before the bar begins.

        Args:
            step: Step of the bar.
            since: Steps since the last onset.
        """

    def onset(self, step: int, since: int) -> float:
        """The same, now that the step has come."""

    def rests(self, step: int) -> float:
        """Chance that the note that sounds ends on a step that has no onset, 0-1; 0 where none sounds."""

    def pitches(self, step: int) -> list[float]:
        """Weight of every pitch of the frame, should the step have an onset; none is negative."""

    def play(self, step: int, pitch: int) -> None:
        """Let an onset of a MIDI key number be heard."""

    def rest(self, step: int) -> None:
        """Let the note that sounds end."""


# Opens the guides of a piece, one for each bar.
Guides = Callable[[CompositionBrief], Callable[[Place], Guide]]
