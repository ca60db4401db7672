"""Hyperparameters of the model for Ollama and of its training, and the names of the files that training writes."""

from dataclasses import dataclass
from typing import Final

WEIGHTS: Final = "weights.npz"
METRICS: Final = "metrics.json"
CHECKPOINT: Final = "checkpoint.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaTrainingConfig:
    """Hyperparameters of training.

    Attributes:
        steps: Updates.
        batch: Crops in an update.
        muon_rate: Highest learning rate of the blocks' matrices.
        adam_rate: Highest learning rate of all other weights.
        weight_decay: Weight decay of all weights.
        melody_share: Share of crops from sung pop melodies, 0-1.
        check_every: Updates between checkpoints.
        seed: Draws weights and crops.
    """

    steps: int = 500
    batch: int = 4
    muon_rate: float = 0.02
    adam_rate: float = 4e-3
    weight_decay: float = 0.02
    melody_share: float = 0.5
    check_every: int = 50
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaShape:
    """Sizes of a network.

    Attributes:
        width: Units of the residual stream.
        layers: Number of blocks.
        heads: Attention heads; the width is a multiple of twice as many.
        hidden: Units of the feed-forward part.
        context: Most tokens.
    """

    width: int = 128
    layers: int = 4
    heads: int = 4
    hidden: int = 320
    context: int = 256
