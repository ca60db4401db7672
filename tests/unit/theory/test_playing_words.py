"""Words for ways of playing, whatever the style: basses that walk and slide, triplets, blast beats, shuffles."""

import pytest
from boumbapp.music.v2.intent_pb2 import NOTE_VALUE_EIGHTH_TRIPLET
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_CLOSED_HAT,
    DRUM_PIECE_KICK,
    DRUM_PIECE_RIDE,
    DRUM_PIECE_SNARE,
    ROLE_BASS,
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
)

from music.meter import step_weights
from services.theory.harmony.constraints import constrain
from tests.unit.theory.intents import CATALOGUE, read


@pytest.mark.parametrize(
    "prompt",
    [
        "walking bass in F",
        "une walking bass en sol mineur",
        "basse walking rock",
        "reggae walking bass",
        "walking bassline",
    ],
)
def test_a_bass_that_walks_has_a_tone_on_each_beat(prompt: str) -> None:
    intent = read(prompt)
    assert intent.role == ROLE_BASS
    assert intent.shape.walking_bass
    limits = constrain(intent, CATALOGUE, 1)
    beats = [step for step, weight in enumerate(step_weights(limits.meter)) if weight >= 2]
    assert list(limits.rhythm.anchors) == beats
    assert limits.min_onsets == len(beats) <= limits.max_onsets <= len(beats) + 1


@pytest.mark.parametrize("prompt", ["une basse en sol", "jazz bass", "walk this way melody"])
def test_other_basses_do_not(prompt: str) -> None:
    assert not read(prompt).shape.walking_bass


@pytest.mark.parametrize("prompt", ["808 bass with slides", "basse avec glissandos", "sliding 808 bass"])
def test_slides_are_asked_for(prompt: str) -> None:
    assert read(prompt).shape.slides


def test_triplets_of_a_line_and_of_a_piece_of_the_kit() -> None:
    line = read("mélodie en triolets en do")
    assert list(line.shape.note_values) == [NOTE_VALUE_EIGHTH_TRIPLET]
    assert line.swing.amount == 0
    for prompt in ("hi-hats en triolets", "trap beat with triplet hats", "drums, hi-hat triplets"):
        patterns = {each.piece: each for each in read(prompt).drum_patterns}
        assert patterns[DRUM_PIECE_CLOSED_HAT].divisions == 3, prompt
        assert list(patterns[DRUM_PIECE_CLOSED_HAT].steps) == list(range(12))


@pytest.mark.parametrize(
    ("prompt", "kick", "snare", "cymbal"),
    [
        ("blast beat", range(0, 16, 2), range(1, 16, 2), DRUM_PIECE_CLOSED_HAT),
        ("hammer blast beat", range(0, 16, 2), range(0, 16, 2), DRUM_PIECE_RIDE),
        ("un bomb blast", range(16), range(0, 16, 2), DRUM_PIECE_RIDE),
    ],
)
def test_blast_beats_by_their_names(prompt: str, kick: range, snare: range, cymbal: int) -> None:
    patterns = {each.piece: each for each in read(prompt).drum_patterns}
    assert list(patterns[DRUM_PIECE_KICK].steps) == list(kick)
    assert list(patterns[DRUM_PIECE_SNARE].steps) == list(snare)
    assert list(patterns[cymbal].steps) == list(range(0, 16, 2))  # type: ignore[index]


@pytest.mark.parametrize(
    ("prompt", "unit"),
    [
        ("country shuffle drums", SWING_UNIT_EIGHTH),
        ("rock shuffle", SWING_UNIT_EIGHTH),
        ("blues shuffle", SWING_UNIT_EIGHTH),
        ("house with shuffle", SWING_UNIT_SIXTEENTH),
    ],
)
def test_a_shuffle_swings_what_its_players_swing(prompt: str, unit: int) -> None:
    swing = read(prompt).swing
    assert swing.amount > 0.3
    assert swing.unit == unit
