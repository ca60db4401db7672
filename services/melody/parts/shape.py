"""The shape that a prompt asks of a line: note values, contour, single notes, intervals, dynamics.

It is given to the written notes of a bar, before they are performed, so that it holds exactly whatever the style does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from boumbapp.music.v2.intent_pb2 import (
    CONTOUR_ARCH,
    CONTOUR_ASCENDING,
    CONTOUR_DESCENDING,
    CONTOUR_LEVEL,
    CONTOUR_VALLEY,
    NOTE_VALUE_DOTTED_EIGHTH,
    NOTE_VALUE_DOTTED_HALF,
    NOTE_VALUE_DOTTED_QUARTER,
    NOTE_VALUE_EIGHTH,
    NOTE_VALUE_HALF,
    NOTE_VALUE_QUARTER,
    NOTE_VALUE_SIXTEENTH,
    NOTE_VALUE_WHOLE,
    Contour,
    NoteValue,
    Shape,
)
from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, ROLE_MELODY, Level, Note, Role

from music.meter import steps_per_beat
from music.pitch import PitchName
from services.melody.parts.triplets import TRIPLETS, applies_to, in_triplets
from services.melody.plan.bar_constraints import BarConstraints
from services.melody.plan.bar_context import BarContext

_OCTAVE = 12
# Length of each value in steps; for triplets see `triplets`, and shorter ones have no place on the grid.
STEPS: Mapping[NoteValue.ValueType, int] = {
    NOTE_VALUE_WHOLE: 16,
    NOTE_VALUE_DOTTED_HALF: 12,
    NOTE_VALUE_HALF: 8,
    NOTE_VALUE_DOTTED_QUARTER: 6,
    NOTE_VALUE_QUARTER: 4,
    NOTE_VALUE_DOTTED_EIGHTH: 3,
    NOTE_VALUE_EIGHTH: 2,
    NOTE_VALUE_SIXTEENTH: 1,
}
# Height of the line, 0-1, when a part of the way, 0-1, is over.
_HEIGHTS: Mapping[Contour.ValueType, Callable[[float], float]] = {
    CONTOUR_ASCENDING: lambda way: way,
    CONTOUR_DESCENDING: lambda way: 1 - way,
    CONTOUR_ARCH: lambda way: 1 - abs(1 - 2 * way),
    CONTOUR_VALLEY: lambda way: abs(1 - 2 * way),
    CONTOUR_LEVEL: lambda _: 0.5,
}
_LOUDNESS: Mapping[Level.ValueType, float] = {LEVEL_LOW: 0.5, LEVEL_MEDIUM: 0.85, LEVEL_HIGH: 1.2}
_LOUDEST = 127


@dataclass(frozen=True, slots=True)
class Shaping:
    """How the lines of a piece are shaped.

    Attributes:
        shape: What is asked for.
        role: The part.
        bars: Length of the piece.
    """

    shape: Shape
    role: Role.ValueType
    bars: int

    def write(self, notes: Sequence[Note], bar: BarContext) -> list[Note]:
        """The written notes of a bar in their shape.

        Args:
            notes: By onset; those that begin together make a chord.
            bar: The bar.
        """
        shape = self.shape
        if shape.spelled_notes:
            return self._spelled(bar)
        values = [STEPS[value] for value in shape.note_values if value in STEPS]
        units = [TRIPLETS[value] for value in shape.note_values if value in TRIPLETS]
        if units and applies_to(bar):
            shaped = in_triplets(notes, self.role, min(units), values, bar)
        else:
            shaped = _in_values(notes, values, bar.constraints.steps) if values else list(notes)
        if _is_chordal(shaped):
            return shaped
        for note in shaped if shape.roots_only else ():
            note.pitch = _nearest(bar.constraints, note.pitch, {_root_at(bar.constraints, note.start_step)})
        if shape.contour in _HEIGHTS:
            self._follow_contour(shaped, bar)
        if shape.avoided_intervals:
            _avoid(shaped, set(shape.avoided_intervals), bar)
        self._set_ends(shaped, bar)
        return shaped

    def perform(self, notes: Sequence[Note], bar: BarContext) -> None:
        """Give the performed notes of a bar their place between the loudness at the start and at the end.

        Args:
            notes: Of the bar; changed in place.
            bar: The bar.
        """
        if not self.shape.HasField("dynamics"):
            return
        start, end = (_LOUDNESS.get(level, 1.0) for level in (self.shape.dynamics.start, self.shape.dynamics.end))
        for note in notes:
            way = (bar.index + note.start_step / bar.constraints.steps) / self.bars
            note.velocity = min(max(round(note.velocity * (start + (end - start) * way)), 1), _LOUDEST)

    def _spelled(self, bar: BarContext) -> list[Note]:
        """The notes of a spelled tune, one a beat, again from its first note in the bar after its last."""
        spelled, constraints = self.shape.spelled_notes, bar.constraints
        beat = steps_per_beat(constraints.meter)
        beats = max(constraints.steps // beat, 1)
        bars = -(-len(spelled) // beats)
        names = spelled[bar.index % bars * beats :][:beats]
        before = bar.previous[-1].pitch if bar.previous else constraints.pitches[len(constraints.pitches) // 2]
        notes: list[Note] = []
        for place, name in enumerate(names):
            before = _nearest(constraints, before, {PitchName.parse(name).pitch_class})
            notes.append(Note(pitch=before, start_step=place * beat, duration_steps=beat))
        return notes

    def _follow_contour(self, notes: Sequence[Note], bar: BarContext) -> None:
        """Put each note at its height: over the piece for melodies, in every bar for parts that repeat a figure."""
        height, steps = _HEIGHTS[self.shape.contour], bar.constraints.steps
        pitches = bar.constraints.pitches
        if self.role != ROLE_MELODY:
            tones = [pitch for pitch in pitches if any(span.has(pitch) for span in bar.constraints.spans)]
            pitches = tuple(tones) or pitches
        last = max((note.start_step for note in notes), default=0)
        for note in notes:
            way = (bar.index + note.start_step / steps) / self.bars
            if self.role != ROLE_MELODY:
                way = note.start_step / last if last else 0.0
            note.pitch = pitches[round(height(way) * (len(pitches) - 1))]

    def _set_ends(self, notes: Sequence[Note], bar: BarContext) -> None:
        if not notes:
            return
        if self.shape.first_note and bar.index == 0:
            notes[0].pitch = _nearest(bar.constraints, notes[0].pitch, {_class(self.shape.first_note)})
        if self.shape.final_note and bar.index == self.bars - 1:
            notes[-1].pitch = _nearest(bar.constraints, notes[-1].pitch, {_class(self.shape.final_note)})


def keep_lengths(notes: Sequence[Note], written: Sequence[int]) -> None:
    """Give notes their written lengths again where a staccato style has shortened them.

    Args:
        notes: In their order.
        written: Steps of each.
    """
    for note, length in zip(notes, written, strict=True):
        note.duration_steps = length


def _is_chordal(notes: Sequence[Note]) -> bool:
    return any(one.start_step == other.start_step for one, other in pairwise(notes))


def _in_values(notes: Sequence[Note], values: Sequence[int], steps: int) -> list[Note]:
    """Notes of these lengths alone that follow each other, with the pitches that sounded where each begins."""
    if not notes:
        return []
    onsets = sorted({note.start_step for note in notes})
    shaped: list[Note] = []
    at = 0
    while fitting := [value for value in values if at + value <= steps]:
        sounding = max((onset for onset in onsets if onset <= at), default=onsets[0])
        following = next((onset for onset in onsets if onset > at), steps)
        length = min(fitting, key=lambda value: (abs(value - (following - at)), value))
        shaped += [
            Note(pitch=note.pitch, start_step=at, duration_steps=length)
            for note in notes
            if note.start_step == sounding
        ]
        at += length
    return shaped


def _avoid(notes: Sequence[Note], avoided: set[int], bar: BarContext) -> None:
    """Move notes to the nearest pitch that makes no avoided interval with the note before."""
    before = bar.previous[-1].pitch if bar.previous else None
    for note in notes:
        if before is not None and abs(note.pitch - before) in avoided:
            allowed = [pitch for pitch in bar.constraints.pitches if abs(pitch - before) not in avoided]
            wanted = note.pitch
            note.pitch = min(allowed, key=lambda pitch: (abs(pitch - wanted), pitch), default=wanted)
        before = note.pitch


def _nearest(constraints: BarConstraints, pitch: int, classes: set[int]) -> int:
    """The nearest allowed pitch of some pitch classes; the pitch itself where none is allowed."""
    allowed = [each for each in constraints.pitches if each % _OCTAVE in classes]
    return min(allowed, key=lambda each: (abs(each - pitch), each), default=pitch)


def _root_at(constraints: BarConstraints, step: int) -> int:
    return next(span.root for span in reversed(constraints.spans) if span.start <= step)


def _class(name: str) -> int:
    return PitchName.parse(name).pitch_class
