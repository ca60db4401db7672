"""What a piano roll of text must show, whatever the bars."""

from boumbapp.music.v2.music_pb2 import Bar, Meter, Note, Role
from hypothesis import given
from hypothesis import strategies as st

from cli.render.piano_roll import ASCII, LABEL_WIDTH, UNICODE, Glyphs, System, draw, systems
from music.meter import steps_per_bar
from music.pitch import PitchName

METERS = [(4, 4), (3, 4), (2, 4), (6, 8), (7, 8), (5, 4), (12, 8), (2, 2), (15, 16)]


def named(pitch: int) -> str:
    name = PitchName.parse(("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[pitch % 12])
    return name.at(pitch)


@st.composite
def bars(draw_from: st.DrawFn) -> list[Bar]:
    beats, unit = draw_from(st.sampled_from(METERS))
    meter = Meter(beats=beats, beat_unit=unit)
    steps = steps_per_bar(meter)
    made = []
    for index in range(draw_from(st.integers(1, 9))):
        notes = []
        for pitch in sorted(draw_from(st.sets(st.integers(0, 127), max_size=5))):
            start = draw_from(st.integers(0, steps - 1))
            notes.append(
                Note(
                    pitch=pitch,
                    start_step=start,
                    duration_steps=draw_from(st.integers(1, steps - start)),
                    velocity=draw_from(st.integers(1, 127)),
                    name=named(pitch),
                    tied=start == 0 and draw_from(st.booleans()),
                )
            )
        made.append(Bar(index=index, meter=meter, notes=notes))
    return made


WIDTHS = st.integers(LABEL_WIDTH + 3, 200)


def cells(system: System) -> dict[str, str]:
    """Columns of each row of a drawn system, by its label, without the bar lines."""
    rows = {}
    for line in draw(system, Role.ROLE_BASS)[1:]:
        label, columns = line.plain[:LABEL_WIDTH].strip(), line.plain[LABEL_WIDTH + 1 :]
        position, found = 0, ""
        for piece in system:
            found += columns[position : position + piece.width - 1]
            position += piece.width
        rows[label] = found
    return rows


@given(bars(), WIDTHS)
def test_every_step_of_every_bar_is_drawn_once_and_in_order(made: list[Bar], width: int) -> None:
    steps = [
        (piece.bar.index, step)
        for system in systems(made, width)
        for piece in system
        for step in range(piece.start, piece.stop)
    ]
    assert steps == [(bar.index, step) for bar in made for step in range(steps_per_bar(bar.meter))]


@given(bars(), WIDTHS, st.sampled_from([UNICODE, ASCII]))
def test_no_line_is_wider_than_the_terminal_and_all_rows_of_a_system_end_together(
    made: list[Bar], width: int, glyphs: Glyphs
) -> None:
    for system in systems(made, width):
        numbers, *rows = draw(system, Role.ROLE_MELODY, glyphs)
        assert numbers.cell_len <= width
        assert {row.cell_len for row in rows} == {LABEL_WIDTH + 1 + sum(piece.width for piece in system)}
        assert rows[0].cell_len <= width


@given(bars(), WIDTHS)
def test_every_note_stands_in_its_row_and_columns_and_nothing_else_does(made: list[Bar], width: int) -> None:
    for system in systems(made, width):
        rows = cells(system)
        expected: dict[str, dict[int, str]] = {}
        offset = 0
        for piece in system:
            for note in piece.bar.notes:
                for step in range(note.start_step, note.start_step + note.duration_steps):
                    if piece.start <= step < piece.stop:
                        onset = step == note.start_step and not note.tied
                        glyph = UNICODE.onset if onset else UNICODE.held
                        expected.setdefault(note.name, {})[offset + step - piece.start] = glyph
            offset += piece.stop - piece.start
        sounding = {
            name: {column: glyph for column, glyph in enumerate(row) if glyph in (UNICODE.onset, UNICODE.held)}
            for name, row in rows.items()
            if name
        }
        assert sounding == expected


@given(bars())
def test_rows_go_from_high_to_low(made: list[Bar]) -> None:
    pitches = {note.name: note.pitch for bar in made for note in bar.notes}
    for system in systems(made, 100):
        heights = [pitches[label] for label in cells(system) if label]
        assert heights == sorted(heights, reverse=True)


@given(bars())
def test_bars_stay_whole_where_the_terminal_is_wide_enough_for_one(made: list[Bar]) -> None:
    one = steps_per_bar(made[0].meter)
    for system in systems(made, LABEL_WIDTH + one + 2):
        assert [(piece.start, piece.stop) for piece in system] == [(0, one)]


def test_a_wide_bar_breaks_at_a_beat() -> None:
    bar = Bar(index=0, meter=Meter(beats=4, beat_unit=4))
    assert [(piece.start, piece.stop) for (piece,) in systems([bar], LABEL_WIDTH + 1 + 12)] == [(0, 8), (8, 16)]


def test_the_picture() -> None:
    meter = Meter(beats=2, beat_unit=4)
    made = [
        Bar(
            index=0,
            meter=meter,
            notes=[
                Note(pitch=43, start_step=0, duration_steps=3, velocity=90, name="G2"),
                Note(pitch=46, start_step=6, duration_steps=2, velocity=90, name="Bb2"),
            ],
        ),
        Bar(index=1, meter=meter, notes=[Note(pitch=46, duration_steps=1, velocity=90, name="Bb2", tied=True)]),
    ]
    (system,) = systems(made, 80)
    assert [line.plain.rstrip() for line in draw(system, Role.ROLE_BASS)] == [
        "        1        2",
        "   Bb2 │·   · ▉━│━   ·   │",
        "    G2 │▉━━ ·   │·   ·   │",
    ]


def test_bars_of_rest_are_drawn_too() -> None:
    (system,) = systems([Bar(index=4, meter=Meter(beats=3, beat_unit=4))], 80)
    assert [line.plain for line in draw(system, Role.ROLE_PAD, ASCII)] == ["        5", "       |.   .   .   |"]


def test_nothing_gives_no_system() -> None:
    assert systems([], 80) == []
