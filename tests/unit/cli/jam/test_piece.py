"""Pieces are changed by making others; what changed is known."""

import pytest
from boumbapp.music.v2.music_pb2 import Bar, Note, Track
from hypothesis import given
from hypothesis import strategies as st

from cli.jam.keyboard import KeyReader
from cli.jam.piece import Piece, moved


def bar(index: int, pitch: int = 40) -> Bar:
    return Bar(index=index, notes=[Note(pitch=pitch, duration_steps=1)])


PIECE = Piece(tracks=(Track(id="a", bars=[bar(0), bar(1)]), Track(id="b", bars=[bar(0)])))


def test_only_bars_that_every_part_has_count() -> None:
    assert PIECE.bars == 1
    assert PIECE.put([("b", bar(1))]).bars == 2
    assert Piece().bars == 0


def test_what_is_put_replaces_its_bar_and_leaves_the_piece_before_alone() -> None:
    other = PIECE.put([("a", bar(1, 50)), ("b", bar(1, 60))])
    assert other.changed_since(PIECE).changed == {("a", 1), ("b", 1)}
    assert [each.notes[0].pitch for each in other.tracks[0].bars] == [40, 50]
    assert PIECE.tracks[0].bars[1].notes[0].pitch == 40


def test_bars_are_kept_and_let_go() -> None:
    assert PIECE.toggled(1).kept == {1}
    assert PIECE.toggled(1).toggled(1) == PIECE


def test_bars_can_be_taken_out_of_every_part() -> None:
    assert [[each.index for each in track.bars] for track in PIECE.without({0})] == [[1], []]


@pytest.mark.parametrize(
    ("tonic", "up", "down"), [("G", "Ab", "F#"), ("Bb", "B", "A"), ("F#", "G", "F"), ("Cb", "C", "Bb")]
)
def test_tonics_move(tonic: str, up: str, down: str) -> None:
    assert (moved(tonic, 1), moved(tonic, -1)) == (up, down)


@given(st.sampled_from("ABCDEFG"), st.sampled_from(["", "#", "b"]), st.integers(-30, 30))
def test_a_tonic_that_moves_and_comes_back_sounds_the_same(letter: str, sign: str, semitones: int) -> None:
    assert moved(moved(letter + sign, semitones), -semitones) == moved(letter + sign, 0)


def test_keys_are_read_in_whatever_pieces_they_come() -> None:
    reader = KeyReader()
    assert reader.read(b"r \x1b[C") == ["r", " ", "right"]
    assert reader.read("é".encode()[:1]) == []
    assert reader.read("é".encode()[1:]) == ["é"]
    assert reader.read(b"\x1b[24~\x1bOD\x1b") == ["left", "escape"]
    assert reader.read(b"\r\x7f\x01") == ["enter", "backspace"]


@given(st.lists(st.binary(max_size=8), max_size=8))
def test_whatever_a_terminal_sends_is_read(pieces: list[bytes]) -> None:
    reader = KeyReader()
    for piece in pieces:
        assert all(isinstance(key, str) and key for key in reader.read(piece))
