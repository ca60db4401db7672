"""Bars whose steps are no sixteenths: how many steps they hold, and what is left of them at sixteenths."""

import pytest
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_KICK, Bar, DrumHit, Meter, Note
from hypothesis import given
from hypothesis import strategies as st

from music.divisions import (
    DIVISIONS,
    allowed_divisions,
    at_sixteenths,
    bar_ticks,
    is_on_sixteenths,
    step_ticks,
    steps_in_bar,
)
from music.meter import steps_per_bar
from music.playback import without_gaps
from music.side_by_side import RepeatedBar

METERS = [Meter(beats=beats, beat_unit=unit) for beats, unit in ((4, 4), (3, 4), (6, 8), (7, 8), (5, 16), (2, 2))]
MICRO_TIMING = st.integers(-120, 120)


@st.composite
def divided_bars(draw: st.DrawFn) -> Bar:
    bar = Bar(meter=draw(st.sampled_from(METERS)), index=draw(st.integers(0, 3)))
    bar.divisions = draw(st.sampled_from(allowed_divisions(bar)))
    steps = steps_in_bar(bar)
    for start, pitch in sorted(draw(st.sets(st.tuples(st.integers(0, steps - 1), st.integers(60, 62)), max_size=12))):
        bar.notes.append(
            Note(
                pitch=pitch,
                start_step=start,
                duration_steps=draw(st.integers(1, steps - start)),
                velocity=90,
                offset_ticks=draw(MICRO_TIMING),
                release_ticks=draw(MICRO_TIMING),
            )
        )
        loud = draw(st.integers(1, 127))
        bar.hits.append(DrumHit(piece=DRUM_PIECE_KICK, step=start, velocity=loud, offset_ticks=draw(MICRO_TIMING)))
    return bar


def ticks_of(event: Note | DrumHit, bar: Bar) -> int:
    """When it sounds, from the bar line."""
    step = event.start_step if isinstance(event, Note) else event.step
    return step * step_ticks(bar) + event.offset_ticks


def stop_of(note: Note, bar: Bar) -> int:
    """When it ends, from the bar line."""
    return (note.start_step + note.duration_steps) * step_ticks(bar) + note.release_ticks


@pytest.mark.parametrize(
    ("meter", "allowed"),
    [((4, 4), DIVISIONS), ((6, 8), DIVISIONS), ((7, 8), (4, 6, 8, 12)), ((5, 16), (4, 8, 12)), ((2, 2), DIVISIONS)],
)
def test_a_bar_holds_a_whole_number_of_steps(meter: tuple[int, int], allowed: tuple[int, ...]) -> None:
    bar = Bar(meter=Meter(beats=meter[0], beat_unit=meter[1]))
    assert allowed_divisions(bar) == allowed


@given(divided_bars())
def test_at_sixteenths_every_event_stays_near_where_it_was_on_a_step_of_its_own(bar: Bar) -> None:
    read = at_sixteenths(bar)
    assert is_on_sixteenths(read)
    assert (read is bar) == is_on_sixteenths(bar)
    assert at_sixteenths(read) is read
    places = [(note.start_step, note.pitch) for note in read.notes]
    assert read is bar or places == sorted(set(places))
    for note in read.notes:
        assert note.start_step + note.duration_steps <= steps_per_bar(read.meter)
        assert abs(note.offset_ticks) <= 120
    for now, before in ((read.notes, bar.notes), (read.hits, bar.hits)):
        whens = {ticks_of(each, bar) for each in before}
        # A sixteenth that is taken leaves half of one unsaid; the last one, what sounds after the bar.
        assert all(min(abs(ticks_of(each, read) - when) for when in whens) <= 80 for each in now)


@given(divided_bars())
def test_at_sixteenths_an_event_alone_sounds_when_it_did_and_at_the_bar_line_where_that_is_later(bar: Bar) -> None:
    length = bar_ticks(bar)
    for note, hit in zip(bar.notes, bar.hits, strict=True):
        read = at_sixteenths(Bar(meter=bar.meter, divisions=bar.divisions, notes=[note], hits=[hit]))
        assert ticks_of(read.notes[0], read) == min(ticks_of(note, bar), length)
        assert ticks_of(read.hits[0], read) == min(ticks_of(hit, bar), length)
        # A note is at least a sixteenth long, so that it can end a sixteenth early at most.
        assert stop_of(read.notes[0], read) == max(stop_of(note, bar), read.notes[0].start_step * 120)


def test_triplets_of_one_pitch_that_meet_on_a_sixteenth_leave_the_longest() -> None:
    bar = Bar(meter=METERS[0], divisions=12)
    bar.notes.add(pitch=60, start_step=2, duration_steps=1, velocity=90)
    bar.notes.add(pitch=60, start_step=4, duration_steps=4, velocity=80)
    (note,) = at_sixteenths(bar).notes
    assert (note.start_step, note.offset_ticks, note.velocity) == (1, 40, 80)


def test_tempo_index_and_ids_are_kept() -> None:
    bar = Bar(index=5, meter=METERS[0], divisions=3, bpm=90, notes=[Note(pitch=60, duration_steps=1, id=7)])
    read = at_sixteenths(bar)
    assert (read.index, read.bpm, read.notes[0].id, read.divisions) == (5, 90, 7, 0)


def test_two_bars_of_one_index_are_no_part() -> None:
    with pytest.raises(RepeatedBar, match="index 1"):
        without_gaps([Bar(index=1, meter=METERS[0]), Bar(index=1, meter=METERS[0])])
