"""Bars to events and back, keys and ranges."""

import pytest
from boumbapp.music.v2.music_pb2 import Bar, Meter, Note
from hypothesis import given
from hypothesis import strategies as st

from music.meter import steps_per_bar
from services.chassis.errors.catalogue import OUT_OF_RANGE, ApiError
from services.magenta.errors import PRIMER_BARS, PRIMER_EMPTY
from services.magenta.event_encoding import (
    NO_EVENT,
    NOTE_OFF,
    Range,
    bar_of,
    estimated_shift,
    events_of_bars,
    events_of_notes,
    fold,
    shift_to_c,
    with_octave,
)

FOUR_FOUR = Meter(beats=4, beat_unit=4)
KNOWN = Range(48, 83, in_c=True)
C_MAJOR = 0b1010_1011_0101
METERS = st.sampled_from([(4, 4), (3, 4), (7, 8), (6, 8), (5, 4)])
EVENTS = st.lists(st.one_of(st.just(NO_EVENT), st.just(NOTE_OFF), st.integers(0, 127)), min_size=16, max_size=64)


def bars_of(events: list[int], meter: Meter) -> list[Bar]:
    length, held, bars = steps_per_bar(meter), None, []
    for index in range(len(events) // length):
        bar, held = bar_of(index, meter, events[index * length : (index + 1) * length], held)
        bars.append(bar)
    return bars


def sounding(events: list[int]) -> list[tuple[int | None, bool]]:
    """Pitch of each step, and whether it begins there."""
    heard, pitch = [], None
    for event in events:
        if event != NO_EVENT:
            pitch = event if event >= 0 else None
        heard.append((pitch, event >= 0))
    return heard


@given(events=EVENTS, meter=METERS)
def test_bars_of_events_say_the_same_when_read_again(events: list[int], meter: tuple[int, int]) -> None:
    metre = Meter(beats=meter[0], beat_unit=meter[1])
    whole = events[: len(events) // steps_per_bar(metre) * steps_per_bar(metre)]
    bars = bars_of(whole, metre)
    assert all(n.start_step + n.duration_steps <= steps_per_bar(metre) for bar in bars for n in bar.notes)
    if any(event >= 0 for event in whole):
        assert sounding(events_of_bars(bars)) == sounding(whole)
    else:
        with pytest.raises(ApiError) as caught:
            events_of_bars(bars or [Bar(meter=metre)])
        assert caught.value.code is PRIMER_EMPTY


def test_a_note_held_over_the_bar_line_is_tied() -> None:
    events = [60, *[NO_EVENT] * 19, NOTE_OFF, *[NO_EVENT] * 11]
    first, second = bars_of(events, FOUR_FOUR)
    assert [(n.start_step, n.duration_steps, n.tied) for n in first.notes] == [(0, 16, False)]
    assert [(n.start_step, n.duration_steps, n.tied) for n in second.notes] == [(0, 4, True)]


def test_notes_are_filled_up_to_whole_bars() -> None:
    notes = [Note(pitch=60, start_step=14, duration_steps=4, velocity=1)]
    assert events_of_notes(notes, FOUR_FOUR) == [*[NO_EVENT] * 14, 60, *[NO_EVENT] * 3, NOTE_OFF, *[NO_EVENT] * 13]


def test_a_note_that_leaves_its_piece_is_refused() -> None:
    late = Bar(meter=FOUR_FOUR, notes=[Note(pitch=60, start_step=12, duration_steps=8, velocity=1)])
    with pytest.raises(ApiError) as caught:
        events_of_bars([late])
    assert caught.value.code is OUT_OF_RANGE


def test_bars_of_two_metres_are_refused() -> None:
    with pytest.raises(ApiError) as caught:
        events_of_bars([Bar(index=0, meter=FOUR_FOUR), Bar(index=1, meter=Meter(beats=3, beat_unit=4))])
    assert caught.value.code is PRIMER_BARS


@given(tonic=st.integers(0, 11))
def test_major_keys_go_to_c_and_minor_keys_to_a(tonic: int) -> None:
    major = sum(1 << (p + tonic) % 12 for p in (0, 2, 4, 5, 7, 9, 11))
    minor = sum(1 << (p + tonic) % 12 for p in (0, 2, 3, 5, 7, 8, 10))
    assert (tonic + shift_to_c(major, tonic)) % 12 == 0
    assert (tonic + shift_to_c(minor, tonic)) % 12 == 9
    pentatonic = sum(1 << (p + tonic) % 12 for p in (0, 3, 5, 7, 10))
    assert (tonic + shift_to_c(pentatonic, tonic)) % 12 == 9


@given(tonic=st.integers(0, 11))
def test_the_key_of_a_melody_is_the_one_that_most_notes_fit(tonic: int) -> None:
    scale = [60 + tonic + p for p in (0, 2, 4, 5, 7, 9, 11)]
    assert (tonic + estimated_shift([*scale, NO_EVENT, NOTE_OFF])) % 12 == 0


@given(shift=st.integers(0, 11), low=st.integers(0, 100), width=st.integers(12, 27))
def test_a_range_comes_to_the_middle_of_what_is_known(shift: int, low: int, width: int) -> None:
    moved = with_octave(shift, low, low + width, KNOWN)
    assert (moved - shift) % 12 == 0
    assert abs(low + width / 2 + moved - 65.5) <= 6


@given(pitch=st.integers(-40, 200))
def test_folding_keeps_the_pitch_class_and_is_done_once(pitch: int) -> None:
    folded = fold(pitch, KNOWN)
    assert KNOWN.lowest <= folded <= KNOWN.highest
    assert (folded - pitch) % 12 == 0
    assert fold(folded, KNOWN) == folded
