"""Patterns in triplets are exact whatever swings, come back the same, and a drummer keeps to the beat of the others."""

from collections.abc import Sequence
from statistics import fmean

import pytest
from boumbapp.music.v2.intent_pb2 import DrumPattern
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_CLOSED_HAT, DRUM_PIECE_OPEN_HAT, SWING_UNIT_EIGHTH, Bar

from services.drums.engines.brief import DrumsBrief
from tests.unit.drums.pieces import brief, made

TICKS, TRIPLET = 120, 160
TRIPLET_HATS = [
    DrumPattern(piece=DRUM_PIECE_CLOSED_HAT, steps=range(12), divisions=3, exact=True),
    DrumPattern(piece=DRUM_PIECE_OPEN_HAT, exact=True),
]


def hats(style: str, swing: float, given: Sequence[Bar] = ()) -> DrumsBrief:
    asked = brief(style, bars=4, humanise=1.0, swing=swing, given=given)
    asked.constraints.swing.unit = SWING_UNIT_EIGHTH
    asked.intent.drum_patterns.extend(TRIPLET_HATS)
    return asked


def ticks(bar: Bar, piece: int) -> list[int]:
    return [hit.step * TICKS + hit.offset_ticks for hit in bar.hits if hit.piece == piece]


@pytest.mark.parametrize("swing", [0.0, 0.33])
@pytest.mark.parametrize("style", ["trap", "jazz", "rock", "drill"])
def test_triplets_are_exact_whatever_swings_and_whoever_plays(style: str, swing: float) -> None:
    on_beats, between = [], []
    for ready in made(hats(style, swing)):
        assert ticks(ready.bar, DRUM_PIECE_CLOSED_HAT) == list(range(0, 1920, TRIPLET))
        loud = [hit.velocity for hit in ready.bar.hits if hit.piece == DRUM_PIECE_CLOSED_HAT]
        on_beats += loud[::3]
        between += loud[1::3]
    assert fmean(on_beats) > fmean(between)


@pytest.mark.parametrize("style", ["trap", "jazz"])
def test_a_groove_in_triplets_that_is_resumed_goes_on_the_same(style: str) -> None:
    whole = [ready.bar for ready in made(hats(style, 0.33))]
    assert [ready.bar for ready in made(hats(style, 0.33, whole[:2]))] == whole[2:]


@pytest.mark.parametrize("style", ["punk", "disco", "reggae", "indie", "metal"])
def test_a_drummer_keeps_to_the_beat_of_the_others(style: str) -> None:
    for seed in range(3):
        asked = brief(style, bars=4, seed=seed, humanise=1.0, swing=0.0)
        for ready in made(asked):
            assert abs(fmean(feel.human_ticks for feel in ready.feels)) < 6
