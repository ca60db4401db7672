"""Sixteen bars of a line as a piece of its own: what a model predicts where no song came before."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from music.meter import steps_per_bar
from services.melody.line_model.history import HOLD
from training.scoring.protocol import EventLine

SEGMENT_BARS = 16


def segments_of(lines: Sequence[EventLine]) -> list[EventLine]:
    """Every sixteen bars of each line, from the bar of its first note on.

    A line that is shorter is one segment; of a longer one what is left after the last whole segment is left out, and so
    are segments without a note.

    Args:
        lines: To cut.
    """
    segments = []
    for line in lines:
        bar = steps_per_bar(line.meter)
        first, length = int(line.onsets[0]) // bar * bar, SEGMENT_BARS * bar
        starts = range(first, max(len(line.events) - length, first) + 1, length)
        segments += [cut for start in starts if len((cut := cut_out(line, start, length)).onsets)]
    return segments


def cut_out(line: EventLine, start: int, length: int) -> EventLine:
    """Steps of a line as a line: a note that began before them is silent in it.

    Args:
        line: To cut.
        start: First step, on a bar line.
        length: Most steps.
    """
    events = line.events[start : start + length].copy()
    onsets = np.flatnonzero(events >= 0)
    events[: onsets[0] if len(onsets) else len(events)] = HOLD
    return replace(line, events=events)
