"""What the network is given: categories side by side as ones among zeros, chords as pitch classes, and votes."""

from typing import Final

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
_STARTS = np.cumsum((0, *CATEGORIES, *CONDITIONS))
_CHORD_START = int(_STARTS[-1])
_VOTES_START = SEEN - VOTES


class Told:
    """What the network is told besides the line itself.

    Args:
        conditions: One value for each of CONDITIONS.
        root: Root of the chord in semitones above C of the normalised key; NO_ROOT for none.
        mask: Its pitch classes as bits.
    """

    def __init__(self, conditions: tuple[int, ...] = UNKNOWN, root: int = NO_ROOT, mask: int = 0) -> None:
        self.conditions = np.array(conditions)
        self.chord = np.zeros(CHORD, np.float32)
        self.chord[root] = 1
        self.chord[13:] = [mask >> pitch_class & 1 for pitch_class in range(12)]


def density(onsets: int) -> int:
    """Condition for a bar with so many onsets."""
    return sum(onsets >= limit for limit in _DENSITY_LIMITS)


def register(mean: float) -> int:
    """Condition for a bar whose pitches, as indices, have this mean."""
    return int(min(max(mean // _REGISTER, 0), UNKNOWN[4] - 1))


def seen(history: History, told: Told) -> NDArray[np.float32]:
    """What is known of the step to come, (1, SEEN)."""
    vector = np.zeros((1, SEEN), np.float32)
    row = vector[0]
    row[_STARTS[: len(CATEGORIES)] + history.categories()] = 1
    row[_STARTS[len(CATEGORIES) : -1] + told.conditions] = 1
    row[_CHORD_START:_VOTES_START] = told.chord
    row[_VOTES_START:] = history.votes()
    return vector


def votes(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The votes in what is seen, (1, VOTES)."""
    return vector[:, _VOTES_START:]


def note(vector: NDArray[np.float32], pitch: int, previous: int) -> NDArray[np.float32]:
    """A note, (1, NOTE), from what was seen at its onset; `previous` is -1 for the first one."""
    interval = min(max(pitch - previous, -WIDEST), WIDEST) + WIDEST if previous >= 0 else NO_INTERVAL
    whole = np.zeros((1, NOTE), np.float32)
    whole[:, :SEEN] = vector
    whole[0, SEEN + pitch] = 1
    whole[0, SEEN + PITCHES + interval] = 1
    return whole
