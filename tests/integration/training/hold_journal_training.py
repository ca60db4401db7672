"""Trains from four synthetic journals and prints what became of each. Runs under .venv-training.

Usage: python -m tests.integration.training.hold_journal_training FOLDER
"""

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from boumbapp.journal.v2.interaction_pb2 import SIGNAL_KIND_KEPT, SIGNAL_KIND_REGENERATED, Interaction, Piece
from boumbapp.music.v2.events_pb2 import BarReady, ComposingEvent, Started
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import Bar, Note, Track
from google.protobuf.json_format import MessageToDict

from modelstore.registry import Registry
from services.composition.brief import CompositionBrief
from services.melody.engines.rule_based import start_piece
from services.melody.line_model import load
from services.melody.next_note_models.neural import neural_models
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand
from training.data.midi_folder import read_folder
from training.journal.config import JournalTrainingConfig
from training.journal.pieces import read_journal
from training.journal.train import Memory, train
from training.melody_line.config import FOLDER

EXAMPLES = Path("training/examples")
BARS = 8
CONFIG = JournalTrainingConfig(steps=16, batch=8, outputs=24, learning_rate=5e-4, least_pieces=20)


def pieces(count: int) -> Iterator[tuple[Started, list[Bar]]]:
    """What the specialist composes."""
    catalogue, models = Catalogue.load(), neural_models(load(FOLDER)[0])
    for seed in range(count):
        intent = understand(f"mélodie folk en sol majeur {BARS} mesures", IntentOptions(), "fr", catalogue)
        constraints = constrain(intent, catalogue, seed)
        next_bar = start_piece(models, CompositionBrief(constraints=constraints, intent=intent, bars=BARS, seed=seed))
        bars: list[Bar] = []
        while len(bars) < BARS:
            bars.append(next_bar(bars))
        track = Track(id="melody", role=constraints.role)
        yield Started(intent=intent, constraints=constraints, tracks=[track], seed=seed), bars


def noise(started: Started, bars: list[Bar], dice: random.Random) -> tuple[Started, list[Bar]]:
    """The same with notes that follow no style: any pitch at any time."""
    made = []
    for bar in bars:
        steps = sorted(dice.sample(range(16), 9))
        notes = [Note(pitch=dice.randrange(48, 96), start_step=step, duration_steps=1, velocity=90) for step in steps]
        made.append(Bar(index=bar.index, meter=bar.meter, notes=notes))
    return started, made


def line(number: int, started: Started, bars: list[Bar], *, stars: int = 5, dropped: bool = False) -> str:
    signals = [SIGNAL_KIND_REGENERATED] if dropped else [SIGNAL_KIND_KEPT]
    piece = Piece(request_id=f"r{number}", prompt=f"p{number // 2}", stars=stars, signals=signals)
    events = [ComposingEvent(started=started), *(ComposingEvent(bar=BarReady(track="melody", bar=bar)) for bar in bars)]
    content = {"piece": MessageToDict(piece), "interaction": MessageToDict(Interaction(events=events))}
    return json.dumps(content) + "\n"


def main() -> None:
    folder = Path(sys.argv[1])
    dice = random.Random(1)
    good = list(pieces(40))
    journals = {
        "good": [line(2 * n, *each) for n, each in enumerate(good)]
        + [line(2 * n + 1, *noise(*each, dice), stars=1, dropped=True) for n, each in enumerate(good[:6])],
        "noise": [line(n, *noise(*each, dice)) for n, each in enumerate(good)],
        "one loop": [line(n, *(good[0] if n % 4 else good[n // 4])) for n in range(160)],
        "too small": [line(n, *each) for n, each in enumerate(good[:8])],
    }
    tunes = read_folder(EXAMPLES).tunes
    memory = Memory(tunes[:6], {"tunes": tunes[6:]})
    outcome: dict[str, Any] = {}
    for name, lines in journals.items():
        path = folder / f"{name}.jsonl"
        path.write_text("".join(lines), "utf-8")
        registry = Registry(folder / name / "specialist-line")
        read = read_journal(path)
        outcome[name] = asdict(train(read, memory, registry, CONFIG, FOLDER))
        outcome[name]["champion"] = registry.champion().name
    print(json.dumps(outcome))


if __name__ == "__main__":
    main()
