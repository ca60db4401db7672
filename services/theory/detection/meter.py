"""Estimates the meter of bars from where their notes begin.

A meter fits when accents fall on its strong steps and when a bar resembles the next one (autocorrelation: Brown,
"Determination of the Meter of Musical Scores by Autocorrelation", JASA 94, 1993). An accent is as strong as its notes
are long.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from boumbapp.music.v2.music_pb2 import Bar, Meter

from music.divisions import at_sixteenths
from music.meter import step_weights, steps_per_bar

# Prior of each meter, and the evidence of bars being written in one: less for 4/4, which programs write by default.
# Meters beyond these are only found where bars are written in them. Set on 600 chorales and folk tunes of music21's
# corpus.
_USUAL = {
    (4, 4): 0.2, (2, 4): 0.05, (3, 4): 0.05, (6, 8): 0.1, (12, 8): -0.1, (9, 8): -0.15, (5, 4): -0.4, (7, 8): -0.4,
}  # fmt: skip
_WRITTEN, _CHOSEN = 0.25, 0.7
_RECURRENCE = 2.0
_LONGEST = 8  # steps of a note that count
_HIT = 2  # steps that a drum hit counts for


def detect_meter(bars: Iterable[Bar]) -> Meter:
    """The likeliest time signature; the usual one of the bars when they are silent, and 4/4 when there are none.

    Args:
        bars: Bars of one part or of several; bars of the same index sound together.
    """
    columns: dict[int, list[Bar]] = defaultdict(list)
    for bar in bars:
        columns[bar.index].append(bar)
    if not columns:
        return Meter(beats=4, beat_unit=4)
    meters = Counter((column[0].meter.beats, column[0].meter.beat_unit) for column in columns.values())
    written = meters.most_common(1)[0][0]
    evidence = _WRITTEN if written == (4, 4) else _CHOSEN
    accents = [strength for index in sorted(columns) for strength in _accents(columns[index])]

    def fitness(candidate: tuple[int, int]) -> float:
        weights = step_weights(Meter(beats=candidate[0], beat_unit=candidate[1]))
        length = len(weights)
        return (
            _correlation(_folded(accents, length), weights)
            + _RECURRENCE * _correlation(accents[:-length], accents[length:])
            + _USUAL.get(candidate, 0.0)
            + (evidence if candidate == written else 0.0)
        )

    beats, beat_unit = max([written, *(meter for meter in _USUAL if meter != written)], key=fitness)
    return Meter(beats=beats, beat_unit=beat_unit)


def _accents(column: Sequence[Bar]) -> list[float]:
    """Strength of the onsets on each step of a bar, of all parts together."""
    strengths = [0.0] * steps_per_bar(column[0].meter)
    for bar in map(at_sixteenths, column):
        for note in bar.notes:
            if not note.tied and note.start_step < len(strengths):
                strengths[note.start_step] += min(note.duration_steps, _LONGEST)
        for hit in bar.hits:
            if hit.step < len(strengths):
                strengths[hit.step] += _HIT
    return strengths


def _folded(accents: Sequence[float], length: int) -> list[float]:
    """Mean accent of each step over all bars of a length."""
    return [sum(column) / len(column) if (column := accents[step::length]) else 0.0 for step in range(length)]


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's, or 0 where there is too little to compare."""
    count = len(one)
    if count < 2:
        return 0.0
    mean_one, mean_other = sum(one) / count, sum(other) / count
    cross = sum((x - mean_one) * (y - mean_other) for x, y in zip(one, other, strict=True))
    scale = sum((x - mean_one) ** 2 for x in one) * sum((y - mean_other) ** 2 for y in other)
    return cross / math.sqrt(scale) if scale else 0.0
