"""Melodies as people get them: the specialist engine answers requests, under their masks."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from boumbapp.music.v2.music_pb2 import Bar, Meter

from music.grid import TICKS_PER_STEP, Layout
from music.meter import steps_per_bar
from music.playback import played_notes, without_gaps
from services.melody.engines.rule_based import open_specialist
from services.melody.line_model.history import HOLD, LOWEST, OFF, fold
from training.evaluation.sampler import Sample
from training.melody_line.config import FOLDER
from training.scoring.continuation_requests import ContinuationRequest
from training.scoring.protocol import IntArray


def engine_samples(requests: Iterable[ContinuationRequest]) -> list[Sample]:
    """What the engine that ships composes for each request. Raises WeightsError."""
    engine, samples = open_specialist(FOLDER), []
    for request in requests:
        began, brief = time.process_time(), request.brief
        piece = engine.begin(brief)
        bars = [piece.next(None) for _ in range(len(brief.given_bars), brief.bars)]
        seconds = time.process_time() - began
        line = replace(request.task.continuation, events=events_of(bars, brief.constraints.meter))
        samples.append(Sample(line, seconds, request.harmony.after(len(request.task.primer.events))))
    return samples


def events_of(bars: Sequence[Bar], meter: Meter) -> IntArray:
    """Events of bars with one voice: HOLD, OFF or the index of a pitch for each step.

    Args:
        bars: In order, from the first.
        meter: Of all bars.
    """
    layout = Layout.of([meter] * len(bars))
    events = np.full(layout.end_of(len(bars) - 1), HOLD)
    first = steps_per_bar(meter) * bars[0].index
    notes = played_notes(without_gaps(bars))
    for note in notes:
        end = note.end // TICKS_PER_STEP - first
        if end < len(events):
            events[end] = OFF
    for note in notes:
        events[note.start // TICKS_PER_STEP - first] = fold(note.pitch - LOWEST)
    return events
