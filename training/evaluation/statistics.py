"""Plain statistics of sets of melodies in C major or A minor, human or composed: scale, repetition, leaps.

- `lines`, `bars`, `notes`, `notes_per_bar`; `silent`: lines without any note.
- `in_scale`: share of the notes that belong to the key signature's seven. `in_scale_raised`: the same, with the raised
  sixth and seventh degrees of lines in minor counted in (its melodic and harmonic forms: Aldwell and Schachter,
  "PlannedHarmony and Voice Leading", unit 1).
- `repeated_bars`: share of the bars, but for a line's first one and empty ones, that are just like an earlier bar of
  the line; `repeated_rhythms`: whose onsets are. `repeated_figures`: share of four notes in a row whose intervals came
  before in the line, but for its first four.
- `rests`: share of the steps in which nothing sounds. `range`: semitones from the lowest note of a line to its highest,
  mean over lines. `ends_on_tonic`: share of the lines whose last note is the tonic, C or A.
- `same_pitch`, `steps`, `skips`, `leaps`, `far_leaps`: share of the moves from note to note by nothing, up to two
  semitones, up to a fifth, more, and more than an octave (those are leaps too). `mean_interval`: in semitones.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from music.meter import steps_per_bar
from services.melody.line_model.history import HOLD
from training.scoring.protocol import EventLine, IntArray

_SCALE, _RAISED = (0, 2, 4, 5, 7, 9, 11), (6, 8)  # above C
_OCTAVE, _FIFTH, _STEP = 12, 7, 2
_FIGURE = 3  # moves
_C, _A = 0, 9

Figures = dict[str, float | int | None]


def statistics(lines: Sequence[EventLine]) -> Figures:
    """Statistics of a set of lines; shares of nothing are None."""
    bars = sum(len(_bars(line)) for line in lines)
    notes = sum(len(line.onsets) for line in lines)
    in_scale = sum(int(np.isin(line.pitches % _OCTAVE, _SCALE).sum()) for line in lines)
    raised = sum(int(np.isin(line.pitches % _OCTAVE, _RAISED).sum()) for line in lines if line.is_minor)
    moves = np.abs(np.concatenate([np.zeros(0, np.int64), *(np.diff(line.pitches) for line in lines)]))
    figures: Figures = {
        "lines": len(lines),
        "bars": bars,
        "notes": notes,
        "silent": sum(not len(line.onsets) for line in lines),
        "notes_per_bar": share(notes, bars),
        "in_scale": share(in_scale, notes),
        "in_scale_raised": share(in_scale + raised, notes),
    }
    figures |= _repetition(lines) | _shape([line for line in lines if len(line.onsets)], lines)
    for name, taken in (
        ("same_pitch", moves == 0),
        ("steps", (moves > 0) & (moves <= _STEP)),
        ("skips", (moves > _STEP) & (moves <= _FIFTH)),
        ("leaps", moves > _FIFTH),
        ("far_leaps", moves > _OCTAVE),
    ):
        figures[name] = share(int(taken.sum()), len(moves))
    return figures | {"mean_interval": share(int(moves.sum()), len(moves))}


def share(part: float, whole: float) -> float | None:
    """One number over another, rounded; None over nothing.

    Args:
        part: Of the whole.
        whole: 0 or more.
    """
    return round(part / whole, 4) if whole else None


def _repetition(lines: Sequence[EventLine]) -> Figures:
    again = dict.fromkeys(("repeated_bars", "repeated_rhythms", "repeated_figures"), 0)
    tried = dict.fromkeys(again, 0)
    for line in lines:
        bars = [bar for bar in _bars(line) if (bar >= 0).any()]
        intervals = np.diff(line.pitches).tolist()
        for name, items in (
            ("repeated_bars", [bar.tobytes() for bar in bars]),
            ("repeated_rhythms", [(bar >= 0).tobytes() for bar in bars]),
            ("repeated_figures", [tuple(intervals[i : i + _FIGURE]) for i in range(len(intervals) - _FIGURE + 1)]),
        ):
            again[name] += len(items) - len(set(items))
            tried[name] += max(len(items) - 1, 0)
    return {name: share(again[name], tried[name]) for name in again}


def _shape(sounding: Sequence[EventLine], lines: Sequence[EventLine]) -> Figures:
    silent = sum(int(_is_silent(line.events).sum()) for line in lines)
    ranges = sum(int(np.ptp(line.pitches)) for line in sounding)
    tonics = sum(line.pitches[-1] % _OCTAVE == (_A if line.is_minor else _C) for line in sounding)
    return {
        "rests": share(silent, sum(len(line.events) for line in lines)),
        "range": share(ranges, len(sounding)),
        "ends_on_tonic": share(int(tonics), len(sounding)),
    }


def _is_silent(events: IntArray) -> NDArray[np.bool_]:
    """Whether nothing sounds in each step: no note has begun since the line's start, or since one ended."""
    changes = np.maximum.accumulate(np.where(events != HOLD, np.arange(len(events)), -1))
    silent: NDArray[np.bool_] = (changes < 0) | (events[changes] < 0)
    return silent


def _bars(line: EventLine) -> list[IntArray]:
    bar = steps_per_bar(line.meter)
    return [line.events[start : start + bar] for start in range(0, len(line.events), bar)]
