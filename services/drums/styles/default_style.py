"""The default style: kick, backbeat and eighths, placed by the metrical weight of each step, in any metre."""

from functools import lru_cache

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Meter

from music.meter import EIGHTH, step_weights
from services.drums.kit.kit import Piece
from services.drums.kit.tab_notation import ACCENT, FULL, GHOST, MAYBE, NEVER, OPEN, SOFT, Cell, HitRule, Row
from services.drums.styles.fill import Fill
from services.drums.styles.loader import load_fills
from services.drums.styles.meter_fitting import beat_starts
from services.drums.styles.style import DrumStyle, Pattern

_FILLS = ("snare_four", "toms_down", "kick_snare")


def default_style(meter: Meter) -> DrumStyle:
    """A style without a slug whose pattern is made for the metre."""
    return _default_style(meter.beats, meter.beat_unit)


@lru_cache(maxsize=128)
def _default_style(beats: int, beat_unit: int) -> DrumStyle:
    meter = Meter(beats=beats, beat_unit=beat_unit)
    return DrumStyle(
        slug="",
        labels={"en": "basic", "fr": "de base"},
        descriptions={"en": "kick, backbeat and eighths", "fr": "kick, caisse claire et croches"},
        bpm=110,
        triplets=False,
        half_time=False,
        percussionist=False,
        feel="rock",
        humanise=0.8,
        intensity=0.55,
        ride=0.2,
        crash=1,
        balance={},
        late={},
        pattern=_pattern(meter),
        variants={},
        fills=_fills(),
        source="metrical weights, as in music.meter",
    )


def _fills() -> tuple[Fill, ...]:
    fills = load_fills()
    return tuple(fills[name] for name in _FILLS)


def _pattern(meter: Meter) -> Pattern:
    weights = step_weights(meter)
    starts = beat_starts(meter)
    kicks = frozenset(starts[::2]) if len(starts) != 3 else frozenset(starts[:1])
    snares = frozenset(starts) - kicks

    def row(must: dict[int, int], may: dict[int, Cell], never: frozenset[int] = frozenset()) -> Row:
        return tuple(
            Cell(HitRule.MUST, must[step]) if step in must else NEVER if step in never else may.get(step, OPEN)
            for step in range(len(weights))
        )

    offbeats = [step for step, weight in enumerate(weights) if step not in kicks and step not in snares]
    hats = {step: FULL if step in starts else SOFT for step, weight in enumerate(weights) if weight >= EIGHTH}
    ghosts = {step: Cell(HitRule.MAY, GHOST, 3 if weights[step] < EIGHTH else 1) for step in offbeats}
    rows: dict[Piece, tuple[Row, ...]] = {
        pb.DRUM_PIECE_KICK: (
            row(
                {step: ACCENT if step == 0 else FULL for step in kicks},
                {step: Cell(HitRule.MAY, MAYBE, 3) for step in offbeats if weights[step] == EIGHTH},
                snares,
            ),
        ),
        pb.DRUM_PIECE_SNARE: (row(dict.fromkeys(snares, ACCENT), ghosts),),
        pb.DRUM_PIECE_CLOSED_HAT: (
            row(hats, {step: Cell(HitRule.MAY, GHOST, 2) for step in offbeats if weights[step] < EIGHTH}),
        ),
    }
    return Pattern(meter, rows, {})
