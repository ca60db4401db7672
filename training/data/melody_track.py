"""Which part of a file carries the tune, and the one voice of it that is heard as such."""

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
class Tone:
    """A note in steps from the start of the file; `end` is the first step after it."""

    start: int
    end: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one channel of a track plays: at least one tone, in any order."""

    name: str
    tones: tuple[Tone, ...]


def lead_of(parts: Sequence[Part]) -> Part:
    """The part whose name says melody, lead or voice; without one, or of several, the most melodic.

    Melodic is what plays one note at a time, high, and for more than a moment.
    """
    named = [part for part in parts if _LEAD.search(part.name)]
    candidates = named or parts
    busiest = max(len(part.tones) for part in candidates)

    def melodic(part: Part) -> float:
        alone = len(line_of(part)) / len(part.tones)
        height = (float(np.median([tone.pitch for tone in part.tones])) - _LOWEST) / _HEIGHT
        return alone * min(len(part.tones) / (_BUSY * busiest), 1.0) * (0.5 + min(max(height, 0.0), 1.0))

    return max(candidates, key=melodic)


def line_of(part: Part) -> list[Tone]:
    """One voice: the highest notes of a part, each ending where the next begins at the latest."""
    return _cut(_skyline(part.tones))


def _skyline(tones: Iterable[Tone]) -> list[Tone]:
    line: list[Tone] = []
    for tone in sorted(tones, key=lambda tone: (tone.start, -tone.pitch, -tone.end)):
        if line and (line[-1].start == tone.start or _accompanies(tone, line[-1])):
            continue
        line.append(tone)
    return line


def _accompanies(tone: Tone, before: Tone) -> bool:
    """Whether a note lies under the one before rather than after it."""
    together = min(tone.end, before.end) - tone.start
    return tone.pitch < before.pitch and together > _LEGATO and 2 * together > tone.end - tone.start


def _cut(line: Sequence[Tone]) -> list[Tone]:
    following = [tone.start for tone in line[1:]]
    cut = [Tone(tone.start, min(tone.end, start), tone.pitch) for tone, start in zip(line, following, strict=False)]
    return [*cut, *line[-1:]]
