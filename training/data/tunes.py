"""Tunes on the grid: what every corpus gives, and every training takes."""

import os
from collections import Counter
from dataclasses import dataclass, field

# Corpora are read, and lines scored, in as many processes; each takes some hundred megabytes.
PROCESSES = min(len(os.sched_getaffinity(0)), 8)


class UnreadableTune(Exception):
    """A tune that training cannot use; its text is the reason, as counted in the metrics."""


@dataclass(frozen=True, slots=True)
class TuneNote:
    """A note of a tune.

    Attributes:
        bar: Index of its bar, from 0.
        step: Onset in the bar, in sixteenths.
        steps: Length in sixteenths; ties are joined, so it may cross bar lines.
        pitch: MIDI key number.
    """

    bar: int
    step: int
    steps: int
    pitch: int


@dataclass(frozen=True, slots=True)
class TuneChord:
    """A chord of a tune.

    Attributes:
        step: Where it begins, in sixteenths from the start of the tune; it lasts until the next one.
        root: Pitch class of the root, 0-11; None when no chord sounds.
        mask: Pitch classes as bits, bit p for pitch class p.
    """

    step: int
    root: int | None
    mask: int


@dataclass(frozen=True, slots=True)
class Tune:
    """A monophonic tune on the grid.

    Attributes:
        name: Collection, file and number: identifies the tune.
        title: As printed.
        beats: Upper figure of the metre.
        beat_unit: Lower figure of the metre.
        tonic: Pitch class of the tonic, 0-11.
        mode: Name of the mode: "major", "minor", "dorian"...
        bars: Number of bars.
        notes: In order.
        role: What the line is in its piece: "melody", "counter" (a second melody) or "bass".
        chords: In order, from step 0; empty when the source tells none.
        notices: Codes of what the reader of its file left out, moved or approximated (`docs/notices.md`).
    """

    name: str
    title: str
    beats: int
    beat_unit: int
    tonic: int
    mode: str
    bars: int
    notes: tuple[TuneNote, ...]
    role: str = "melody"
    chords: tuple[TuneChord, ...] = ()
    notices: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Tunes and what became of the others.

    Attributes:
        tunes: Those that could be read, in the order of their names.
        skipped: Reasons and how many tunes each one cost.
    """

    tunes: tuple[Tune, ...]
    skipped: dict[str, int]

    @property
    def notices(self) -> dict[str, int]:
        """Codes of notices, and how many tunes each one is about."""
        return dict(sorted(Counter(code for tune in self.tunes for code in set(tune.notices)).items()))
