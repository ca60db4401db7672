"""What a step grid of text must show, whatever the bars."""

import pytest
from boumbapp.music.v2.music_pb2 import Bar, DrumHit, DrumPiece, Meter
from hypothesis import given
from hypothesis import strategies as st

from cli.messages import texts
from cli.render.piano_roll import ASCII, LABEL_WIDTH, UNICODE, Glyphs, systems
from cli.render.step_grid import draw
from music.articulation import usual_flam, usual_roll
from music.meter import steps_per_bar

LABELS = texts.of("fr").pieces
PIECES = [piece for piece in DrumPiece.values() if piece]


@st.composite
def bars(draw_from: st.DrawFn) -> list[Bar]:
    beats, unit = draw_from(st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8), (15, 16), (2, 2)]))
    meter = Meter(beats=beats, beat_unit=unit)
    places = st.tuples(st.integers(0, steps_per_bar(meter) - 1), st.sampled_from(PIECES))
    return [
        Bar(
            index=index,
            meter=meter,
            hits=[
                DrumHit(piece=piece, step=step, velocity=draw_from(st.integers(1, 127)))
                for step, piece in sorted(draw_from(st.sets(places, max_size=30)))
            ],
        )
        for index in range(draw_from(st.integers(1, 6)))
    ]


@given(bars(), st.integers(10, 200), st.sampled_from([UNICODE, ASCII]))
def test_every_hit_is_drawn_once_in_its_row_and_nothing_else(made: list[Bar], width: int, glyphs: Glyphs) -> None:
    drawn = 0
    for system in systems(made, width):
        for line in draw(system, LABELS, glyphs)[1:]:
            assert len(line.plain) <= width
            cells = line.plain[LABEL_WIDTH + 1 :].replace(glyphs.line, "")
            drawn += sum(cell in glyphs.shades for cell in cells)
    assert drawn == sum(len(bar.hits) for bar in made)


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_piece_has_a_label_of_its_own_that_fits(locale: str) -> None:
    labels = texts.of(locale).pieces
    assert set(labels) == {DrumPiece.Name(piece).removeprefix("DRUM_PIECE_").lower() for piece in PIECES}
    assert len(set(labels.values())) == len(labels)
    assert all(len(label) < LABEL_WIDTH for label in labels.values())


def one_bar(*hits: DrumHit) -> list[str]:
    (system,) = systems([Bar(meter=Meter(beats=4, beat_unit=4), hits=hits)], 80)
    return [line.plain for line in draw(system, LABELS)]


def test_velocity_is_shade_and_cymbals_stand_above_the_kick() -> None:
    hits = [
        DrumHit(piece=DrumPiece.DRUM_PIECE_CLOSED_HAT, step=step, velocity=velocity)
        for step, velocity in enumerate((30, 60, 90, 120))
    ]
    _, hat, kick = one_bar(DrumHit(piece=DrumPiece.DRUM_PIECE_KICK, velocity=120), *hits)
    assert hat == "charl. │░▒▓█·   ·   ·   │"
    assert kick == "  kick │█   ·   ·   ·   │"


def test_rolls_and_flams_are_told_from_plain_strokes() -> None:
    _, row = one_bar(
        DrumHit(piece=DrumPiece.DRUM_PIECE_SNARE, velocity=90, flam=usual_flam(90)),
        DrumHit(piece=DrumPiece.DRUM_PIECE_SNARE, step=4, velocity=90, roll=usual_roll(3, 90)),
        DrumHit(piece=DrumPiece.DRUM_PIECE_SNARE, step=8, velocity=90, roll=usual_roll(16, 90)),
    )
    assert row == "caisse │f   3   +   ·   │"


def test_a_bar_of_triplets_has_a_column_for_each_step() -> None:
    hits = [DrumHit(piece=DrumPiece.DRUM_PIECE_KICK, step=step, velocity=120) for step in (0, 1, 11)]
    (system,) = systems([Bar(meter=Meter(beats=4, beat_unit=4), divisions=3, hits=hits)], 80)
    assert [str(line) for line in draw(system, LABELS)][1] == "  kick │██ ·  ·  · █│"


def test_a_bar_of_silence_still_shows_its_beats() -> None:
    assert one_bar()[1] == "       │·   ·   ·   ·   │"
