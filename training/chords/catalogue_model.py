"""The catalogue's defaults as a model of chords: which progression a song plays, and where in it, as a hidden state.

States are the chords of all progressions of the families that share the corpus. In each bar a state stays, goes on to
the next chord of its progression, or jumps to the beginning of any, by the weights. A state mostly emits its own chord,
sometimes one of the same triad, and any other by frequency.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from boumbapp.music.v2.music_pb2 import Key
from numpy.typing import NDArray

from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_symbols import parse_numeral
from training.chords.counts import Counts, context
from training.chords.lines import ChordLine
from training.chords.vocabulary import SYMBOLS, symbol_of_message, triad_of
from training.chords.weights import NAME

FloatArray = NDArray[np.float64]
# Shares that are tried for the smoothing, on songs of training.
_STAYS, _JUMPS = (0.35, 0.2, 0.5, 0.6), (0.05, 0.02, 0.1, 0.2)
_OWN, _OTHERS = (0.7, 0.55, 0.8, 0.9), (0.35, 0.1, 0.2, 0.5)
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How the catalogue's chords are smoothed.

    Attributes:
        stay: Probability that a chord goes on in the next bar.
        jump: Probability that another progression begins.
        own: Share of a state's own chord among those of its triad.
        other: Probability of a chord by frequency instead.
    """

    stay: float
    jump: float
    own: float
    other: float


@dataclass(frozen=True, slots=True)
class _States:
    following: NDArray[np.int64]
    beginnings: FloatArray
    chords: NDArray[np.int64]


class CatalogueModel:
    """Predicts a line by the progressions of the counted families.

    Args:
        catalogue: With the families.
        frequencies: Counts of chords alone.
        smoothing: As it was fitted.
        judged: Whether judgements weight the progressions, rather than counts.
    """

    def __init__(self, catalogue: Catalogue, frequencies: Counts, smoothing: Smoothing, *, judged: bool) -> None:
        self.smoothing = smoothing
        self._frequencies = np.array(
            [frequencies.probability([context()], symbol) for symbol in range(SYMBOLS)], dtype=np.float64
        )
        self._states = {minor: _states(catalogue, minor=minor, judged=judged) for minor in (False, True)}
        self._emissions = {
            minor: _emissions(states.chords, self._frequencies, smoothing) for minor, states in self._states.items()
        }

    def costs(self, line: ChordLine) -> tuple[FloatArray, FloatArray]:
        """Bits of every chord, and of it given that it is another than the one before.

        Args:
            line: The song.
        """
        states, emissions = self._states[line.minor], self._emissions[line.minor]
        belief = states.beginnings
        bits, change_bits = np.zeros(len(line.symbols)), np.zeros(len(line.symbols))
        for index, symbol in enumerate(line.symbols):
            predicted = belief if not index else self._moved(belief, states, first=line.firsts[index])
            came = max(float(predicted @ emissions[:, symbol]), _LEAST)
            stayed = float(predicted @ emissions[:, line.symbols[index - 1]]) if index else 0.0
            bits[index] = -np.log2(came)
            change_bits[index] = -np.log2(came / max(1 - stayed, came))
            belief = predicted * emissions[:, symbol] / came
        return bits, change_bits

    def _moved(self, belief: FloatArray, states: _States, *, first: bool) -> FloatArray:
        stay = self.smoothing.stay if first else 0.0
        going = np.bincount(states.following, weights=belief, minlength=len(belief))
        moved: FloatArray = (
            stay * belief
            + (1 - stay - self.smoothing.jump) * going
            + self.smoothing.jump * belief.sum() * states.beginnings
        )
        total: float = moved.sum()
        scaled: FloatArray = moved / total
        return scaled


def fit_smoothing(catalogue: Catalogue, frequencies: Counts, lines: Sequence[ChordLine], *, judged: bool) -> Smoothing:
    """The smoothing under which lines cost least, one share after the other.

    Args:
        catalogue: With the families.
        frequencies: Counts of chords alone.
        lines: Songs of training.
        judged: Whether judgements weight the progressions.
    """
    best = Smoothing(_STAYS[0], _JUMPS[0], _OWN[0], _OTHERS[0])

    def cost(smoothing: Smoothing) -> float:
        model = CatalogueModel(catalogue, frequencies, smoothing, judged=judged)
        return sum(float(model.costs(line)[0].sum()) for line in lines)

    for name, shares in (("stay", _STAYS), ("other", _OTHERS), ("jump", _JUMPS), ("own", _OWN)):
        tried = [Smoothing(**{**_fields(best), name: share}) for share in shares]
        best = min(tried, key=cost)
    return best


def _fields(smoothing: Smoothing) -> Mapping[str, float]:
    return {name: getattr(smoothing, name) for name in Smoothing.__slots__}


def _states(catalogue: Catalogue, *, minor: bool, judged: bool) -> _States:
    weights: dict[tuple[int, ...], float] = {}
    for family in catalogue.harmonies.values():
        for scale, choices in family.tonalities.items() if family.counted == NAME else ():
            if catalogue.scales[scale].is_minor != minor:
                continue
            key = Key(tonic="C", scale=scale)
            total = sum(each.judged if judged else each.weight for each in choices)
            for each in choices:
                read = [parse_numeral(numeral, key, catalogue) for bar in each.bars for numeral in bar]
                chords = tuple(symbol_of_message(chord, 0) for chord in read if chord is not None)
                share = (each.judged if judged else each.weight) / total
                weights[chords] = weights.get(chords, 0.0) + share
    following: list[int] = []
    beginnings: list[float] = []
    symbols: list[int] = []
    for chords, weight in weights.items():
        first = len(symbols)
        symbols.extend(chords)
        following.extend(first + (place + 1) % len(chords) for place in range(len(chords)))
        beginnings.extend(weight if not place else 0.0 for place in range(len(chords)))
    shares = np.array(beginnings)
    return _States(np.array(following), shares / shares.sum(), np.array(symbols))


def _emissions(chords: NDArray[np.int64], frequencies: FloatArray, smoothing: Smoothing) -> FloatArray:
    triads = [triad_of(symbol) for symbol in range(SYMBOLS)]
    rows = np.zeros((len(chords), SYMBOLS))
    for row, chord in zip(rows, chords.tolist(), strict=True):
        like = np.array([triads[symbol] == triads[chord] for symbol in range(SYMBOLS)]) * frequencies
        row[:] = (1 - smoothing.own) * like / like.sum()
        row[chord] += smoothing.own
    return (1 - smoothing.other) * rows + smoothing.other * frequencies
