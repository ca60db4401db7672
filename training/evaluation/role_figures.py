"""Rests, repeats, range and endings of passages in any number of voices, human or composed.

- `rests`: share of the steps in which nothing sounds.
- `repeated_bars`: share of the bars in which a note begins, but for a passage's first one, that are just like an
  earlier bar of it: notes, onsets and lengths.
- `range`: semitones from the lowest note to the highest, mean over passages.
- `onsets_per_bar`: steps on which notes begin; `notes_per_onset`: how many begin together.
- `ends_stable`: share of the passages that end a piece whose last note is the root, the third or the fifth of the
  chord there; of several notes at once the lowest counts. `ends_on_tonic`: on the tonic.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from training.evaluation.statistics import Figures, share

STABLE = (0, 3, 4, 6, 7, 8)  # semitones above the root: root, thirds, fifths


@dataclass(frozen=True, slots=True)
class Passage:
    """Some bars of a part.

    Attributes:
        bar: Steps in a bar.
        bars: How many.
        notes: Onset and length in steps from the first bar line, and MIDI key; by onset and pitch.
    """

    bar: int
    bars: int
    notes: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class PieceEnding:
    """How a piece ends.

    Attributes:
        pitch: Pitch class of the last note, of several at once the lowest.
        tonic: Pitch class of the key's tonic; None where it is not known.
        root: Pitch class of the root of the last chord; likewise.
        tones: Pitch classes of that chord; none where it is not known.
    """

    pitch: int
    tonic: int | None = None
    root: int | None = None
    tones: frozenset[int] = frozenset()

    @property
    def is_stable(self) -> bool:
        """Whether it ends on the root, the third or the fifth of its last chord."""
        return self.pitch in self.tones and (self.pitch - (self.root or 0)) % 12 in STABLE


@dataclass(frozen=True, slots=True)
class RoleSample:
    """What is known of a role.

    Attributes:
        passages: Of its parts.
        endings: Of its pieces.
    """

    passages: list[Passage] = field(default_factory=list)
    endings: list[PieceEnding] = field(default_factory=list)


def last_pitch(notes: Sequence[tuple[int, int, int]]) -> int:
    """Pitch class of the last note, of several at once the lowest.

    Args:
        notes: As of a passage, at least one.
    """
    latest = max(start for start, _, _ in notes)
    return min(pitch for start, _, pitch in notes if start == latest) % 12


def figures_of(sample: RoleSample) -> Figures:
    """The figures of a role; None of what nothing is known about.

    Args:
        sample: Passages without notes count as rests alone.
    """
    passages, endings = sample.passages, sample.endings
    sounding = [passage for passage in passages if passage.notes]
    steps = sum(passage.bar * passage.bars for passage in passages)
    onsets = sum(len({start for start, _, _ in passage.notes}) for passage in sounding)
    ranges = [
        max(pitch for *_, pitch in passage.notes) - min(pitch for *_, pitch in passage.notes) for passage in sounding
    ]
    again, tried = map(sum, zip((0, 0), *map(_repeats, sounding), strict=True))
    tonics = [ending.pitch == ending.tonic for ending in endings if ending.tonic is not None]
    stable = [ending.is_stable for ending in endings if ending.root is not None]
    return {
        "passages": len(passages),
        "bars": sum(passage.bars for passage in passages),
        "rests": share(sum(map(_silent_steps, passages)), steps),
        "repeated_bars": share(again, tried),
        "range": share(sum(ranges), len(ranges)),
        "onsets_per_bar": share(onsets, sum(passage.bars for passage in passages)),
        "notes_per_onset": share(sum(len(passage.notes) for passage in sounding), onsets),
        "ends_stable": share(sum(stable), len(stable)),
        "ends_on_tonic": share(sum(tonics), len(tonics)),
        "endings": len(endings),
    }


def _silent_steps(passage: Passage) -> int:
    length, heard = passage.bar * passage.bars, set[int]()
    for start, steps, _ in passage.notes:
        heard.update(range(start, min(start + steps, length)))
    return length - len(heard)


def _repeats(passage: Passage) -> tuple[int, int]:
    """How many bars repeat one, and how many could."""
    bars: dict[int, list[tuple[int, int, int]]] = {}
    for start, steps, pitch in passage.notes:
        bars.setdefault(start // passage.bar, []).append((start % passage.bar, steps, pitch))
    contents = {tuple(notes) for notes in bars.values()}
    return len(bars) - len(contents), max(len(bars) - 1, 0)
