"""How alike two sets of melodies are, feature by feature, after Yang and Lerch.

L.-C. Yang and A. Lerch, "On the evaluation of generative models in music", Neural Computing and Applications 32, 2020
(online 2018). A feature of each melody is a number or an array. The distances between the melodies of one set
(intra-set, each held against all others) spread in some way; so do those between the melodies of two sets (inter-set).
Two sets are alike in a feature when both spread alike: their densities, estimated by Gaussian kernels, then overlap,
and the Kullback-Leibler divergence of one from the other is small.

As in the paper: nine features with their definitions, and the number of pitch classes. Other than there: matrices and
histograms are shares, so that lines of different lengths compare; onsets are counted in sixteenths; and of its twelve
note lengths those that a grid of sixteenths has.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.scoring.protocol import EventLine, FloatArray, IntArray

# Sixteenths: what a note's length is nearest to, the shorter one of two.
_LENGTHS = np.array([1, 2, 3, 4, 6, 8, 12, 16])
_OCTAVE = 12
# A set of fewer lines says nothing of how lines differ.
FEWEST = 4
_POINTS = 400  # of a density
_TAILS = 4.0  # bandwidths beyond the outermost distances
_CHUNK = 4096  # distances at once
_LEAST = 1e-12  # of a density, where the other one is compared with it


def pitch_count(line: EventLine) -> FloatArray:
    """Number of different pitches."""
    return np.array([len(np.unique(line.pitches))], float)


def pitch_class_count(line: EventLine) -> FloatArray:
    """Number of different pitch classes."""
    return np.array([len(np.unique(line.pitches % _OCTAVE))], float)


def pitch_class_histogram(line: EventLine) -> FloatArray:
    """Share of the notes that each pitch class has, (12,)."""
    return _shares(np.bincount(line.pitches % _OCTAVE, minlength=_OCTAVE))


def pitch_class_transitions(line: EventLine) -> FloatArray:
    """Share of the moves that lead from each pitch class to each other one, (12 * 12,)."""
    return _transitions(line.pitches % _OCTAVE, _OCTAVE)


def pitch_range(line: EventLine) -> FloatArray:
    """Semitones from the lowest to the highest note."""
    return np.array([np.ptp(line.pitches)], float)


def pitch_interval(line: EventLine) -> FloatArray:
    """Mean distance of a note from the one before, in semitones."""
    return np.array([np.abs(np.diff(line.pitches)).mean()])


def note_count(line: EventLine) -> FloatArray:
    """Number of notes."""
    return np.array([len(line.onsets)], float)


def inter_onset_interval(line: EventLine) -> FloatArray:
    """Mean sixteenths from one onset to the next."""
    return np.array([np.diff(line.onsets).mean()])


def note_length_histogram(line: EventLine) -> FloatArray:
    """Share of the notes that each length has, (8,)."""
    return _shares(np.bincount(_length_classes(line), minlength=len(_LENGTHS)))


def note_length_transitions(line: EventLine) -> FloatArray:
    """Share of the moves that lead from each length to each other one, (8 * 8,)."""
    return _transitions(_length_classes(line), len(_LENGTHS))


FEATURES: Mapping[str, Callable[[EventLine], FloatArray]] = {
    feature.__name__: feature
    for feature in (
        pitch_count,
        pitch_class_count,
        pitch_class_histogram,
        pitch_class_transitions,
        pitch_range,
        pitch_interval,
        note_count,
        inter_onset_interval,
        note_length_histogram,
        note_length_transitions,
    )
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two sets are in a feature.

    Attributes:
        area: That the densities of intra- and inter-set distances have in common, 0 to 1.
        divergence: Bits of Kullback and Leibler from the intra-set density to the inter-set one, from 0 up.
    """

    area: float
    divergence: float


def likeness(human: Sequence[EventLine], other: Sequence[EventLine]) -> dict[str, Likeness | None]:
    """How a set of lines differs from human ones, beside how these differ among themselves.

    Args:
        human: Lines of at least two notes each.
        other: Likewise.

    Returns:
        By feature; None where there are fewer than `FEWEST` lines in a set, or all are equally far apart.
    """
    found = {}
    for name, feature in FEATURES.items():
        first, second = (np.array([feature(line) for line in lines]) for lines in (human, other))
        enough = min(len(first), len(second)) >= FEWEST
        found[name] = compared(intra_set(first), inter_set(first, second)) if enough else None
    return found


def intra_set(vectors: FloatArray) -> FloatArray:
    """Euclidean distances of each vector of (N, D) from every other one, (N * (N - 1),)."""
    distances = inter_set(vectors, vectors).reshape(len(vectors), len(vectors))
    others: FloatArray = distances[~np.eye(len(vectors), dtype=bool)]
    return others


def inter_set(first: FloatArray, second: FloatArray) -> FloatArray:
    """Euclidean distances of each vector of (N, D) from each of (M, D), (N * M,).

    Args:
        first: (N, D).
        second: (M, D).
    """
    distances: FloatArray = np.linalg.norm(first[:, None] - second[None], axis=2).ravel()
    return distances


def compared(intra: FloatArray, inter: FloatArray) -> Likeness | None:
    """How alike two sets of distances spread; None when one of them does not spread at all.

    Args:
        intra: Distances within a set.
        inter: Distances between two sets.
    """
    widths = _bandwidth(intra), _bandwidth(inter)
    if not all(widths):
        return None
    tail = _TAILS * max(widths)
    grid = np.linspace(min(intra.min(), inter.min()) - tail, max(intra.max(), inter.max()) + tail, _POINTS)
    step = grid[1] - grid[0]
    mine, theirs = (_density(values, width, grid) for values, width in zip((intra, inter), widths, strict=True))
    ratio = np.log2(np.maximum(mine, _LEAST) / np.maximum(theirs, _LEAST))
    # Sums over a grid that ends in the tails: what they miss is of the order of a thousandth.
    area, divergence = float(np.minimum(mine, theirs).sum() * step), float((mine * ratio).sum() * step)
    return Likeness(min(area, 1.0), max(divergence, 0.0))


def _bandwidth(distances: FloatArray) -> float:
    """Of the kernels, by Scott's rule ("Multivariate Density Estimation", 1992); 0 when all distances are equal."""
    spread = float(distances.std(ddof=1)) if len(distances) > 1 else 0.0
    # Equal distances may differ in their last bits.
    return 0.0 if spread <= 1e-9 * abs(float(distances.mean())) else spread * len(distances) ** -0.2


def _density(distances: FloatArray, width: float, grid: FloatArray) -> FloatArray:
    total = np.zeros(len(grid))
    for start in range(0, len(distances), _CHUNK):
        apart = (grid[:, None] - distances[None, start : start + _CHUNK]) / width
        total += np.exp(-0.5 * apart * apart).sum(axis=1)
    density: FloatArray = total / (len(distances) * width * math.sqrt(2 * math.pi))
    return density


def _length_classes(line: EventLine) -> IntArray:
    classes: IntArray = np.abs(line.lengths[:, None] - _LENGTHS[None]).argmin(axis=1)
    return classes


def _transitions(classes: IntArray, size: int) -> FloatArray:
    return _shares(np.bincount(classes[:-1] * size + classes[1:], minlength=size * size))


def _shares(counts: IntArray) -> FloatArray:
    shares: FloatArray = counts / max(int(counts.sum()), 1)
    return shares
