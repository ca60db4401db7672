"""10,000 bars over random constraints through the specialist: what may never happen is counted, each bar is timed.

Every scale of the catalogue, metres from 2/4 to 7/8, all roles, registers, densities and styles. Single-threaded.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    LEVEL_MEDIUM,
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    ROLE_PAD,
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    Bar,
    Key,
    Meter,
    Swing,
)

from music.grid import TICKS_PER_STEP
from music.meter import steps_per_bar
from services.composition.brief import CompositionBrief
from services.melody import line_model
from services.melody.engines.rule_based import start_piece
from services.melody.next_note_models.neural import neural_models
from services.melody.next_note_models.protocol import NextNoteModels
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain

MODEL = Path(__file__).resolve().parents[1] / "models" / "specialist-line"
BARS = 10_000
LEVELS = (LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH)
ROLES = (ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD)
_METRES = ((2, 4), (3, 4), (4, 4), (5, 4), (6, 4), (7, 4), (3, 8), (5, 8), (6, 8), (7, 8), (9, 8), (12, 8), (2, 2))
_TONICS = ("C", "C#", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_FAULTS = ("errors", "empty bars", "outside the mask", "outside the range", "outside the bar", "bad value", "too many")
Row = dict[str, object]


def load_models() -> NextNoteModels:
    """The models of the next note that ship."""
    return neural_models(line_model.load(MODEL)[0])


def random_brief(draws: random.Random, scale: str, catalogue: Catalogue) -> CompositionBrief:
    """A request for a few bars in a scale.

    Args:
        draws: Draws all but the scale.
        scale: Name of the scale.
        catalogue: Scales and styles.
    """
    beats, beat_unit = draws.choice(_METRES)
    intent = Intent(
        key=Key(tonic=draws.choice(_TONICS), scale=scale),
        role=draws.choice(ROLES),
        style=draws.choice((*catalogue.styles, "")),
        register=draws.choice(LEVELS),
        density=draws.choice(LEVELS),
        bpm=draws.uniform(50, 200),
        bars=draws.choice((1, 2, 4, 8, 12)),
        meter=Meter(beats=beats, beat_unit=beat_unit),
        swing=Swing(amount=draws.choice((0.0, 0.3)), unit=draws.choice((SWING_UNIT_SIXTEENTH, SWING_UNIT_EIGHTH))),
    )
    constraints = constrain(intent, catalogue)
    return CompositionBrief(constraints=constraints, intent=intent, bars=intent.bars, seed=draws.randrange(2**32))


def compose(models: NextNoteModels, brief: CompositionBrief) -> Iterator[tuple[Bar, float]]:
    """Each bar of a piece, and the milliseconds that it took.

    Args:
        models: The next-note models of the specialist.
        brief: What is asked for.
    """
    began = time.perf_counter()
    next_bar = start_piece(models, brief)
    played: list[Bar] = []
    while len(played) < brief.bars:
        bar = next_bar(played)
        yield bar, (time.perf_counter() - began) * 1000
        played.append(bar)
        began = time.perf_counter()


def faults_of(bar: Bar, constraints: Constraints) -> Iterator[str]:
    """What is wrong with a bar.

    Args:
        bar: The bar.
        constraints: What it must keep to.
    """
    steps = steps_per_bar(constraints.meter)
    plan = constraints.plans[bar.index % len(constraints.plans)]
    if not bar.notes:
        yield "empty bars"
    for note in bar.notes:
        if not plan.pitch_classes >> note.pitch % 12 & 1:
            yield "outside the mask"
        if not constraints.lowest_pitch <= note.pitch <= constraints.highest_pitch:
            yield "outside the range"
        if note.start_step + note.duration_steps > steps:
            yield "outside the bar"
        if not (1 <= note.velocity <= 127 and note.duration_steps >= 1 and abs(note.offset_ticks) <= TICKS_PER_STEP):
            yield "bad value"
    for step in range(steps):
        if sum(n.start_step <= step < n.start_step + n.duration_steps for n in bar.notes) > constraints.max_polyphony:
            yield "too many"


def run(bars: int = BARS) -> list[Row]:
    """Compose random requests, and count faults; a row per engine."""
    models, catalogue = load_models(), Catalogue.load()
    draws, scales = random.Random(1), list(catalogue.scales)
    faults: Counter[str] = Counter()
    times: list[float] = []
    notes = requests = 0
    while len(times) < bars:
        brief = random_brief(draws, scales[requests % len(scales)], catalogue)
        requests += 1
        try:
            for bar, taken_ms in compose(models, brief):
                times.append(taken_ms)
                notes += len(bar.notes)
                faults.update(faults_of(bar, brief.constraints))
        except Exception as error:  # noqa: BLE001  any exception is what is being counted
            faults["errors"] += 1
            print(type(error).__name__, error, brief, file=sys.stderr)
    cuts = quantiles(times, n=100)
    return [
        {"what": "requests", "value": requests},
        {"what": "bars", "value": len(times)},
        {"what": "notes", "value": notes},
        *({"what": fault, "value": faults[fault]} for fault in _FAULTS),
        {"what": "ms per bar, p50", "value": round(cuts[49], 2)},
        {"what": "ms per bar, p95", "value": round(cuts[94], 2)},
        {"what": "notes per second", "value": round(notes / sum(times) * 1000)},
    ]


if __name__ == "__main__":
    for row in run():
        print(*row.values())
