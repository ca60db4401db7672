"""Every piece of the kit has a key and a place of its own."""

import pytest
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_CRASH,
    DRUM_PIECE_KICK,
    DRUM_PIECE_LOW_TOM,
    DRUM_PIECE_SNARE,
    DrumPiece,
)

from music.drum_kit import GM_KEYS, piece_of_key
from music.notation.drums import PLACES, piece_at

PIECES = [piece for piece in DrumPiece.values() if piece]


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: str(DrumPiece.Name(piece)))
def test_keys_and_places_are_read_back(piece: DrumPiece.ValueType) -> None:
    assert piece_of_key(GM_KEYS[piece]) == piece
    assert piece_at(*PLACES[piece]) == piece


def test_no_two_pieces_share_a_key_or_a_place() -> None:
    assert set(GM_KEYS) == set(PLACES) == set(PIECES)
    assert len(set(GM_KEYS.values())) == len(set(PLACES.values())) == len(PIECES)


@pytest.mark.parametrize(
    ("key", "piece"),
    [(35, DRUM_PIECE_KICK), (40, DRUM_PIECE_SNARE), (57, DRUM_PIECE_CRASH), (64, DRUM_PIECE_LOW_TOM), (0, None)],
)
def test_other_general_midi_keys_go_to_the_piece_that_sounds_alike(key: int, piece: DrumPiece.ValueType | None) -> None:
    assert piece_of_key(key) == piece


def test_unusual_note_heads_fall_back_on_the_height() -> None:
    assert piece_at("F4", "cross") == DRUM_PIECE_KICK
    assert piece_at("C5", "square") == DRUM_PIECE_SNARE
    assert piece_at("C3", "normal") == DRUM_PIECE_KICK  # nothing is written there; the nearest that looks so
