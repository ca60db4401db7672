"""Crops of lines, stacked."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.features import MODES, NO_ROOT, ROLES, STYLES, UNKNOWN, density, register
from services.melody.line_model.history import CATEGORIES, HOLD, PITCH_VOTES, PITCHES, VOTES
from training.data.line_arrays import LineArrays, read_votes

Batch = dict[str, NDArray[np.generic]]

# Conditions of a line that is only to be predicted.
ONLY_ROLE = (True, False, False, False, False)
_SILENT_CATEGORY = 4


def style_of(line: LineArrays) -> int:
    """Style of a line: that of its collection."""
    return STYLES.get(line.name.split("/")[0], STYLES["folk"])


def bar_conditions(line: LineArrays) -> NDArray[np.int64]:
    """Density and register of every step's bar, (T, 2)."""
    length = len(line.events)
    bars = np.arange(length) // line.bar_steps
    onset_bars = line.onsets // line.bar_steps
    count = np.bincount(onset_bars, minlength=bars[-1] + 1)
    total = np.bincount(onset_bars, line.events[line.onsets], minlength=bars[-1] + 1)
    given = [
        (density(onsets), register(pitches / onsets) if onsets else UNKNOWN[4])
        for onsets, pitches in zip(count.tolist(), total.tolist(), strict=True)
    ]
    return np.array(given, dtype=np.int64)[bars]


def conditions(line: LineArrays, known: Sequence[bool]) -> NDArray[np.int64]:
    """Role, mode, style, density and register of every step, (T, 5); those not known as such.

    Args:
        line: T steps long.
        known: Whether role, mode, style, density and register are given, (5,).
    """
    length = len(line.events)
    values = np.empty((length, 5), dtype=np.int64)
    values[:, 0] = ROLES[line.role]
    # OpenEWLD's files call every key major.
    values[:, 1] = UNKNOWN[1] if style_of(line) == STYLES["openewld"] else MODES[line.mode]
    values[:, 2] = style_of(line)
    values[:, 3:] = bar_conditions(line)
    for column, is_known in enumerate(known):
        if not is_known:
            values[:, column] = UNKNOWN[column]
    return values


def stack(crops: Sequence[tuple[LineArrays, int, NDArray[np.int64], bool]], steps: int, notes: int) -> Batch:
    """Arrays of crops.

    Args:
        crops: Each a line, the step it begins at, the conditions of all the line's steps, and whether chords are given.
        steps: Steps of a crop, S; shorter ones are padded.
        notes: Most notes of a crop, N; steps after the last of them are left out.
    """
    size = len(crops)
    batch: Batch = {
        "categories": np.zeros((size, steps, len(CATEGORIES)), np.int32),
        "conditions": np.zeros((size, steps, 5), np.int32),
        "votes": np.zeros((size, steps, VOTES), np.float32),
        "roots": np.full((size, steps), NO_ROOT, np.int32),
        "masks": np.zeros((size, steps), np.int32),
        "kinds": np.zeros((size, steps), np.int32),
        "sounding": np.ones((size, steps), bool),
        "note_of_step": np.zeros((size, steps), np.int32),
        "step_valid": np.zeros((size, steps), bool),
        "onset_steps": np.zeros((size, notes), np.int32),
        "pitches": np.zeros((size, notes), np.int32),
        "previous": np.full((size, notes), -1, np.int32),
        "pitch_votes": np.zeros((size, notes, PITCH_VOTES, PITCHES), np.float32),
        "note_valid": np.zeros((size, notes), bool),
    }
    for row, (line, start, given, has_chords) in enumerate(crops):
        first, last = np.searchsorted(line.onsets, [start, start + steps])
        end = min(start + steps, len(line.events))
        if last - first > notes:
            end, last = int(line.onsets[first + notes]), first + notes
        length, count = end - start, int(last - first)
        events = line.events[start:end]
        at = line.onsets[first:last] - start
        batch["categories"][row, :length] = line.categories[start:end]
        batch["conditions"][row, :length] = given[start:end]
        batch["votes"][row, :length] = read_votes(line.votes[start:end])
        if has_chords:
            batch["roots"][row, :length] = line.roots[start:end]
            batch["masks"][row, :length] = line.masks[start:end]
        batch["kinds"][row, :length] = np.where(events >= 0, 2, np.where(events == HOLD, 0, 1))
        batch["sounding"][row, :length] = line.categories[start:end, _SILENT_CATEGORY] == 1
        batch["note_of_step"][row, :length] = np.searchsorted(at, np.arange(length), side="left")
        batch["step_valid"][row, :length] = True
        batch["onset_steps"][row, :count] = at
        batch["pitches"][row, :count] = line.events[line.onsets[first:last]]
        earlier = line.events[line.onsets[max(first - 1, 0) : last - 1]] if last > first else np.empty(0)
        batch["previous"][row, count - len(earlier) : count] = earlier
        batch["pitch_votes"][row, :count] = read_votes(line.pitch_votes[first:last])
        batch["note_valid"][row, :count] = True
    return batch
