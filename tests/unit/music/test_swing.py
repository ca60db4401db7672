"""Swing: it keeps the order of a bar, moves drums and notes alike, and can be undone."""

from itertools import pairwise

import pytest
from boumbapp.music.v2.music_pb2 import (
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    SWING_UNIT_UNSPECIFIED,
    Bar,
    Meter,
    Note,
    Swing,
)
from hypothesis import given
from hypothesis import strategies as st

from music.grid import TICKS_PER_STEP
from music.meter import steps_per_bar
from music.swing import (
    MOST_TICKS,
    NEAREST_TICKS,
    StraightBars,
    amount_of_percent,
    delay,
    straighten,
    straightened,
    swing_notes,
    swung,
)

FOUR_FOUR = Meter(beats=4, beat_unit=4)
TRIPLETS = Swing(amount=1 / 3, unit=SWING_UNIT_EIGHTH)
METERS = [
    Meter(beats=beats, beat_unit=unit)
    for beats, unit in ((4, 4), (3, 4), (5, 4), (6, 8), (12, 8), (7, 8), (3, 8), (11, 16), (7, 16), (2, 2))
]
meters = st.sampled_from(METERS)
swings = st.builds(Swing, amount=st.floats(0, 0.5), unit=st.sampled_from([SWING_UNIT_SIXTEENTH, SWING_UNIT_EIGHTH]))


@st.composite
def lines(draw: st.DrawFn, meter: Meter) -> list[Note]:
    """A line of notes that follow each other, some shorter than the way to the next one."""
    steps = steps_per_bar(meter)
    onsets = sorted(draw(st.sets(st.integers(0, steps - 1), min_size=1)))
    notes = []
    for onset, following in zip(onsets, [*onsets[1:], steps], strict=True):
        length = draw(st.integers(1, following - onset))
        early = draw(st.integers(-36, 0)) * length
        offset = draw(st.integers(0 if onset == 0 else -6, 6))
        notes.append(
            Note(
                pitch=60,
                start_step=onset,
                duration_steps=length,
                velocity=80,
                offset_ticks=offset,
                release_ticks=max(early, -72),
            )
        )
    return notes


def copies(notes: list[Note]) -> list[Note]:
    return [Note.FromString(note.SerializeToString()) for note in notes]


def swung_copies(notes: list[Note], meter: Meter, swing: Swing) -> list[Note]:
    played = copies(notes)
    swing_notes(played, meter, swing)
    return played


def sounding(note: Note) -> tuple[float, float]:
    """Onset and end in steps of the bar."""
    end = note.start_step + note.duration_steps + note.release_ticks / TICKS_PER_STEP
    return note.start_step + note.offset_ticks / TICKS_PER_STEP, end


@given(meter=meters, swing=swings)
def test_no_step_passes_its_neighbour_and_beats_stay(meter: Meter, swing: Swing) -> None:
    steps = steps_per_bar(meter)
    places = [step * TICKS_PER_STEP + delay(step, meter, swing) for step in range(steps + 1)]
    assert all(earlier < later for earlier, later in pairwise(places))
    assert places[-1] == steps * TICKS_PER_STEP
    assert all(places[step] == step * TICKS_PER_STEP for step in range(0, steps, 4))


@given(meter=meters, unit=swings, amounts=st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)))
def test_more_swing_never_brings_a_note_forward(meter: Meter, unit: Swing, amounts: tuple[float, float]) -> None:
    less, more = (Swing(amount=amount, unit=unit.unit) for amount in sorted(amounts))
    for step in range(steps_per_bar(meter)):
        assert delay(step, meter, less) <= delay(step, meter, more)


@given(meter=meters, swing=swings)
def test_a_swung_step_is_traced_back(meter: Meter, swing: Swing) -> None:
    for step in range(steps_per_bar(meter)):
        at, ticks = swung(step, meter, swing)
        assert 0 <= at < steps_per_bar(meter)
        assert abs(ticks) <= NEAREST_TICKS
        assert straightened(at, meter, swing, ticks) == step


def test_a_third_makes_triplets_of_either_unit() -> None:
    assert [delay(step, FOUR_FOUR, TRIPLETS) for step in range(5)] == [0, 40, 80, 40, 0]
    sixteenths = Swing(amount=1 / 3, unit=SWING_UNIT_SIXTEENTH)
    assert [delay(step, FOUR_FOUR, sixteenths) for step in range(5)] == [0, 40, 0, 40, 0]
    assert delay(1, FOUR_FOUR, Swing(amount=1 / 3, unit=SWING_UNIT_UNSPECIFIED)) == 40


@pytest.mark.parametrize(("beats", "last"), [(7, 6), (11, 10)])
def test_an_and_that_ends_a_bar_stays_in_it(beats: int, last: int) -> None:
    assert delay(last, Meter(beats=beats, beat_unit=16), Swing(amount=0.5, unit=SWING_UNIT_EIGHTH)) == 60


@pytest.mark.parametrize("meter", [Meter(beats=6, beat_unit=8), Meter(beats=12, beat_unit=8)], ids=["6/8", "12/8"])
def test_beats_that_divide_in_three_have_no_eighths_to_swing(meter: Meter) -> None:
    assert {delay(step, meter, TRIPLETS) for step in range(steps_per_bar(meter))} == {0}


@given(swing=swings, meter=meters, data=st.data())
def test_notes_keep_their_order_and_do_not_run_into_the_next(swing: Swing, meter: Meter, data: st.DataObject) -> None:
    written = data.draw(lines(meter))
    played = swung_copies(written, meter, swing)
    assert [note.start_step for note in played] == sorted({note.start_step for note in played})
    for note, following in pairwise(played):
        start, end = sounding(note)
        assert start < sounding(following)[0]
        # What a line strays from the grid before it is swung, and no more.
        assert end <= sounding(following)[0] + 0.3
    for note in played:
        start, end = sounding(note)
        assert end - start > 0.25
        assert abs(note.offset_ticks) <= MOST_TICKS
        assert abs(note.release_ticks) <= MOST_TICKS
        assert note.start_step + note.duration_steps <= steps_per_bar(meter)


@given(amount=st.floats(0, 0.4), unit=swings, meter=meters, data=st.data())
def test_what_was_swung_is_straightened_exactly(amount: float, unit: Swing, meter: Meter, data: st.DataObject) -> None:
    swing = Swing(amount=amount, unit=unit.unit)
    written = data.draw(lines(meter))
    bar = Bar(meter=meter, notes=swung_copies(written, meter, swing))
    back = straighten(bar, swing)
    assert [(n.start_step, n.duration_steps) for n in back.notes] == [(n.start_step, n.duration_steps) for n in written]
    for note, before, played in zip(back.notes, written, bar.notes, strict=True):
        if abs(played.offset_ticks) < MOST_TICKS:  # nothing was cut off
            assert note.offset_ticks == before.offset_ticks
        if abs(played.release_ticks) < MOST_TICKS and sounding(played)[1] - sounding(played)[0] > 0.31:
            assert note.release_ticks == before.release_ticks


@given(meter=meters, data=st.data())
def test_straight_music_stays_the_same_bytes(meter: Meter, data: st.DataObject) -> None:
    written = data.draw(lines(meter))
    for swing in (Swing(), Swing(unit=SWING_UNIT_EIGHTH)):
        assert swung_copies(written, meter, swing) == written
        bar = Bar(meter=meter, notes=written)
        assert straighten(bar, swing) is bar


def test_legato_eighths_are_long_and_short() -> None:
    written = [Note(pitch=60, start_step=step, duration_steps=2, velocity=80) for step in (0, 2, 4, 6)]
    played = [sounding(note) for note in swung_copies(written, FOUR_FOUR, TRIPLETS)]
    assert played == [pytest.approx(times, abs=0.01) for times in ((0, 2.67), (2.67, 4), (4, 6.67), (6.67, 8))]


def test_an_and_and_its_sixteenth_both_stay_in_order() -> None:
    written = [Note(pitch=60, start_step=step, duration_steps=1, velocity=80) for step in (1, 2, 3, 4)]
    played = swung_copies(written, FOUR_FOUR, TRIPLETS)
    assert [note.start_step for note in played] == [1, 2, 3, 4]
    times = [sounding(note) for note in played]
    assert [start for start, _ in times] == pytest.approx([1.33, 2.67, 3.33, 4], abs=0.01)
    assert all(end == pytest.approx(following, abs=0.01) for (_, end), (following, _) in pairwise(times))


@pytest.mark.parametrize(
    ("percent", "amount"),
    [(50, 0), (62, 0.24), (66, 0.32), (75, 0.5), (0, 0), (30, 0.15), (100, 0.5), (80, 0.4)],
)
def test_percentages_are_positions_in_the_pair_or_shares(percent: float, amount: float) -> None:
    assert amount_of_percent(percent) == pytest.approx(amount)


def test_bars_are_straightened_again_where_they_were_changed() -> None:
    bars = [
        Bar(index=index, meter=FOUR_FOUR, notes=[Note(start_step=3, duration_steps=1, offset_ticks=-40)])
        for index in range(3)
    ]
    straight = StraightBars(TRIPLETS)
    first = straight.of(bars[:2])
    assert [bar.notes[0].start_step for bar in first] == [2, 2]
    changed = Bar(index=1, meter=FOUR_FOUR, notes=[Note(start_step=8, duration_steps=1)])
    again = straight.of([bars[0], changed, bars[2]])
    assert [bar.notes[0].start_step for bar in again] == [2, 8, 2]
    assert again[0] is first[0]
