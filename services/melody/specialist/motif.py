"""Motifs: what a bar that was played can lend to a bar that recalls it."""

from dataclasses import dataclass

from boumbapp.music.v1.music_pb2 import Bar

from music.scale_degrees import DEGREES
from services.melody.specialist.frame import Frame


@dataclass(frozen=True, slots=True)
class Motif:
    """A line freed from its harmony.

    Attributes:
        onsets: Steps, ascending; ties from the bar before are no onsets.
        steps: Diatonic distance of each onset's highest note from the root of its chord.
        positions: Diatonic position of each of these notes.
        pitches: MIDI key numbers of these notes.
    """

    onsets: tuple[int, ...]
    steps: tuple[int, ...]
    positions: tuple[int, ...]
    pitches: tuple[int, ...]


def motif_of(bar: Bar, frame: Frame) -> Motif:
    """Motif of a bar that was played in a frame; whatever lies outside the frame's steps is left out."""
    top: dict[int, int] = {}
    for note in bar.notes:
        if note.start_step < frame.steps and not note.tied:
            top[note.start_step] = max(note.pitch, top.get(note.start_step, 0))
    onsets = tuple(sorted(top))
    positions = tuple(frame.scale.position(top[step]) for step in onsets)
    roots = (frame.scale.position(frame.span_at(step).root) for step in onsets)
    steps = tuple(position - root for position, root in zip(positions, roots, strict=True))
    return Motif(onsets, steps, positions, tuple(top[step] for step in onsets))


def transposed(steps: int, root: int, frame: Frame, near: int) -> int:
    """Diatonic position `steps` away from a root (pitch class), in the octave nearest to position `near`."""
    position = frame.scale.position(root) + steps
    octaves = (near - position + DEGREES // 2) // DEGREES
    return position + DEGREES * octaves
