"""Drums sound when they are struck, each piece like itself."""

import io
import wave

import numpy as np
import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Bar, DrumHit, DrumPiece, Meter
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cli.audio.drum_sound import render_drums, strokes
from cli.audio.sound import RATE
from music.articulation import usual_flam, usual_roll

METER = Meter(beats=4, beat_unit=4)
PIECES = [piece for piece in DrumPiece.values() if piece != pb.DRUM_PIECE_UNSPECIFIED]


def heard(*hits: DrumHit, bpm: float = 60) -> NDArray[np.float64]:
    """Samples of one bar; at 60 BPM a step is a quarter of a second."""
    with wave.open(io.BytesIO(render_drums([Bar(meter=METER, hits=hits)], bpm))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def centre_hz(samples: NDArray[np.float64]) -> float:
    """Centre of gravity of the spectrum."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float((power * np.fft.rfftfreq(len(samples), 1 / RATE)).sum() / power.sum())


@pytest.mark.parametrize("piece", PIECES)
def test_every_piece_sounds_when_it_is_struck_and_dies_away(piece: DrumPiece.ValueType) -> None:
    samples = heard(DrumHit(piece=piece, step=4, velocity=100))
    assert np.abs(samples[:RATE]).max() == 0
    assert np.abs(samples[RATE : RATE + RATE // 20]).max() > 0.3
    assert np.abs(samples[-RATE // 4 :]).max() < 0.01


def test_the_kick_is_deep_the_snare_above_it_and_the_hat_on_top() -> None:
    kit = (pb.DRUM_PIECE_KICK, pb.DRUM_PIECE_LOW_TOM, pb.DRUM_PIECE_HIGH_TOM, pb.DRUM_PIECE_SNARE)
    centres = [centre_hz(heard(DrumHit(piece=piece, velocity=100))) for piece in (*kit, pb.DRUM_PIECE_CLOSED_HAT)]
    assert centres == sorted(centres)
    assert centres[0] < 120
    assert centres[-1] > 6000


def test_no_two_pieces_sound_the_same() -> None:
    sounds = {heard(DrumHit(piece=piece, velocity=100)).tobytes() for piece in PIECES}
    assert len(sounds) == len(PIECES)


def test_a_roll_is_as_many_strokes_in_its_step_and_a_flam_one_before() -> None:
    roll = DrumHit(piece=pb.DRUM_PIECE_SNARE, step=4, velocity=90, roll=usual_roll(4, 90))
    flam = DrumHit(piece=pb.DRUM_PIECE_SNARE, step=8, velocity=90, flam=usual_flam(90))
    played = strokes([Bar(meter=METER, hits=[roll, flam])], 60)
    assert [round(stroke.start, 4) for stroke in played] == [1.0, 1.0625, 1.125, 1.1875, 1.9375, 2.0]
    assert played[4].strength < played[5].strength


def test_a_closed_hat_chokes_the_open_one() -> None:
    open_hat = DrumHit(piece=pb.DRUM_PIECE_OPEN_HAT, step=0, velocity=100)
    kick = DrumHit(piece=pb.DRUM_PIECE_KICK, step=15, velocity=100)  # both files are as loud as it is
    closed = DrumHit(piece=pb.DRUM_PIECE_CLOSED_HAT, step=1, velocity=1)
    tail = slice(round(0.27 * RATE), round(0.5 * RATE))
    ringing, choked = heard(open_hat, kick), heard(open_hat, closed, kick)
    assert np.abs(choked[tail]).max() < 0.1 * np.abs(ringing[tail]).max()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(PIECES), st.integers(0, 15), st.integers(1, 127), st.integers(-120, 120))),
    st.floats(60, 300),
)
def test_it_lasts_as_long_as_its_bars_and_never_clips(
    found: list[tuple[DrumPiece.ValueType, int, int, int]], bpm: float
) -> None:
    hits = [DrumHit(piece=p, step=s, velocity=v, offset_ticks=ticks) for p, s, v, ticks in found]
    samples = heard(*hits, bpm=bpm)
    assert len(samples) / RATE == pytest.approx(4 * 60 / bpm + 0.6, abs=0.001)
    assert np.abs(samples).max(initial=0) <= 0.81
