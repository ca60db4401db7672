"""Which bars of a line say something new: copying alone predicts the others.

- `not_repeated`: the bar's events (notes, their ends, holds) are not those of any earlier bar of its line, step by
  step.
- `new`: at least one note begins in it, and it is not even half like an earlier bar: of the notes that begin in either
  of the two, fewer than half begin in both, on the same step with the same pitch. (Such a bar is not repeated, either.)
- `new_anywhere`: neither is it half like any passage as long as a bar before it, whichever step that begins on. Songs
  that win or lose a beat repeat themselves off the bar lines, which `new` does not see.

All depend on the line alone, so they hold for every model alike. A line's first bar is always of the first kind.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from music.meter import steps_per_bar
from training.scoring.protocol import EventLine, IntArray

BAR_KINDS = ("not_repeated", "new", "new_anywhere")
_HALF = 0.5

_Notes = frozenset[tuple[int, int]]


def steps_of_kind(line: EventLine) -> dict[str, NDArray[np.bool_]]:
    """Whether each step is in a bar of each of BAR_KINDS, (T,) each.

    Args:
        line: T steps long.
    """
    length = steps_per_bar(line.meter)
    bars = [line.events[start : start + length] for start in range(0, len(line.events), length)]
    notes = [_notes(bar) for bar in bars]
    new = [bool(bar) and likest(bar, notes[:index]) < _HALF for index, bar in enumerate(notes)]
    anywhere = [is_new and _is_unlike_all(line.events, index * length, length) for index, is_new in enumerate(new)]
    of_step = np.arange(len(line.events)) // length
    return {
        "not_repeated": steps_not_repeated(line.events, length),
        "new": np.array(new)[of_step],
        "new_anywhere": np.array(anywhere)[of_step],
    }


def steps_not_repeated(events: NDArray[np.integer[Any]], bar: int) -> NDArray[np.bool_]:
    """Whether each step is in a bar that is just like no earlier one, (T,).

    Args:
        events: What happens on each step, as a number, (T,).
        bar: Steps in a bar.
    """
    seen, found = set[bytes](), []
    for start in range(0, len(events), bar):
        content = events[start : start + bar].tobytes()
        found.append(content not in seen)
        seen.add(content)
    return np.repeat(found, bar)[: len(events)]


def likest(bar: _Notes, others: list[_Notes]) -> float:
    """Share of the notes of both that a bar has in common with the likest of some others, 0 to 1.

    Args:
        bar: Step and pitch of the notes that begin in it; at least one.
        others: The same of other bars.
    """
    return max((len(bar & other) / len(bar | other) for other in others), default=0.0)


def _is_unlike_all(events: IntArray, start: int, length: int) -> bool:
    """Whether a bar with notes is not even half like any passage before it."""
    bar = events[start : start + length]
    if start < len(bar):
        return True
    passages = sliding_window_view(events[:start], len(bar))
    common = ((passages == bar) & (bar >= 0)).sum(axis=1)
    either = (passages >= 0).sum(axis=1) + (bar >= 0).sum() - common
    return bool((common < _HALF * either).all())


def _notes(events: IntArray) -> _Notes:
    steps = np.flatnonzero(events >= 0)
    return frozenset(zip(steps.tolist(), events[steps].tolist(), strict=True))
