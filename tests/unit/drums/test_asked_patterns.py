"""What a prompt asks of single pieces holds in every bar, fills included."""

import pytest
from boumbapp.music.v2.intent_pb2 import DrumPattern
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_CLAP,
    DRUM_PIECE_CLOSED_HAT,
    DRUM_PIECE_KICK,
    DRUM_PIECE_OPEN_HAT,
    DRUM_PIECE_PEDAL_HAT,
    DRUM_PIECE_SNARE,
)

from tests.unit.drums.pieces import brief, made

STYLES = ("house", "trap", "drum_and_bass", "jazz", "samba", "metal")
PATTERNS = [
    DrumPattern(piece=DRUM_PIECE_KICK, steps=[0, 8], exact=True),
    DrumPattern(piece=DRUM_PIECE_SNARE, steps=[4, 12], exact=True),
    DrumPattern(piece=DRUM_PIECE_CLOSED_HAT, steps=range(0, 16, 2), exact=True),
    DrumPattern(piece=DRUM_PIECE_OPEN_HAT, exact=True),
    DrumPattern(piece=DRUM_PIECE_PEDAL_HAT, exact=True),
]


@pytest.mark.parametrize("style", STYLES)
def test_pieces_play_their_patterns_in_every_bar(style: str) -> None:
    asked = brief(style, bars=8, humanise=0.0, swing=0.0)
    asked.intent.drum_patterns.extend(PATTERNS)
    for ready in made(asked):
        for pattern in PATTERNS:
            steps = {hit.step for hit in ready.bar.hits if hit.piece == pattern.piece}
            assert steps == set(pattern.steps), f"bar {ready.bar.index}"


@pytest.mark.parametrize("style", STYLES)
def test_a_pattern_that_is_not_exact_adds_to_what_the_style_plays(style: str) -> None:
    asked = brief(style, bars=4, humanise=0.0, swing=0.0)
    plain = [{hit.step for hit in ready.bar.hits if hit.piece == DRUM_PIECE_KICK} for ready in made(asked)]
    asked.intent.drum_patterns.append(DrumPattern(piece=DRUM_PIECE_KICK, steps=[6]))
    kicks = [{hit.step for hit in ready.bar.hits if hit.piece == DRUM_PIECE_KICK} for ready in made(asked)]
    assert kicks[0] == plain[0] | {6}


@pytest.mark.parametrize("style", ["rock", "house", "funk"])
def test_half_time_puts_the_backbeat_in_the_middle_of_the_bar(style: str) -> None:
    asked = brief(style, bars=3, humanise=0.0, complexity=0.2)
    asked.intent.half_time = True
    for ready in made(asked):
        loud = {
            hit.step
            for hit in ready.bar.hits
            if hit.piece in (DRUM_PIECE_SNARE, DRUM_PIECE_CLAP) and hit.velocity >= 90
        }
        assert loud == {8}
