"""Hyperparameters of a Melody RNN's training that are not Magenta's own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyRnnTrainingConfig:
    """Hyperparameters that are not Magenta's own.

    Attributes:
        batch: Melodies in a batch; Magenta's own are of 128.
        every: Batches between two validations.
        patience: Validations without a new lowest loss after which training ends.
        seed: Draws weights, batches and dropout.
    """

    batch: int = 8
    every: int = 400
    patience: int = 4
    seed: int = 20261121
