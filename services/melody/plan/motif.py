"""Motifs: what a bar keeps of the bar that it recalls."""

from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import Bar

from services.melody.plan.bar_constraints import BarConstraints


@dataclass(frozen=True, slots=True)
class Motif:
    """A line relative to its harmony.

    Attributes:
        onsets: Steps, ascending; ties from the bar before are no onsets.
        steps: Diatonic distance of each onset's highest note from the root of its chord.
        rises: Diatonic distance of each of these notes from the first one over the same chord.
        positions: Diatonic position of each of these notes.
    """

    onsets: tuple[int, ...]
    steps: tuple[int, ...]
    rises: tuple[int, ...]
    positions: tuple[int, ...]


def motif_of(bar: Bar, constraints: BarConstraints) -> Motif:
    """Extract the motif of a composed bar.

    Args:
        bar: The bar; notes that begin after the last step are left out.
        constraints: Those that it was composed under.
    """
    top: dict[int, int] = {}
    for note in bar.notes:
        if note.start_step < constraints.steps and not note.tied:
            top[note.start_step] = max(note.pitch, top.get(note.start_step, 0))
    onsets = tuple(sorted(top))
    positions = tuple(constraints.scale.position(top[step]) for step in onsets)
    steps: list[int] = []
    rises: list[int] = []
    firsts: dict[int, int] = {}  # by start of the chord
    for step, position in zip(onsets, positions, strict=True):
        span = constraints.span_at(step)
        steps.append(position - constraints.scale.position(span.root))
        rises.append(position - firsts.setdefault(span.start, position))
    return Motif(onsets, tuple(steps), tuple(rises), positions)
