"""The loop plays round and round, in time, and goes on from the same place when it changes."""

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_DRUMS, Bar, DrumHit, DrumPiece, Meter, Note, Track
from hypothesis import given
from hypothesis import strategies as st

from cli.audio.sound import RATE
from cli.jam.loop import Loop, loop_of, programmes, silence
from cli.jam.piece import Piece
from cli.jam.transport import LEAD_S, Transport

FOUR = Meter(beats=4, beat_unit=4)


def piece(bars: int = 2, bpm: float = 120.0, meter: Meter = FOUR) -> Piece:
    notes = [Note(start_step=0, duration_steps=2, pitch=36, velocity=90)]
    hits = [DrumHit(step=4, piece=DrumPiece.DRUM_PIECE_SNARE, velocity=100)]
    return Piece(
        bpm=bpm,
        tracks=(
            Track(id="bass", role=ROLE_BASS, bars=[Bar(index=i, meter=meter, notes=notes) for i in range(bars)]),
            Track(id="drums", role=ROLE_DRUMS, bars=[Bar(index=i, meter=meter, hits=hits) for i in range(bars)]),
        ),
    )


def made(bars: int = 2, bpm: float = 120.0) -> Loop:
    loop = loop_of(piece(bars, bpm))
    assert loop is not None
    return loop


def test_a_bar_lasts_as_long_as_its_tempo_says() -> None:
    assert made().starts == (0, 2 * RATE, 4 * RATE)
    assert made(3, 60).length == 12 * RATE
    waltz = loop_of(piece(1, 120, Meter(beats=3, beat_unit=4)))
    assert waltz is not None
    assert waltz.length == round(1.5 * RATE)


def test_nothing_plays_before_every_part_has_its_first_bar() -> None:
    whole = piece()
    assert loop_of(Piece(tracks=(whole.tracks[0], Track(id="drums")))) is None
    assert loop_of(Piece()) is None


def test_what_rings_on_sounds_at_the_beginning_of_the_next_turn() -> None:
    late = Bar(index=0, meter=FOUR, notes=[Note(start_step=15, duration_steps=1, pitch=60, velocity=120)])
    loop = loop_of(Piece(bpm=120, tracks=(Track(id="m", bars=[late]),)))
    assert loop is not None
    assert np.abs(loop.samples[:200]).max() > 0.01
    assert len(loop.samples) == loop.length


def run(transport: Transport, seconds: float, tick: float = 0.02) -> tuple[int, list[bytes]]:
    """Samples and messages of a stretch of time."""
    samples, messages = 0, list[bytes]()
    for number in range(round(seconds / tick) + 1):
        due = transport.advance(number * tick)
        samples += len(due.samples)
        messages += due.messages
    return samples, messages


def test_every_note_of_two_turns_is_played_twice() -> None:
    transport = Transport()
    transport.take(made())
    samples, messages = run(transport, 8.0)
    assert samples == pytest.approx((8 + LEAD_S) * RATE, abs=2)
    on = [message for message in messages if message[0] & 0xF0 == 0x90]
    assert sorted(on) == sorted([bytes((0x90, 36, 90))] * 4 + [bytes((0x99, 38, 100))] * 4)
    assert len(messages) == 16
    bar, fraction = transport.place
    assert bar == 0
    assert fraction == pytest.approx(0.0, abs=0.02)


@given(st.floats(0.1, 7.9), st.integers(1, 6), st.floats(40, 240), st.integers(1, 6), st.floats(40, 240))
def test_another_loop_goes_on_from_the_same_place(
    at: float, bars: int, bpm: float, other_bars: int, other_bpm: float
) -> None:
    transport = Transport()
    transport.take(made(bars, bpm))
    run(transport, at, 0.1)
    bar, fraction = transport.place
    transport.take(made(other_bars, other_bpm))
    after, then = transport.place
    assert after == min(bar, other_bars - 1)
    assert then == pytest.approx(fraction, abs=0.001)


def test_a_pause_is_silent_and_goes_on_where_it_was() -> None:
    transport = Transport()
    transport.take(made())
    run(transport, 1.0)
    place, transport.playing = transport.place, False
    due = transport.advance(1.4)
    assert len(due.samples) > 0
    assert not due.samples.any()
    assert transport.place == place
    transport.playing = True
    transport.advance(1.6)
    assert transport.place[1] == pytest.approx(place[1] + 0.1, abs=0.001)


def test_jumps_land_at_the_beginning_of_a_bar() -> None:
    transport = Transport()
    transport.take(made(3))
    run(transport, 0.5)
    for bars, place in ((1, 1), (0, 1), (1, 2), (1, 0)):
        transport.jump(bars)
        assert transport.place == (place, 0.0)


def test_time_that_stood_still_does_not_pour_out_sound() -> None:
    transport = Transport()
    transport.take(made())
    transport.advance(0.0)
    assert len(transport.advance(3600.0).samples) <= RATE


def test_instruments_are_chosen_and_every_note_can_be_ended() -> None:
    assert programmes(piece()) == bytes((0xC0, 33))
    assert len(silence()) == 16 * 3
