"""How well the model predicts tunes that it has not seen, in bits, against a unigram model of the same symbols."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from services.melody.next_note_models.folk_model import INTERVAL_SYMBOLS, STEP_SYMBOLS, FolkModel
from training.folk.counting import Observation
from training.folk.grid import Observations

_ALTERATION_SYMBOLS = 2


@dataclass(frozen=True, slots=True)
class Bits:
    """Cost of a set of tunes.

    Attributes:
        steps: Sixteenth steps predicted, holds and rests included.
        onsets: Notes predicted.
        per_step: All bits (rhythm, interval, alteration) over steps.
        rhythm_per_step: Bits of rhythm over steps.
        pitch_per_onset: Bits of interval and alteration over onsets.
    """

    steps: int
    onsets: int
    per_step: float
    rhythm_per_step: float
    pitch_per_onset: float


def model_bits(model: FolkModel, tunes: Sequence[Observations]) -> Bits:
    """Negative log-likelihood under the model.

    Args:
        model: The model.
        tunes: What was observed of each.

    Raises:
        ValueError: There are no tunes.
    """
    rhythm = sum(-math.log2(model.steps(context)[symbol]) for tune in tunes for context, symbol in tune.rhythm)
    interval = sum(-math.log2(model.intervals(context)[symbol]) for tune in tunes for context, symbol in tune.interval)
    alteration = sum(
        -math.log2(model.alterations(context)[symbol]) for tune in tunes for context, symbol in tune.alteration
    )
    return _bits(tunes, rhythm, interval + alteration)


def unigram_bits(training: Sequence[Observations], tunes: Sequence[Observations]) -> Bits:
    """Negative log-likelihood when each symbol has its frequency in training, whatever its context.

    Args:
        training: What the frequencies are counted on.
        tunes: What was observed of each.

    Raises:
        ValueError: There are no tunes.
    """
    rhythm = _unigram(
        [event for tune in training for event in tune.rhythm],
        [event for tune in tunes for event in tune.rhythm],
        STEP_SYMBOLS,
    )
    interval = _unigram(
        [event for tune in training for event in tune.interval],
        [event for tune in tunes for event in tune.interval],
        INTERVAL_SYMBOLS,
    )
    alteration = _unigram(
        [event for tune in training for event in tune.alteration],
        [event for tune in tunes for event in tune.alteration],
        _ALTERATION_SYMBOLS,
    )
    return _bits(tunes, rhythm, interval + alteration)


def _unigram(training: Sequence[Observation], tunes: Sequence[Observation], symbols: int) -> float:
    counts = [1] * symbols
    for _, symbol in training:
        counts[symbol] += 1
    costs = [-math.log2(count / sum(counts)) for count in counts]
    return sum(costs[symbol] for _, symbol in tunes)


def _bits(tunes: Sequence[Observations], rhythm: float, pitch: float) -> Bits:
    steps = sum(len(tune.rhythm) for tune in tunes)
    onsets = sum(len(tune.alteration) for tune in tunes)
    if not steps or not onsets:
        raise ValueError("no tunes to evaluate on")
    return Bits(
        steps=steps,
        onsets=onsets,
        per_step=round((rhythm + pitch) / steps, 4),
        rhythm_per_step=round(rhythm / steps, 4),
        pitch_per_onset=round(pitch / onsets, 4),
    )
