"""From performances to how drummers deviate: the tables of `services.drums.performance.deviation_model`."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from music.meter import steps_per_bar
from services.drums.kit.kit import CLASS_OF, CLASSES
from services.drums.performance.deviation_model import (
    PROBABILITIES,
    TIMING_SHAPE,
    TIMING_UNIT_MS,
    VELOCITY_SHAPE,
    FeelModel,
    NoiseParams,
)
from services.drums.styles.style import FAMILIES
from training.data.groove_corpus import Performance

# Styles of the data set that belong to a family of another name.
_FAMILY_OF = {"afrocuban": "latin", "rock/shuffle": "blues", "neworleans/shuffle": "blues"}
_STEPS_PER_BEAT = 4
# Fewer strokes than these do not tell what is usual for them.
_FEWEST_AT_POSITION, _FEWEST_ALIKE = 8, 4
# A stroke this much weaker than the piece's loud ones is a ghost note.
_GHOST_SHARE, _LOUD_PERCENTILE = 0.6, 85
# A cell with as many strokes counts as much as the coarser one behind it.
_TRUST = 60
_GAPS = (2, 4, 6, 8)  # steps between strokes of a piece; odd gaps mix positions of different character
_NORMAL = NormalDist()

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Deviations:
    """Strokes of one performance as deviations; arrays of equal length, NaN where nothing usual is known.

    Attributes:
        steps: Sixteenths from the start.
        pieces: Pieces of the contract.
        cells: Class of the piece, position in the beat, struck a step before, ghost note.
        timing_ms: Distance from the performance's own grid: the median of its strokes at that place of the beat.
        velocity: Distance from the median of the piece's strokes on that step of the bar, ghosts apart.
    """

    steps: NDArray[np.int64]
    pieces: NDArray[np.int64]
    cells: NDArray[np.int64]
    timing_ms: FloatArray
    velocity: FloatArray


def family_of(style: str) -> str:
    """Family of a style of the data set; "all" when it has none of its own."""
    primary = style.partition("/")[0]
    family = _FAMILY_OF.get(style) or _FAMILY_OF.get(primary, primary)
    return family if family in FAMILIES else FAMILIES[0]


def deviations(performance: Performance) -> Deviations:
    """How the strokes of a performance in quarters deviate."""
    steps, pieces, velocities = performance.steps, performance.pieces, performance.velocities
    positions = steps % _STEPS_PER_BEAT
    late = performance.offsets * performance.step_ms
    timing = np.full(len(steps), np.nan)
    for position in range(_STEPS_PER_BEAT):
        chosen = positions == position
        if chosen.sum() >= _FEWEST_AT_POSITION:
            timing[chosen] = late[chosen] - np.median(late[chosen])
    loud = {piece: np.percentile(velocities[pieces == piece], _LOUD_PERCENTILE) for piece in np.unique(pieces)}
    ghosts = velocities < _GHOST_SHARE * np.array([loud[piece] for piece in pieces])
    places = steps % steps_per_bar(performance.meter)
    velocity = np.full(len(steps), np.nan)
    for alike in np.unique(np.stack([pieces, places, ghosts]), axis=1).T:
        chosen = (pieces == alike[0]) & (places == alike[1]) & (ghosts == alike[2])
        if chosen.sum() >= _FEWEST_ALIKE:
            velocity[chosen] = velocities[chosen] - np.median(velocities[chosen])
    struck = set(zip(steps.tolist(), pieces.tolist(), strict=True))
    repeated = [(step - 1, piece) in struck for step, piece in zip(steps.tolist(), pieces.tolist(), strict=True)]
    classes = [CLASS_OF[piece] for piece in pieces.tolist()]
    cells = np.stack([np.array(classes), positions, np.array(repeated), ghosts], axis=1).astype(np.int64)
    return Deviations(steps, pieces, cells, timing, velocity)


def learn(performances: Sequence[Performance]) -> FeelModel:
    """Learn the feel of performances; lone fills and metres without quarters are left out."""
    usable = [p for p in performances if not p.fill and p.meter.beat_unit == _STEPS_PER_BEAT]
    seen = [deviations(performance) for performance in usable]
    families = [family_of(performance.style) for performance in usable]
    timing, velocity = np.zeros(TIMING_SHAPE), np.zeros(VELOCITY_SHAPE)
    for index, family in enumerate(FAMILIES):
        members = [d for d, f in zip(seen, families, strict=True) if index == 0 or f == family]
        cells = np.concatenate([d.cells for d in members]) if members else np.zeros((0, 4), dtype=np.int64)
        for table, kind, depth in ((timing, "timing_ms", 3), (velocity, "velocity", 4)):
            values = np.concatenate([getattr(d, kind) for d in members]) if members else np.zeros(0)
            known = ~np.isnan(values)
            order = [0, 1, 2] if depth == 3 else [0, 1, 2, 3]
            _fill(table[index], cells[known][:, order], values[known], table[0] if index else None)
    return FeelModel(
        np.round(timing / TIMING_UNIT_MS).astype(np.int16),
        np.round(velocity).astype(np.int8),
        _memory(seen, "timing_ms"),
        _memory(seen, "velocity"),
    )


def _fill(table: NDArray[Any], cells: NDArray[np.int64], values: FloatArray, behind: NDArray[Any] | None) -> None:
    """Quantiles of every cell, drawn towards the cell of all drummers, or towards that of all cells at its position."""
    overall = np.quantile(values, PROBABILITIES) if len(values) else np.zeros(len(PROBABILITIES))
    for cell in np.ndindex(*table.shape[:-1]):
        # All but the last coordinates first: the class and position of a piece tell more than its neighbours.
        chosen = np.all(cells == np.array(cell), axis=1)
        if behind is not None:
            coarse = behind[cell]
        else:
            alike = np.all(cells[:, :2] == np.array(cell[:2]), axis=1)
            coarse = _mixed(values[alike], overall)
        table[cell] = _mixed(values[chosen], coarse)


def _mixed(values: FloatArray, behind: FloatArray) -> FloatArray:
    if not len(values):
        return behind
    share = len(values) / (len(values) + _TRUST)
    mixed: FloatArray = share * np.quantile(values, PROBABILITIES) + (1 - share) * behind
    return mixed


def _memory(seen: Sequence[Deviations], kind: str) -> NoiseParams:
    """Fit lasting share and decay to the correlations at several gaps; average those of simultaneous strokes."""
    correlations = [_correlation(_pairs_apart(seen, kind, gap)) for gap in _GAPS]
    slope, intercept = np.polyfit(_GAPS, np.log(np.maximum(correlations, 0.01)), 1)
    return NoiseParams(
        lasting=min(math.exp(float(intercept)), 1.0),
        per_step=min(math.exp(float(slope)), 0.99),
        shared=max(_correlation(_pairs_together(seen, kind)), 0.0),
    )


def _pairs_apart(seen: Sequence[Deviations], kind: str, gap: int) -> Iterator[tuple[float, float]]:
    for deviation in seen:
        values = getattr(deviation, kind)
        for piece in np.unique(deviation.pieces):
            of_piece = np.flatnonzero(deviation.pieces == piece)
            apart = np.diff(deviation.steps[of_piece]) == gap
            yield from zip(values[of_piece[:-1][apart]], values[of_piece[1:][apart]], strict=True)


def _pairs_together(seen: Sequence[Deviations], kind: str) -> Iterator[tuple[float, float]]:
    for deviation in seen:
        values = getattr(deviation, kind)
        together = np.flatnonzero(np.diff(deviation.steps) == 0)
        yield from zip(values[together], values[together + 1], strict=True)


def _correlation(pairs: Iterator[tuple[float, float]]) -> float:
    """Correlation of the normal scores of pairs, which outliers cannot pull."""
    table = np.array(list(pairs)).reshape(-1, 2)
    table = table[~np.isnan(table).any(axis=1)]
    if len(table) < 2:
        return 0.0
    return float(np.corrcoef(_normal_scores(table[:, 0]), _normal_scores(table[:, 1]))[0, 1])


def _normal_scores(values: FloatArray) -> FloatArray:
    ranks = (np.argsort(np.argsort(values)) + 0.5) / len(values)
    return np.array([_NORMAL.inv_cdf(rank) for rank in ranks])


def spread(performances: Sequence[Performance]) -> dict[str, list[float]]:
    """The human range: 2.5th, 50th and 97.5th percentile over performances of the spread within one.

    Returns:
        Standard deviations: of timing in ms from the performance's own grid, of velocity from what is usual for the
        stroke, and of all velocities.
    """
    rows = []
    for performance in performances:
        if performance.fill or performance.meter.beat_unit != _STEPS_PER_BEAT or performance.bars < _FEWEST_AT_POSITION:
            continue
        seen = deviations(performance)
        rows.append((np.nanstd(seen.timing_ms), np.nanstd(seen.velocity), np.std(performance.velocities)))
    percentiles = np.percentile(np.array(rows), [2.5, 50, 97.5], axis=0).round(1)
    names = ("timing_ms", "velocity_from_usual", "velocity")
    return {name: percentiles[:, index].tolist() for index, name in enumerate(names)}


assert TIMING_SHAPE[1] == VELOCITY_SHAPE[1] == CLASSES
