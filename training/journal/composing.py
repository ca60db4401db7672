"""What a model composes, for the gates: melodies of different styles, keys, densities and seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, Bar, Level

from services.composition.brief import CompositionBrief
from services.melody.engines.rule_based import start_piece
from services.melody.line_model import load
from services.melody.line_model.originality import Move
from services.melody.next_note_models.neural import neural_models
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand
from services.theory.validation.bars import validate
from training.common.progress import track
from training.melody_line.originality import moves_of

_PROMPTS = (
    "mélodie pop en do majeur",
    "mélodie folk en ré majeur",
    "melody ballad in A minor",
    "basse funk en sol mineur",
    "melody jazz in Bb major",
    "mélodie valse en sol majeur 3/4",
    "bass rock in E minor",
    "melody 6/8 in G major",
)
_DENSITIES: tuple[Level.ValueType, ...] = (LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH)
_BARS = 8


@dataclass(frozen=True, slots=True)
class Composed:
    """A melody that a model composed.

    Attributes:
        moves: Of its notes.
        density: Asked for.
        onsets: In a bar, on average.
        corrections: That theory would have made.
    """

    moves: tuple[Move, ...]
    density: Level.ValueType
    onsets: float
    corrections: int


def compose(folder: Path, count: int) -> list[Composed]:
    """Melodies of a model.

    Args:
        folder: Of the model as it ships.
        count: How many; the first of one model and of another answer the same request.
    """
    catalogue, models = Catalogue.load(), neural_models(load(folder)[0])
    found = []
    for number in track(range(count), f"Composing with {folder.name}", count):
        density = _DENSITIES[number // len(_PROMPTS) % len(_DENSITIES)]
        prompt = f"{_PROMPTS[number % len(_PROMPTS)]} {_BARS} mesures"
        intent = understand(prompt, IntentOptions(density=density), "fr", catalogue)
        constraints = constrain(intent, catalogue, number)
        brief = CompositionBrief(constraints=constraints, intent=intent, bars=_BARS, seed=number)
        next_bar, bars = start_piece(models, brief), list[Bar]()
        while len(bars) < _BARS:
            bars.append(next_bar(bars))
        steps = constraints.meter.beats * 16 // constraints.meter.beat_unit
        found.append(
            Composed(
                tuple(moves_of(_line(bars, steps))),
                density,
                sum(len(bar.notes) for bar in bars) / _BARS,
                sum(len(validate(constraints, bar, "en").corrections) for bar in bars),
            )
        )
    return found


def _line(bars: Sequence[Bar], steps: int) -> list[tuple[int, int]]:
    """Onsets in steps, and the highest pitch of each."""
    notes = {
        bar.index * steps + note.start_step: note.pitch
        for bar in bars
        for note in sorted(bar.notes, key=lambda note: note.pitch)
        if not note.tied
    }
    return sorted(notes.items())
