"""What the network is given: categories side by side as ones among zeros, chords as pitch classes, and votes.

There are few ones among many zeros, so the graphs that ship are given the places of the ones.
"""

from itertools import accumulate
from operator import add
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.history import CATEGORIES, PITCHES, VOTES, History

# Conditions: role, mode, style, density and register of the bar; the last value of each stands for "not told".
ROLES: Final = {"melody": 0, "counter": 1, "bass": 2}
MODES: Final = {"major": 0, "minor": 1}
STYLES: Final = {"pop909": 0, "openewld": 1, "folk": 2}
CONDITIONS: Final = (4, 3, 8, 9, 14)
UNKNOWN: Final = tuple(size - 1 for size in CONDITIONS)
# Root of the chord above C of the normalised key, or none, and its pitch classes.
NO_ROOT: Final = 12
CHORD: Final = 13 + 12
SEEN: Final = sum(CATEGORIES) + sum(CONDITIONS) + CHORD + VOTES
# A note: what was seen at its onset, its pitch, and its distance from the one before in semitones.
WIDEST: Final = 24
NO_INTERVAL: Final = 2 * WIDEST + 1
INTERVALS: Final = NO_INTERVAL + 2
NOTE: Final = SEEN + PITCHES + INTERVALS

_DENSITY_LIMITS = (1, 2, 3, 5, 7, 9, 13)
_REGISTER = 6  # semitones
_STARTS = tuple(accumulate((*CATEGORIES, *CONDITIONS), initial=0))
_CATEGORY_STARTS = _STARTS[: len(CATEGORIES)]
_CHORD_START = _STARTS[-1]
VOTES_START: Final = SEEN - VOTES


class Seen(NamedTuple):
    """What is known of a step before it happens.

    Attributes:
        ones: Places of the ones among SEEN, ascending; the votes are not among them.
        votes: (VOTES,) what earlier passages say.
    """

    ones: tuple[int, ...]
    votes: NDArray[np.float32]


class Told:
    """What the network is told besides the line itself.

    Args:
        conditions: One value for each of CONDITIONS.
        root: Root of the chord in semitones above C of the normalised key; NO_ROOT for none.
        mask: Its pitch classes as bits.
    """

    def __init__(self, conditions: tuple[int, ...] = UNKNOWN, root: int = NO_ROOT, mask: int = 0) -> None:
        tones = (13 + pitch_class for pitch_class in range(12) if mask >> pitch_class & 1)
        self.ones = (
            *(start + value for start, value in zip(_STARTS[len(CATEGORIES) :], conditions, strict=False)),
            *(_CHORD_START + place for place in (root, *tones)),
        )

    @classmethod
    def of_role(cls, role: str) -> "Told":
        """Nothing but the role: one of ROLES."""
        return cls((ROLES[role], *UNKNOWN[1:]))


def density(onsets: int) -> int:
    """Condition for a bar with so many onsets."""
    return sum(onsets >= limit for limit in _DENSITY_LIMITS)


def register(mean: float) -> int:
    """Condition for a bar whose pitches, as indices, have this mean."""
    return int(min(max(mean // _REGISTER, 0), UNKNOWN[4] - 1))


def seen(history: History, told: Told) -> Seen:
    """What is known of the step to come."""
    return Seen((*map(add, _CATEGORY_STARTS, history.categories()), *told.ones), history.votes())


def note(ones: tuple[int, ...], pitch: int, previous: int) -> tuple[int, ...]:
    """Places of the ones of a note among NOTE, from those seen at its onset; `previous` is -1 for the first one."""
    interval = min(max(pitch - previous, -WIDEST), WIDEST) + WIDEST if previous >= 0 else NO_INTERVAL
    return (*ones, SEEN + pitch, SEEN + PITCHES + interval)
