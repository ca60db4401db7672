"""What prompts say about rhythm and shape: note values, contour, dynamics, single notes, pieces of the kit."""

import pytest
from boumbapp.music.v2.music_pb2 import DrumPiece

from services.theory.prompt.summary import summary
from tests.unit.theory.intents import read


def slots(prompt: str) -> dict[str, object]:
    return summary(read(prompt))


@pytest.mark.parametrize(
    ("prompt", "slot", "value"),
    [
        ("mélodie en do, que des noires et des blanches", "note_values", ["quarter", "half"]),
        ("quarter notes only, bass in E", "note_values", ["quarter"]),
        ("basse en doubles croches en fa", "note_values", ["sixteenth"]),
        ("triplet arps in C minor", "note_values", ["eighth_triplet"]),
        ("mélodie sans double croche en do", "note_values", None),
        ("72 à la noire, mélodie en do", "note_values", None),
        ("swung eighths, bass in A", "note_values", None),
        ("descending arps in C", "contour", "descending"),
        ("a melody that goes up then down, in G", "contour", "arch"),
        ("mélodie qui monte, en sol", "contour", "ascending"),
        ("monte d'un ton au dernier refrain, en sol majeur", "contour", None),
        ("starts quiet ends huge, strings in D", "dynamics", ["low", "high"]),
        ("first loud then soft, pad in D", "dynamics", ["high", "low"]),
        ("crescendo sur la nappe en ré", "dynamics", ["low", "high"]),
        ("un la à la fin svp, mélodie en ré mineur", "final_note", "A"),
        ("melody in C that ends on G", "final_note", "G"),
        ("starts in E minor and ends in G major", "final_note", None),
        ("melody in A minor, no thirds", "avoided_intervals", [3, 4]),
        ("basse sur les fondamentales uniquement, Mi La Si7", "roots_only", True),
        ("sol sol la sol do si", "spelled_notes", ["G", "G", "A", "G", "C", "B"]),
        ("half time drums at 140", "half_time", True),
        ("basse en la", "contour", None),
    ],
)
def test_words_about_shape_fill_their_slot(prompt: str, slot: str, value: object) -> None:
    assert slots(prompt)[slot] == value


@pytest.mark.parametrize(
    ("prompt", "patterns"),
    [
        ("snare on 2 and 4, kick on 1 and 3", {"SNARE": [4, 12], "KICK": [0, 8]}),
        ("hats on 8ths, thats it", {"CLOSED_HAT": [*range(0, 16, 2)]}),
        ("caisse claire sur le 3 seulement, rock", {"SNARE": [8]}),
        ("four on the floor w/ offbeat hats", {"KICK": [0, 4, 8, 12], "CLOSED_HAT": [2, 6, 10, 14]}),
        ("kick sur chaque temps, techno", {"KICK": [0, 4, 8, 12]}),
        ("charley en doubles croches, trap", {"CLOSED_HAT": [*range(16)]}),
        ("rock drums, no hats", {}),
        ("clap on 2 and 4 in 3/4", {"CLAP": [4, 12]}),
    ],
)  # fmt: skip
def test_pieces_of_the_kit_are_placed_as_refine_places_them(prompt: str, patterns: dict[str, list[int]]) -> None:
    intent = read(prompt)
    played = {
        DrumPiece.Name(each.piece).removeprefix("DRUM_PIECE_"): list(each.steps)
        for each in intent.drum_patterns
        if each.steps
    }
    assert {piece: [step for step in steps if step < 16] for piece, steps in played.items()} == {
        piece: [step for step in steps if "3/4" not in prompt or step < 12] for piece, steps in patterns.items()
    }
    assert all(each.exact for each in intent.drum_patterns)


def test_a_piece_that_is_denied_is_silent() -> None:
    silent = [each for each in read("rock drums, no hats").drum_patterns if not each.steps]
    assert {DrumPiece.Name(each.piece) for each in silent} >= {"DRUM_PIECE_CLOSED_HAT", "DRUM_PIECE_OPEN_HAT"}


def test_a_pattern_makes_drums_definite() -> None:
    assert not read("snare on 2 and 4, kick on 1 and 3").vague
    assert not read("sol sol la sol do si").vague
