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
        rate: Highest learning rate.
        segments: Share of crops that know nothing of the song before them, 0 to 1.
    """

    updates: int = 1000
    every: int = 100
    seed: int = 1
    patience: int = 3
    rate: float = 4e-3
    segments: float = 0.6
