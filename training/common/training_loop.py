"""The training loop of all networks: rounds of updates, each with a checkpoint, that can be interrupted and resumed."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from jax import Array

from training.common import checkpoint

StateT = TypeVar("StateT")
# The state after an update, and its loss, given the state before and the number of the update, from 0.
Update = Callable[[StateT, int], tuple[StateT, Array]]


@dataclass(frozen=True, slots=True)
class Round:
    """Updates between two checkpoints.

    Attributes:
        done: Updates made by its end, those of earlier rounds included.
        losses: Of each update, in nats.
        seconds: Wall-clock time of the updates.
    """

    done: int
    losses: list[float]
    seconds: float

    @property
    def mean_loss(self) -> float:
        """Mean of the losses, in nats."""
        return float(np.mean(self.losses))


class TrainingLoop(Generic[StateT]):
    """Runs updates in rounds; goes on from the checkpoint where there is one.

    Attributes:
        state: Weights and all else that an update changes, a tree of arrays.
        done: Updates made so far.
        history: An entry per finished round.

    Args:
        file: Of the checkpoint.
        state: To begin with.

    Raises:
        UnusableCheckpoint: The checkpoint is damaged or of another network.
    """

    def __init__(self, file: Path, state: StateT) -> None:
        self._file = file
        self.state = state
        self.done = 0
        self.history: list[dict[str, Any]] = []
        if found := checkpoint.read(file, state):
            self.state, record = found
            self.done, self.history = record["done"], record["history"]

    def rounds(self, update: Update[StateT], every: int, total: int | None = None) -> Iterator[Round]:
        """Train; the caller answers each round with `save`.

        Args:
            update: Makes one update. What it draws must depend on the number of the update alone, so that a resumed
                run ends as an uninterrupted one does.
            every: Updates of a round; the last one may be shorter.
            total: Updates after which training ends; None for as long as the caller asks for rounds.
        """
        while total is None or self.done < total:
            end = (self.done // every + 1) * every
            end = end if total is None else min(end, total)
            began, losses = time.monotonic(), list[float]()
            pending: Array | None = None
            while self.done < end:
                self.state, loss = update(self.state, self.done)
                self.done += 1
                # JAX computes in the background: one update is prepared while another one runs, and no more.
                if pending is not None:
                    losses.append(float(pending))
                pending = loss
            if pending is not None:
                losses.append(float(pending))
            yield Round(self.done, losses, time.monotonic() - began)

    def save(self, entry: dict[str, Any]) -> None:
        """Add an entry to the history and write the checkpoint."""
        self.history.append(entry)
        checkpoint.write(self._file, self.state, {"done": self.done, "history": self.history})


def has_converged(losses: Sequence[float], patience: int) -> bool:
    """Whether validation has not improved for a while (early stopping).

    Args:
        losses: Of every validation so far, in order.
        patience: Validations without a new lowest loss after which training ends, at least 1.
    """
    return bool(losses) and len(losses) - 1 - int(np.argmin(losses)) >= patience


class RunningMean:
    """An exponential moving average of losses, for the log.

    Args:
        decay: Share of the average that a new value leaves, 0-1.
    """

    def __init__(self, decay: float) -> None:
        self._decay = decay
        self.value = math.nan

    def add(self, values: Sequence[float]) -> float:
        """The average after some more values."""
        for value in values:
            self.value = value if math.isnan(self.value) else self._decay * self.value + (1 - self._decay) * value
        return self.value
