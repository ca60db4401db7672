"""Which part of a file carries the tune, and the one voice of it that is the melody."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

_LEAD = re.compile(r"melod|mélod|\blead|vocal|\bvoice|\bvoix|\bchant\b|\bsing|\bsolo\b", re.IGNORECASE)
# Notes of one voice may overlap by so much; what lies longer under a higher note accompanies it.
_LEGATO = 1  # steps
# A part with this share of the notes of the busiest one is not just a passing figure.
_BUSY = 0.25
_LOWEST, _HEIGHT = 36, 48  # MIDI keys: melodies lie high


@dataclass(frozen=True, slots=True)
class TimedNote:
    """A note in steps from the start of the file; `end` is the first step after it."""

    start: int
    end: int
    pitch: int


@dataclass(frozen=True, slots=True)
class MelodicPart:
    """What one channel of a track plays: at least one note, in any order."""

    name: str
    notes: tuple[TimedNote, ...]


def lead_of(parts: Sequence[MelodicPart]) -> MelodicPart:
    """The part whose name says melody, lead or voice; without one, or of several, the most melodic.

    Melodic is what plays one note at a time, high, and for more than a moment.
    """
    named = [part for part in parts if _LEAD.search(part.name)]
    candidates = named or parts
    busiest = max(len(part.notes) for part in candidates)

    def melodic(part: MelodicPart) -> float:
        alone = len(line_of(part)) / len(part.notes)
        height = (float(np.median([note.pitch for note in part.notes])) - _LOWEST) / _HEIGHT
        return alone * min(len(part.notes) / (_BUSY * busiest), 1.0) * (0.5 + min(max(height, 0.0), 1.0))

    return max(candidates, key=melodic)


def line_of(part: MelodicPart) -> list[TimedNote]:
    """One voice: the highest notes of a part, each ending where the next begins at the latest."""
    return _cut(_skyline(part.notes))


def _skyline(notes: Iterable[TimedNote]) -> list[TimedNote]:
    line: list[TimedNote] = []
    for note in sorted(notes, key=lambda note: (note.start, -note.pitch, -note.end)):
        if line and (line[-1].start == note.start or _accompanies(note, line[-1])):
            continue
        line.append(note)
    return line


def _accompanies(note: TimedNote, before: TimedNote) -> bool:
    """Whether a note lies under the one before rather than after it."""
    together = min(note.end, before.end) - note.start
    return note.pitch < before.pitch and together > _LEGATO and 2 * together > note.end - note.start


def _cut(line: Sequence[TimedNote]) -> list[TimedNote]:
    following = [note.start for note in line[1:]]
    cut = [
        TimedNote(note.start, min(note.end, start), note.pitch) for note, start in zip(line, following, strict=False)
    ]
    return [*cut, *line[-1:]]
