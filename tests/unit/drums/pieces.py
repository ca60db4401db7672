"""Pieces to look at: what the statistical engine makes of a style."""

from collections.abc import Sequence
from typing import Any

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import Bar, Meter

from benchmarks.drums_requests import compose, swing_of
from services.drums.engines.brief import DrumsBrief
from tests.unit.drums.grooves import FOUR_FOUR, STATISTICAL

EXACT: dict[str, Any] = {"humanise": 0.0, "swing": 0.0}


def brief(
    style: str,
    bars: int = 8,
    seed: int = 7,
    meter: Meter = FOUR_FOUR,
    given: Sequence[Bar] = (),
    line: Sequence[Bar] = (),
    bpm: float = 0,
    swing: float | None = None,
    **feel: Any,
) -> DrumsBrief:
    """A brief for a style; what is not said follows it."""
    usual = swing_of(style)
    if swing is not None:
        usual.amount = swing
    return DrumsBrief(
        constraints=Constraints(meter=meter, role=pb.ROLE_DRUMS, swing=usual),
        intent=Intent(style=style, bars=bars, meter=meter, bpm=bpm),
        bars=bars,
        seed=seed,
        feel=Feel(**feel),
        given_bars=tuple(given),
        lock_to=tuple(line),
    )


def made(asked: DrumsBrief) -> list[BarReady]:
    """What the engine makes, with what feel added."""
    return list(compose(asked, STATISTICAL))


def piece(style: str, bars: int = 8, seed: int = 7, meter: Meter = FOUR_FOUR, **feel: Any) -> list[Bar]:
    """The bars of a piece."""
    return [each.bar for each in made(brief(style, bars, seed, meter, **feel))]


def steps(bar: Bar, *names: str) -> set[int]:
    """Steps on which any of the pieces is struck, by their names in lower case."""
    wanted = {pb.DrumPiece.Value(f"DRUM_PIECE_{name.upper()}") for name in names}
    return {hit.step for hit in bar.hits if hit.piece in wanted}
