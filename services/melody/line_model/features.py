"""Input features of the network: one-hot categories, chords as pitch classes, and votes.

The input is sparse, so the graphs that ship take the indices of the ones instead of a dense vector.
"""

from itertools import accumulate
from operator import add
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.history import CATEGORIES, PITCHES, VOTES, History

# Conditions: role, mode, style, density and register of the bar; the last value of each stands for "unknown".
ROLES: Final = {"melody": 0, "counter": 1, "bass": 2}
MODES: Final = {"major": 0, "minor": 1}
STYLES: Final = {"pop909": 0, "openewld": 1, "folk": 2}
CONDITIONS: Final = (4, 3, 8, 9, 14)
UNKNOWN: Final = tuple(size - 1 for size in CONDITIONS)
# Root of the chord above C of the normalised key, or none, and its pitch classes.
NO_ROOT: Final = 12
CHORD: Final = 13 + 12
STEP: Final = sum(CATEGORIES) + sum(CONDITIONS) + CHORD + VOTES
# A note: the features at its onset, its pitch, and its distance from the one before in semitones.
WIDEST: Final = 24
NO_INTERVAL: Final = 2 * WIDEST + 1
INTERVALS: Final = NO_INTERVAL + 2
NOTE: Final = STEP + PITCHES + INTERVALS

_DENSITY_LIMITS = (1, 2, 3, 5, 7, 9, 13)
_REGISTER = 6  # semitones
_STARTS = tuple(accumulate((*CATEGORIES, *CONDITIONS), initial=0))
_CATEGORY_STARTS = _STARTS[: len(CATEGORIES)]
_CHORD_START = _STARTS[-1]
VOTES_START: Final = STEP - VOTES


class StepFeatures(NamedTuple):
    """Features of a step, all known before it happens.

    Attributes:
        ones: Indices of the ones in a vector of STEP, ascending; the votes are not among them.
        votes: (VOTES,) log shares of what followed matching passages.
    """

    ones: tuple[int, ...]
    votes: NDArray[np.float32]


class Conditions:
    """What the network is conditioned on besides the line itself.

    Args:
        values: One value for each of CONDITIONS.
        root: Root of the chord in semitones above C of the normalised key; NO_ROOT for none.
        mask: Its pitch classes as bits.
    """

    def __init__(self, values: tuple[int, ...] = UNKNOWN, root: int = NO_ROOT, mask: int = 0) -> None:
        tones = (13 + pitch_class for pitch_class in range(12) if mask >> pitch_class & 1)
        self.ones = (
            *(start + value for start, value in zip(_STARTS[len(CATEGORIES) :], values, strict=False)),
            *(_CHORD_START + place for place in (root, *tones)),
        )

    @classmethod
    def of_role(cls, role: str) -> "Conditions":
        """Conditions that give the role alone, one of ROLES.

        Raises:
            KeyError: There is no such role.
        """
        return cls((ROLES[role], *UNKNOWN[1:]))


def density(onsets: int) -> int:
    """Density condition of a bar with a number of onsets, 0-7."""
    return sum(onsets >= limit for limit in _DENSITY_LIMITS)


def register(mean: float) -> int:
    """Register condition of a bar whose pitch indices have a mean, 0-12."""
    return int(min(max(mean // _REGISTER, 0), UNKNOWN[4] - 1))


def step_features(history: History, conditions: Conditions) -> StepFeatures:
    """Features of the next step.

    Args:
        history: The line so far.
        conditions: Those of the step.
    """
    return StepFeatures((*map(add, _CATEGORY_STARTS, history.categories()), *conditions.ones), history.votes())


def note_features(ones: tuple[int, ...], pitch: int, previous: int) -> tuple[int, ...]:
    """Indices of the ones of a note in a vector of NOTE.

    Args:
        ones: Those of the step of its onset; see `StepFeatures`.
        pitch: Its index, 0 to PITCHES - 1.
        previous: Index of the pitch before; -1 for the first note.
    """
    interval = min(max(pitch - previous, -WIDEST), WIDEST) + WIDEST if previous >= 0 else NO_INTERVAL
    return (*ones, STEP + pitch, STEP + PITCHES + interval)
