"""Metrics of how well a model predicts lines, all over the same steps and notes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.history import KIND_HOLD
from training.evaluation.bar_kinds import BAR_KINDS, steps_of_kind
from training.scoring.protocol import EventLine, FloatArray, Prediction, Predictor, Scorer, nats_of

_QUARTERS = 4


@dataclass
class BarKindTally:
    """Sums over the bars of each kind; see `training.evaluation.bar_kinds`."""

    nats: dict[str, float] = field(default_factory=lambda: dict.fromkeys(BAR_KINDS, 0.0))
    steps: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BAR_KINDS, 0))

    def add(self, line: EventLine, nats: FloatArray) -> None:
        """Count one more line.

        Args:
            line: T steps long.
            nats: What its last steps cost, at most T.
        """
        for kind, chosen in steps_of_kind(line).items():
            of_kind = chosen[len(chosen) - len(nats) :]
            self.nats[kind] += float(nats[of_kind].sum())
            self.steps[kind] += int(of_kind.sum())

    def metrics(self) -> dict[str, Any]:
        """Bits per step of each kind, None where there are no such bars, and their `steps_in_...`."""
        costs = {
            f"bits_per_step_{kind}": round(self.nats[kind] / steps / math.log(2), 4) if steps else None
            for kind, steps in self.steps.items()
        }
        return costs | {f"steps_{kind}": steps for kind, steps in self.steps.items()}


@dataclass
class MetricTally:
    """Sums over lines, in nats."""

    steps: int = 0
    onsets: int = 0
    nats: float = 0.0
    onset_nats: float = 0.0
    pitch_nats: float = 0.0
    pitch_hits: int = 0
    duration_nats: float = 0.0
    duration_hits: int = 0
    predicts: bool = False
    quarter_nats: FloatArray = field(default_factory=lambda: np.zeros(_QUARTERS))
    quarter_steps: NDArray[np.int64] = field(default_factory=lambda: np.zeros(_QUARTERS, np.int64))
    kinds: BarKindTally = field(default_factory=BarKindTally)

    def add(self, line: EventLine, expected: Prediction | FloatArray) -> None:
        """Count one more line.

        Args:
            line: The line, T steps long.
            expected: The model's predictions, or (T,) negative log-likelihoods in nats.
        """
        if isinstance(expected, Prediction):
            self._expect(expected, line)
            nats = nats_of(expected, line)
        else:
            nats = expected
        self.kinds.add(line, nats)
        quarters = np.arange(len(nats)) * _QUARTERS // len(nats)
        self.quarter_nats += np.bincount(quarters, nats, _QUARTERS)
        self.quarter_steps += np.bincount(quarters, minlength=_QUARTERS)
        self.steps += len(nats)
        self.onsets += len(line.onsets)
        self.nats += float(nats.sum())
        self.onset_nats += float(nats[line.onsets].sum())

    def _expect(self, prediction: Prediction, line: EventLine) -> None:
        self.predicts = True
        pitches = line.events[line.onsets]
        self.pitch_nats -= float(prediction.pitches[np.arange(len(pitches)), pitches].sum())
        self.pitch_hits += int((prediction.pitches.argmax(axis=1) == pitches).sum())
        nats, right = duration_nats(prediction.kinds, line)
        self.duration_nats += float(nats.sum())
        self.duration_hits += int(right.sum())

    def metrics(self) -> dict[str, Any]:
        """The metrics; see `training.evaluation.melody`. Raises ValueError when nothing was scored."""
        if not self.steps or not self.onsets:
            raise ValueError("nothing was scored")
        bit = math.log(2)
        figures: dict[str, float | int] = {
            "bits_per_step": self.nats / self.steps / bit,
            "bits_per_onset_step": self.onset_nats / self.onsets / bit,
            "bits_per_other_step": (self.nats - self.onset_nats) / max(self.steps - self.onsets, 1) / bit,
            "bits_per_onset": self.nats / self.onsets / bit,
        }
        if self.predicts:
            figures |= {
                "pitch_perplexity": math.exp(self.pitch_nats / self.onsets),
                "pitch_accuracy": self.pitch_hits / self.onsets,
                "duration_perplexity": math.exp(self.duration_nats / self.onsets),
                "duration_accuracy": self.duration_hits / self.onsets,
            }
        return {name: round(value, 4) for name, value in figures.items()} | {
            **self.kinds.metrics(),
            "bits_per_step_by_quarter": self._by_quarter(),
            "steps": self.steps,
            "onsets": self.onsets,
        }

    def _by_quarter(self) -> list[float]:
        bits: list[float] = (self.quarter_nats / np.maximum(self.quarter_steps, 1) / math.log(2)).round(4).tolist()
        return bits


def duration_nats(kinds: FloatArray, line: EventLine) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Negative log-likelihood of each note's length, and whether the likelier choice at each step gives it.

    A note lasts until the next step that is no hold. The last note of a line ends with the line, and is taken as long
    as it sounded.

    Args:
        kinds: Log-probabilities of hold, off and onset at each step, (T, 3).
        line: The line, T steps long, with N onsets.

    Returns:
        (N,) nats, and (N,) whether the likelier choice at each step gives the length.
    """
    holds = np.exp(kinds[:, KIND_HOLD])
    starts = line.onsets
    nats, right = np.zeros(len(starts)), np.ones(len(starts), dtype=np.bool_)
    ending = np.maximum(1 - holds, 1e-12)
    for index, (start, end) in enumerate(zip(starts, starts + line.lengths, strict=True)):
        held = holds[start + 1 : end]
        nats[index] = -np.log(held).sum()
        right[index] = bool((held > 0.5).all())
        if end < len(holds):
            nats[index] -= math.log(ending[end])
            right[index] &= bool(holds[end] < 0.5)
    return nats, right


def expected(scorer: Scorer, line: EventLine) -> Prediction | FloatArray:
    """Predictions of a line's events, or where a model gives none, their negative log-likelihoods.

    Args:
        scorer: The model.
        line: The line, T steps long.

    Returns:
        Log-probabilities of what could happen at each step; of a model that is no `Predictor`, (T,) nats.
    """
    return scorer.predict(line) if isinstance(scorer, Predictor) else scorer.nats(line)


def tally(scorer: Scorer, lines: Iterable[EventLine]) -> MetricTally:
    """Score lines one after the other.

    Args:
        scorer: The model.
        lines: To score.
    """
    counted = MetricTally()
    for line in lines:
        counted.add(line, expected(scorer, line))
    return counted
