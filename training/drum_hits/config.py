"""Hyperparameters of the drums specialist: sizes of both networks, and how they are trained."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayerSizes:
    """Units of the layers.

    Attributes:
        entry: Of the dense layer before the GRU.
        state: Of the GRU.
        exit: Of the dense layer after it.
    """

    entry: int
    state: int
    exit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumTrainingConfig:
    """Hyperparameters of a network's training.

    Attributes:
        epochs: Times that every sequence would be seen while the learning rate falls to its lowest.
        stop_after: Epochs after which training ends all the same, because the validation split gains no more.
        streams: Streams in a batch (B), in which sequences follow each other.
        stretch: Steps of a batch (T), for truncated backpropagation through time.
        rate: Highest learning rate.
        warm_up: Updates until it is reached.
        decay: Weight decay of matrices.
        dropout: Share of units dropped, 0-1.
        withheld: Probability that a sequence's family, kind, tempo or grid is withheld, each by itself, 0-1.
        average: Share of the running average of weights that an update leaves as it is, 0-1.
        seed: Draws everything.
    """

    epochs: int
    stop_after: int | None = None
    streams: int = 32
    stretch: int = 32
    rate: float = 4e-3
    warm_up: int = 200
    decay: float = 0.05
    dropout: float = 0.2
    withheld: float = 0.3
    average: float = 0.998
    seed: int = 1


HIT_SIZES, HIT_CONFIG = LayerSizes(entry=192, state=256, exit=256), DrumTrainingConfig(epochs=14, stop_after=11)
TOUCH_SIZES, TOUCH_CONFIG = LayerSizes(entry=160, state=128, exit=192), DrumTrainingConfig(epochs=10, stop_after=8)
