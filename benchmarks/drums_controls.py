"""Do intensity and complexity do what they say in every style, and do grooves deviate as drummers do?

The human range is that of the performances the feel was learned from: from the 2.5th to the 97.5th percentile of the
spread within one performance.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from statistics import mean

import numpy as np
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Meter

from benchmarks.drums_requests import MODEL, Players, Row, compose, load_players, swing_of
from music.grid import TICKS_PER_STEP
from services.drums.engines.brief import DrumsBrief
from services.drums.styles.loader import load_styles
from training.data.groove_corpus import Performance
from training.drum_feel.deviations import spread

_COMMON_TIME, _STEPS = Meter(beats=4, beat_unit=4), 16
_AMOUNTS = [amount / 10 for amount in range(11)]
_BARS, _SEEDS = 8, 3
_LONG = 32  # bars, to tell a spread by
# Styles whose defaults are a drummer's, not a machine's.
_PLAYED = 0.9


def run() -> list[Row]:
    """Measure each control of the drums service; a row per control."""
    players = load_players()
    styles = load_styles()
    pieces = [(style, seed) for style in styles for seed in range(_SEEDS)]
    rows: list[Row] = []
    for control in ("complexity", "intensity"):
        swept = [
            [_bars(style, seed, players, _BARS, **{control: amount}) for amount in _AMOUNTS] for style, seed in pieces
        ]
        hits = [[_hits_per_bar(bars) for bars in sweep] for sweep in swept]
        loud = [[_velocity(bars) for bars in sweep] for sweep in swept]
        rows.append(_row(f"{control}: hits per bar", hits, strictly=control == "complexity"))
        if control == "intensity":
            rows.append(_row(f"{control}: mean velocity", loud, strictly=True))
    human = json.loads((MODEL / "metrics.json").read_text(encoding="utf-8"))["human_spread"]["training"]
    played = [
        style for style, known in styles.items() if known.humanise >= _PLAYED and known.pattern.meter == _COMMON_TIME
    ]
    spreads = [spread([_performance(style, players)]) for style in played]
    for name, (low, _, high) in human.items():
        ours = [each[name][1] for each in spreads]
        inside = sum(low <= value <= high for value in ours)
        rows.append(
            {
                "what": f"spread of {name.replace('_', ' ')}, human {low}-{high}",
                "from": round(min(ours), 1),
                "to": round(max(ours), 1),
                "kept": f"{inside} of {len(ours)}",
            }
        )
    return rows


def _bars(style: str, seed: int, players: Players, bars: int = _BARS, **feel: float) -> list[Bar]:
    brief = DrumsBrief(
        constraints=Constraints(meter=_COMMON_TIME, role=ROLE_DRUMS, swing=swing_of(style)),
        intent=Intent(style=style, bars=bars, meter=_COMMON_TIME),
        bars=bars,
        seed=seed,
        feel=Feel(**feel),  # type: ignore[arg-type]  # amounts by the names of their fields
    )
    return [made.bar for made in compose(brief, players)]


def _hits_per_bar(bars: Sequence[Bar]) -> float:
    return mean(len(bar.hits) for bar in bars)


def _velocity(bars: Sequence[Bar]) -> float:
    return mean(hit.velocity for bar in bars for hit in bar.hits)


def _row(what: str, sweeps: Sequence[Sequence[float]], *, strictly: bool) -> Row:
    """How many sweeps rise at every amount, and from where to where the average one goes."""
    rising = sum(
        all(after > before or (after == before and not strictly) for before, after in pairwise(sweep))
        for sweep in sweeps
    )
    return {
        "what": f"{what} {'rises' if strictly else 'never falls'}",
        "from": round(mean(sweep[0] for sweep in sweeps), 1),
        "to": round(mean(sweep[-1] for sweep in sweeps), 1),
        "kept": f"{rising} of {len(sweeps)}",
    }


def _performance(style: str, players: Players) -> Performance:
    """A long generated piece, in the form of a human one."""
    bars = _bars(style, 0, players, _LONG)
    hits = [(bar.index * _STEPS + hit.step, hit) for bar in bars for hit in bar.hits]
    return Performance(
        name=style,
        style=style,
        drummer="",
        fill=False,
        bpm=load_styles()[style].bpm,
        meter=_COMMON_TIME,
        steps=np.array([step for step, _ in hits]),
        pieces=np.array([hit.piece for _, hit in hits]),
        velocities=np.array([hit.velocity for _, hit in hits]),
        offsets=np.array([hit.offset_ticks / TICKS_PER_STEP for _, hit in hits]),
    )


if __name__ == "__main__":
    for row in run():
        print(*row.values())
