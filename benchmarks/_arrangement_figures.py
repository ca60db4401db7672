"""How well the parts of an arrangement fit together, in figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from boumbapp.music.v2.music_pb2 import DRUM_PIECE_KICK, Bar

from music.meter import BEAT, step_weights, steps_per_bar

Parts = Mapping[str, Sequence[Bar]]
_OCTAVE = 12


@dataclass
class Share:
    """How many of how many."""

    part: float = 0
    whole: float = 0

    def add(self, other: "Share") -> None:
        """Count another share too."""
        self.part += other.part
        self.whole += other.whole

    @property
    def percent(self) -> float:
        """As a percentage, with two decimals; 0 of nothing."""
        return round(100 * self.part / self.whole, 2) if self.whole else 0.0


def onsets(bar: Bar) -> set[int]:
    """Steps on which notes begin."""
    return {note.start_step for note in bar.notes if not note.tied}


def kicks(bar: Bar) -> set[int]:
    """Steps with a stroke of the kick."""
    return {hit.step for hit in bar.hits if hit.piece == DRUM_PIECE_KICK}


def sounding(bar: Bar, step: int) -> set[int]:
    """MIDI key numbers that sound on a step.

    Args:
        bar: The bar.
        step: Step of the bar, from 0.
    """
    return {note.pitch for note in bar.notes if note.start_step <= step < note.start_step + note.duration_steps}


def clashes(parts: Parts, *, any_octave: bool = False) -> Share:
    """Pairs of parts that sound on a beat, and those of them with a semitone or a minor ninth between the two.

    Args:
        parts: Bars of each part; drums have no notes.
        any_octave: Count major sevenths and inversions of all of these too.
    """
    found = Share()
    for one, other in combinations(parts.values(), 2):
        for bar, beside in zip(one, other, strict=True):
            for step, weight in enumerate(step_weights(bar.meter)):
                first, second = sounding(bar, step), sounding(beside, step)
                if weight >= BEAT and first and second:
                    apart = {abs(a - b) for a in first for b in second}
                    found.whole += 1
                    found.part += any(d % _OCTAVE == 1 or (any_octave and d % _OCTAVE == _OCTAVE - 1) for d in apart)
    return found


def locked(parts: Parts) -> Share:
    """Onsets of the bass, and those of them with a stroke of the kick; bars without a kick do not count."""
    found = Share()
    for bass, drums in zip(parts.get("bass", ()), parts.get("drums", ()), strict=True):
        if kicks(drums):
            found.add(Share(len(onsets(bass) & kicks(drums)), len(onsets(bass))))
    return found


def together(parts: Parts) -> tuple[Share, Share]:
    """Onsets of the lead with one of the chords, and how many there would be by chance.

    Chance is that of the chords' own density: each onset of the lead meets as many as if it were on any step.
    """
    found, chance = Share(), Share()
    for lead, chords in _bars(parts, "melody", "chords"):
        steps = steps_per_bar(lead.meter)
        found.add(Share(len(onsets(lead) & onsets(chords)), len(onsets(lead))))
        chance.add(Share(len(onsets(lead)) * len(onsets(chords)) / steps, len(onsets(lead))))
    return found, chance


def crossing(parts: Parts) -> Share:
    """Bars in which bass and chords both play, and those of them in which the bass is above the lowest chord tone."""
    found = Share()
    for bass, chords in _bars(parts, "bass", "chords"):
        if bass.notes and chords.notes:
            above = max(note.pitch for note in bass.notes) >= min(note.pitch for note in chords.notes)
            found.add(Share(int(above), 1))
    return found


def _bars(parts: Parts, one: str, other: str) -> Iterator[tuple[Bar, Bar]]:
    yield from zip(parts.get(one, ()), parts.get(other, ()), strict=True)
