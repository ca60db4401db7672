"""A mixer of simple models: what a line can be predicted with before anything of its own design is learned.

Experts (the plain GRU, the Markov model, and matches at every lag) are multiplied, each raised to a weight, and the
product is normalised, as in the PAQ compressors (Mahoney, 2005). A gate chooses the weights of a step: a sum of one
set for how long the longest match is, and one for how much of the line has passed. It has 200 numbers, fitted on
validation songs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.history import KINDS
from training.baselines.matches import CONTEXTS, Matches, matches_of
from training.common.expert_mixing import fit_weights, mix
from training.scoring.protocol import FIRST_PITCH, EventLine, FloatArray, IntArray, Prediction, Predictor, nats_of

# Steps that have passed at which the second half of the gate's contexts begin.
AGES = (16, 64, 128, 256, 512)
ROWS = CONTEXTS + len(AGES) + 1
_LEAST = -20.0  # a log-probability below counts as this one


@dataclass(frozen=True, slots=True)
class Gate:
    """Weights of experts by context, (ROWS, experts): those of `views_of`, in its order.

    Attributes:
        kinds: Of the kinds of a step.
        pitches: Of the pitch of an onset.
    """

    kinds: FloatArray
    pitches: FloatArray

    @classmethod
    def read(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> "Gate":
        """A gate out of a file that holds several.

        Args:
            arrays: By `<gate>.kinds` and `<gate>.pitches`.
            name: Of the gate.
        """
        return cls(*(arrays[f"{name}.{part}"].astype(np.float64) for part in ("kinds", "pitches")))

    @classmethod
    def fit(cls, lines: Sequence[EventLine], views: Sequence["ExpertViews"]) -> "Gate":
        """The gate that predicts lines best.

        Args:
            lines: That no expert was trained on.
            views: What the experts expect of each.
        """
        rows = np.concatenate([each.rows for each in views])
        rows_at = np.concatenate([each.rows[line.onsets] for line, each in zip(lines, views, strict=True)])
        kinds = np.concatenate([each.kinds.astype(np.float32) for each in views])
        pitches = np.concatenate([each.pitches.astype(np.float32) for each in views])
        happened = np.concatenate([np.minimum(line.symbols, FIRST_PITCH) for line in lines])
        played = np.concatenate([line.events[line.onsets] for line in lines])
        return cls(fit_weights(rows, kinds, happened, ROWS), fit_weights(rows_at, pitches, played, ROWS))


@dataclass(frozen=True, slots=True)
class ExpertViews:
    """What all experts expect of a line; T steps, N onsets.

    Attributes:
        rows: (T, 2) rows of the gate whose weights add up at each step.
        kinds: (T, experts, KINDS) log-probabilities.
        pitches: (N, experts, PITCHES) log-probabilities.
    """

    rows: IntArray
    kinds: FloatArray
    pitches: FloatArray


def views_of(line: EventLine, predictions: Sequence[Prediction], matches: Matches | None = None) -> ExpertViews:
    """What matches and models expect of a line, side by side.

    Args:
        line: T steps long.
        predictions: Of the models.
        matches: Of the line, where they are known already.
    """
    matches = matches or matches_of(line)
    ages = CONTEXTS + np.searchsorted(AGES, np.arange(len(line.events)), side="right")
    own = np.broadcast_to(np.eye(KINDS), (len(ages), KINDS, KINDS))  # one for each kind: how usual it is
    kinds = [own, matches.kinds, *(each.kinds[:, None] for each in predictions)]
    pitches = [matches.pitches, *(each.pitches[:, None] for each in predictions)]
    return ExpertViews(
        np.stack([matches.contexts, ages], axis=1),
        np.maximum(np.concatenate(kinds, axis=1), _LEAST),
        np.maximum(np.concatenate(pitches, axis=1), _LEAST),
    )


class MixedModel:
    """Models and matches, mixed.

    Args:
        name: As printed.
        models: In the order of the gate.
        gate: Their weights.
    """

    def __init__(self, name: str, models: Sequence[Predictor], gate: Gate) -> None:
        self.name, self._models, self._gate = name, models, gate

    def predict(self, line: EventLine) -> Prediction:
        """Log-probabilities of what could happen at each step of a line, given the steps before it."""
        views = views_of(line, [model.predict(line) for model in self._models])
        kinds = mix(self._gate.kinds, views.rows, views.kinds)
        return Prediction(kinds, mix(self._gate.pitches, views.rows[line.onsets], views.pitches))

    def nats(self, line: EventLine) -> FloatArray:
        """(T,) negative log-likelihood of each event, in nats."""
        return nats_of(self.predict(line), line)
