"""Hyperparameters of the line model's training, and where its files are."""

from dataclasses import dataclass
from pathlib import Path

NAME = "specialist-line"
FOLDER = Path(__file__).parents[2] / "models" / NAME  # of the model that ships
WEIGHTS, CHECKPOINT, METRICS = "weights.npz", "checkpoint.npz", "metrics.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTrainingConfig:
    """Hyperparameters of the line model's training.

    Attributes:
        steps: Updates.
        batch: Crops in an update.
        state: Units of each GRU layer.
        step_hidden: Hidden units of the head of events.
        pitch_hidden: Hidden units of the head of pitches.
        learning_rate: Highest learning rate of AdamW.
        weight_decay: Weight decay of AdamW.
        dropout: Share of units dropped, 0-1.
        melody_share: Share of crops from sung pop melodies, 0-1.
        check_every: Updates between validations, each of which leaves a checkpoint.
        seed: Draws weights, crops and dropout.
    """

    steps: int = 2400
    batch: int = 32
    state: int = 256
    step_hidden: int = 160
    pitch_hidden: int = 192
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    dropout: float = 0.3
    melody_share: float = 0.5
    check_every: int = 150
    seed: int = 1
