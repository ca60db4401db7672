"""5,000 random grooves through the specialist engine: what may never happen is counted, and each bar is timed."""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import quantiles

from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    ROLE_DRUMS,
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    Bar,
    Level,
    Meter,
    Note,
    Swing,
)

from music.grid import TICKS_PER_STEP
from music.meter import steps_per_bar
from services.composition.brief import AcceptedBars
from services.drums.engines.brief import DrumsBrief
from services.drums.engines.groove_engine import Groove, style_of
from services.drums.kit.kit import playable
from services.drums.neural.onnx_models import NAME as SPECIALIST_NAME
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.performance.deviation_model import FeelModel
from services.drums.styles.loader import load_styles
from services.theory.catalogue.catalogue import Catalogue

MODELS = Path(__file__).parents[1] / "models"
MODEL = MODELS / "groove-feel"
REQUESTS = 5000
_METERS = (
    (4, 4), (4, 4), (4, 4), (3, 4), (2, 4), (5, 4), (6, 4), (7, 4), (6, 8), (9, 8), (12, 8), (3, 8), (5, 8), (7, 8),
    (11, 8), (2, 2), (3, 2), (7, 16), (12, 16), (1, 16), (32, 16),
)  # fmt: skip
_FAULTS = ("errors", "outside the bar", "twice on a step", "unplayable", "out of order", "feel not undone", "bad value")
Row = dict[str, object]
# How drummers deviate, and the specialist; without it, the statistical engine plays.
Players = tuple[FeelModel, SpecialistModel | None]


def random_brief(draws: random.Random) -> DrumsBrief:
    """Any request that the contract allows, short enough to try thousands."""
    beats, beat_unit = draws.choice(_METERS)
    meter = Meter(beats=beats, beat_unit=beat_unit)
    bars = draws.choice((1, 2, 4, 4, 5, 8, 9, 16))
    feel = Feel()
    for field in ("intensity", "complexity", "humanise"):
        if draws.random() < 0.6:
            setattr(feel, field, draws.choice((0.0, 1.0, draws.random())))
    swing = Swing(amount=0.5 * draws.random(), unit=draws.choice((SWING_UNIT_SIXTEENTH, SWING_UNIT_EIGHTH)))
    if draws.random() < 0.5:
        swing.amount = draws.choice((0.0, 0.5))
    return DrumsBrief(
        constraints=Constraints(meter=meter, role=ROLE_DRUMS, swing=swing),
        intent=Intent(
            style=draws.choice((*load_styles(), "", "unheard_of")),
            density=draws.choice(Level.values()),
            bpm=draws.choice((0.0, 20.0, 400.0, draws.uniform(60, 190))),
            swing=swing,
            bars=bars,
            meter=meter,
        ),
        bars=bars,
        seed=draws.randrange(2**32),
        feel=feel,
        lock_to=tuple(_line(draws, index, meter) for index in range(draws.choice((0, 0, 1, bars, bars + 2)))),
    )


def swing_of(style: str) -> Swing:
    """Swing of a style as theory tells it in constraints; straight for none."""
    known = Catalogue.load().styles.get(style)
    return known.usual_swing if known else Swing()


def _line(draws: random.Random, index: int, meter: Meter) -> Bar:
    steps = steps_per_bar(meter)
    notes = [
        Note(pitch=40, start_step=draws.randrange(steps), duration_steps=1, velocity=draws.randrange(1, 128))
        for _ in range(draws.randrange(9))
    ]
    return Bar(index=index, meter=meter, notes=sorted(notes, key=lambda note: note.start_step))


def load_players() -> Players:
    """What the engines play with. Raises WeightsError."""
    feel, _ = FeelModel.load(MODEL)
    specialist, _ = SpecialistModel.load(MODELS / SPECIALIST_NAME)
    return feel, specialist


def compose(brief: DrumsBrief, players: Players) -> Iterator[BarReady]:
    """All bars of a piece that are not given.

    Args:
        brief: What is asked for.
        players: Models of hits and of touch, as `Groove` takes them.
    """
    groove, accepted = Groove(brief, *players), AcceptedBars(brief)
    while not accepted.complete:
        made = groove.next_bar(tuple(accepted.before))
        accepted.add(made.bar)
        yield made


def faults_of(made: BarReady, brief: DrumsBrief) -> Iterator[str]:
    """What is wrong with a bar.

    Args:
        made: The bar.
        brief: What was asked for.
    """
    bar = made.bar
    hits, steps = bar.hits, steps_per_bar(bar.meter)
    places = [(hit.step, hit.piece) for hit in hits]
    percussionist = style_of(brief).percussionist
    together: dict[int, list[int]] = {}
    for hit, feel in zip(hits, made.feels, strict=True):
        if hit.step >= steps:
            yield "outside the bar"
        if not playable(hit.piece, together.setdefault(hit.step, []), percussionist):  # type: ignore[arg-type]
            yield "unplayable"
        together[hit.step].append(hit.piece)
        if (
            not 1 <= hit.velocity <= 127
            or abs(hit.offset_ticks) > TICKS_PER_STEP // 2
            or not 1 <= hit.velocity - feel.human_velocity <= 127
        ):
            yield "bad value"
        if hit.offset_ticks != feel.swing_ticks + feel.human_ticks:
            yield "feel not undone"
    if len(set(places)) < len(places):
        yield "twice on a step"
    if places != sorted(places):
        yield "out of order"


def run(requests: int = REQUESTS) -> list[Row]:
    """Compose random requests and count."""
    players = load_players()
    draws = random.Random(1)
    faults: Counter[str] = Counter()
    times: list[float] = []
    hits = 0
    for _ in range(requests):
        brief = random_brief(draws)
        try:
            started = time.perf_counter()
            for made in compose(brief, players):
                times.append((time.perf_counter() - started) * 1000)
                hits += len(made.bar.hits)
                faults.update(faults_of(made, brief))
                started = time.perf_counter()
        except Exception as error:  # noqa: BLE001  any exception is what is being counted
            faults["errors"] += 1
            print(type(error).__name__, error, brief, file=sys.stderr)
    return [
        {"what": "requests", "value": requests},
        {"what": "bars", "value": len(times)},
        {"what": "hits", "value": hits},
        *({"what": fault, "value": faults[fault]} for fault in _FAULTS),
        {"what": "ms per bar, p50", "value": round(_percentile(times, 50), 3)},
        {"what": "ms per bar, p95", "value": round(_percentile(times, 95), 3)},
    ]


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100)[percent - 1]


if __name__ == "__main__":
    for row in run():
        print(*row.values())
