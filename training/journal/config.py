"""Hyperparameters of training from the journal, and what a new model must hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalTrainingConfig:
    """Hyperparameters of training from the journal, and the limits of its gates.

    Attributes:
        steps: Updates.
        batch: Crops in an update.
        learning_rate: Highest learning rate of AdamW.
        dropout: Share of units dropped, 0-1.
        replayed: Share of crops from what the model learned before, 0-1.
        pairs: Weight of kept against regenerated beside the likelihood.
        least_pieces: Fewest different pieces to learn from.
        most_alike: Largest share of pieces that may be one another's near-duplicates, 0-1.
        most_surprising: Most bits a step of the journal's pieces, as a multiple of those of frozen tunes.
        tolerance: Most bits a step that frozen tunes may cost more.
        lost_variety: Largest share of its variety that the model may lose, 0-1.
        outputs: Melodies composed for the gates of masks, controls, variety and originality.
        seed: Draws crops, dropout and pairs.
    """

    steps: int = 120
    batch: int = 16
    learning_rate: float = 3e-4
    dropout: float = 0.2
    replayed: float = 0.5
    pairs: float = 0.1
    least_pieces: int = 30
    most_alike: float = 0.25
    most_surprising: float = 3.0
    tolerance: float = 0.02
    lost_variety: float = 0.1
    outputs: int = 48
    seed: int = 1
