"""Hyperparameters of the baseline GRU's training."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GruTrainingConfig:
    """Hyperparameters of the GRU's training.

    Attributes:
        updates: Gradient steps in all.
        every: Updates between two validations, each of which leaves a checkpoint.
        seed: Draws weights, crops and dropout.
        patience: Validations without a new lowest loss after which training ends.
    """

    updates: int = 1000
    every: int = 50
    seed: int = 1
    patience: int = 3
