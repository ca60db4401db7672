"""What a jam shows fits every terminal, and says what is kept, what changed and where it is."""

from io import StringIO

import pytest
from boumbapp.music.v2.intent_pb2 import BarPlan
from boumbapp.music.v2.music_pb2 import (
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    Bar,
    Chord,
    DrumHit,
    DrumPiece,
    Meter,
    Note,
    Track,
)
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from cli.jam.piece import Piece
from cli.jam.stage import Scene, Stage
from cli.jam.texts import JamTexts, texts_of
from cli.messages import texts as languages
from cli.render.piano_roll import ASCII, UNICODE, Glyphs

FOUR = Meter(beats=4, beat_unit=4)


KIT = (DrumPiece.DRUM_PIECE_KICK, DrumPiece.DRUM_PIECE_SNARE, DrumPiece.DRUM_PIECE_RIDE)


def bars_of(count: int, *pitches: int) -> list[Bar]:
    """Bars with notes one after the other; with hits where there are none."""
    notes = [
        Note(start_step=2 * place, duration_steps=2, pitch=pitch, velocity=90, name=f"n{pitch}")
        for place, pitch in enumerate(pitches)
    ]
    hits = [] if pitches else [DrumHit(step=0, piece=each, velocity=100) for each in KIT]
    return [Bar(index=index, meter=FOUR, notes=notes, hits=hits) for index in range(count)]


def piece(bars: int = 4, parts: int = 3) -> Piece:
    tracks = [
        Track(id="bass", name="basse", role=ROLE_BASS, bars=bars_of(bars, 36, 43, 46)),
        Track(id="drums", name="batterie", role=ROLE_DRUMS, bars=bars_of(bars)),
        *(
            Track(id=f"c{number}", name="accords", role=ROLE_CHORDS, bars=bars_of(bars, 60, 63, 67, 70))
            for number in range(parts)
        ),
    ]
    plans = tuple(BarPlan(chords=[Chord(symbol=symbol)]) for symbol in ("Gm7", "C9", "Bbmaj7"))
    return Piece(
        prompt="une basse funky",
        tracks=tuple(tracks[: parts + 1]),
        plans=plans,
        kept=frozenset({1}),
        changed=frozenset({("bass", 2)}),
        suggestions=("une", "deux", "trois"),
    )


def drawn(scene: Scene, width: int, height: int, glyphs: Glyphs = UNICODE, locale: str = "fr") -> list[str]:
    stage = Stage(languages.of(locale), texts_of(locale), glyphs)
    console = Console(file=StringIO(), width=width, height=height, highlight=False)
    with console.capture() as capture:
        console.print(stage.draw(scene, width, height))
    return capture.get().splitlines()


def test_bars_have_their_chords_marks_and_the_cursor() -> None:
    lines = drawn(Scene(piece=piece(parts=0), bar=1, fraction=0.5), 80, 24)
    assert lines[3].split() == ["1", "2", "◆", "▾", "3", "✱", "4"]
    assert lines[3].index("▾") == 8 + 17 + 8
    assert lines[4].split() == ["Gm7", "C9", "B♭maj7", "Gm7"]
    assert [lines[4].index("C9"), lines[4].index("B♭")] == [8 + 17, 8 + 34]
    assert lines[5].split() == ["basse", "✱", "3"]
    assert any("◆ gardée   ✱ vient de changer" in line for line in lines)


@given(
    st.integers(20, 200),
    st.integers(8, 60),
    st.integers(0, 12),
    st.integers(0, 5),
    st.floats(0, 0.999),
    st.sampled_from([UNICODE, ASCII]),
    st.booleans(),
)
def test_it_fits_every_terminal(
    width: int, height: int, bars: int, parts: int, fraction: float, glyphs: Glyphs, helping: bool
) -> None:
    scene = Scene(piece=piece(bars, parts), bar=max(bars - 1, 0), fraction=fraction, helping=helping, said="x" * 300)
    lines = drawn(scene, width, height, glyphs)
    assert len(lines) <= height
    assert max(map(cell_len, lines)) <= width
    if glyphs is ASCII:
        "\n".join(lines).encode("latin-1")


@pytest.mark.parametrize("parts", range(5))
def test_every_part_is_there_in_80_by_24(parts: int) -> None:
    text = "\n".join(drawn(Scene(piece=piece(4, parts)), 80, 24))
    assert text.count("accord") == max(parts - 1, 0)
    assert "basse" in text
    assert "q quitter" in text


def test_the_bar_that_is_heard_is_in_sight_however_long_the_piece() -> None:
    for bar in range(32):
        lines = drawn(Scene(piece=piece(32, 2), bar=bar, fraction=0.5), 80, 24)
        assert sum("▾" in line for line in lines) == 1


def test_long_pieces_stand_in_rows_of_four() -> None:
    lines = drawn(Scene(piece=piece(8, 0)), 120, 30)
    assert lines[3].split() == ["1", "2", "◆", "3", "✱", "4"]
    assert any(line.split()[:1] == ["5"] for line in lines)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_key_of_the_short_line_is_explained(locale: str) -> None:
    own: JamTexts = texts_of(locale)
    explained = {key for keys in own.help for key in keys.split()} | {"R", "?"}
    assert {key for keys in own.keys for key in keys.split()} <= explained


def test_words_that_are_typed_are_shown() -> None:
    lines = drawn(Scene(piece=piece(), asking="moins"), 80, 24)
    assert any(line.strip() == "/ moins▏" for line in lines)
    assert any("changer quoi" in line for line in drawn(Scene(piece=piece(), asking=""), 80, 24))
