"""A next-note model: predicts onsets, rests and pitches of a line, a step at a time, while a bar is written."""

from collections.abc import Callable
from typing import Protocol

from services.composition.brief import CompositionBrief
from services.melody.plan.bar_context import BarContext


class NextNoteModel(Protocol):
    """Predicts one bar of a line, conditioned on the bars before it and on what is written so far.

    Steps are asked for in order, and each step is either given a note or passes without one.
    """

    def onset_odds_before_bar(self, step: int, since: int) -> float:
        """Odds ratio of an onset against what the style says, as far as it is known before the bar begins.

        Args:
            step: Step of the bar, from 0.
            since: Steps since the last onset, at least 1.
        """

    def onset_odds(self, step: int, since: int) -> float:
        """The same odds ratio, conditioned on everything before the step.

        Args:
            step: Step of the bar, from 0.
            since: Steps since the last onset, at least 1.
        """

    def rest_probability(self, step: int) -> float:
        """Probability that the sounding note ends on a step without an onset, 0-1; 0 where none sounds."""

    def pitch_weights(self, step: int) -> list[float]:
        """Weight of every pitch of `BarConstraints.pitches`, given an onset on the step; none is negative."""

    def add_note(self, step: int, pitch: int) -> None:
        """Condition on a note.

        Args:
            step: Step of its onset.
            pitch: MIDI key number, 0-127.
        """

    def end_note(self, step: int) -> None:
        """Condition on the end of the note that sounds."""


# Opens a next-note model for each bar of a piece.
NextNoteModels = Callable[[CompositionBrief], Callable[[BarContext], NextNoteModel]]
