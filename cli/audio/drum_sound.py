"""Turns hits into sound, simply: each piece of the kit from a few sines and noise, as drum machines made them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Bar, DrumPiece

from cli.audio.sound import RATE, Samples, wav
from music.playback import play

_TAIL_S = 0.6
_CHOKED_S = 0.01  # an open hat dies away this quickly once the hat is closed
_HATS = (pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_PEDAL_HAT, pb.DRUM_PIECE_OPEN_HAT)
_LOUDEST = 127
_EMPHASIS = 1.5  # soft strokes are softer than their velocity is small


@dataclass(frozen=True, slots=True)
class Struck:
    """A stroke as it sounds: time in seconds from the start, strength 0-1."""

    start: float
    piece: DrumPiece.ValueType
    strength: float


def strokes(bars: Sequence[Bar], bpm: float) -> list[Struck]:
    """Strokes in the order of their times; a roll is several, and so is a flam.

    Args:
        bars: Those of a part.
        bpm: Tempo in quarter notes per minute where bars say nothing else.
    """
    return [
        Struck(stroke.onset, stroke.piece, (stroke.velocity / _LOUDEST) ** _EMPHASIS)
        for stroke in play(bars, bpm).strokes
    ]


def render_drums(bars: Sequence[Bar], bpm: float) -> bytes:
    """A WAV file, mono, 16 bits: as long as the bars and a short tail.

    Args:
        bars: Those of a part.
        bpm: Tempo in quarter notes per minute where bars say nothing else.
    """
    return wav(drum_samples(bars, bpm))


def drum_samples(bars: Sequence[Bar], bpm: float) -> Samples:
    """The same as samples.

    Args:
        bars: Those of a part.
        bpm: Tempo in quarter notes per minute where bars say nothing else.
    """
    mix = np.zeros(round((play(bars, bpm).end + _TAIL_S) * RATE))
    played = strokes(bars, bpm)
    hats = [stroke.start for stroke in played if stroke.piece in _HATS]
    for stroke in played:
        first = round(stroke.start * RATE)
        samples = _sound(stroke.piece)[: max(len(mix) - first, 0)] * stroke.strength
        if stroke.piece == pb.DRUM_PIECE_OPEN_HAT:
            samples = _choked(samples, min((start for start in hats if start > stroke.start), default=np.inf), stroke)
        mix[first : first + len(samples)] += samples
    return mix


def _choked(samples: Samples, closed: float, stroke: Struck) -> Samples:
    """An open hat until the hat is struck again."""
    after = np.arange(len(samples)) / RATE - (closed - stroke.start)
    return samples * np.clip(1 - after / _CHOKED_S, 0.0, 1.0)


def _drum(hertz: float, bend: float, decay_s: float) -> Samples:
    """A head that sounds `bend` times higher when it is struck, and dies away."""
    time = np.arange(round(5 * decay_s * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(hertz * (1 + (bend - 1) * np.exp(-time / 0.025))) / RATE
    sound: Samples = np.sin(phase) * np.exp(-time / decay_s) * np.minimum(time / 0.001, 1.0)
    return sound


def _noise(low_hertz: float, decay_s: float) -> Samples:
    """Noise above a frequency, dying away."""
    length = round(5 * decay_s * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(round(low_hertz)).standard_normal(length))
    spectrum[np.fft.rfftfreq(length, 1 / RATE) < low_hertz] = 0
    hiss = np.fft.irfft(spectrum, length)
    sound: Samples = hiss / np.abs(hiss).max() * np.exp(-np.arange(length) / RATE / decay_s)
    return sound


def _ringing(hertz: Sequence[float], decay_s: float) -> Samples:
    time = np.arange(round(5 * decay_s * RATE)) / RATE
    sound: Samples = sum(np.sin(2 * np.pi * each * time) for each in hertz) / len(hertz) * np.exp(-time / decay_s)
    return sound


def _together(*parts: Samples) -> Samples:
    mix = np.zeros(max(map(len, parts)))
    for part in parts:
        mix[: len(part)] += part
    return mix


def _clap() -> Samples:
    """A clap: several bursts of noise, a few milliseconds apart."""
    burst, tail = _noise(900, 0.006), _noise(901, 0.06)
    late = [np.concatenate((np.zeros(round(delay * RATE)), burst)) for delay in (0.0, 0.011, 0.021)]
    return _together(*late, np.concatenate((np.zeros(round(0.03 * RATE)), tail)))


_SOUNDS: Mapping[DrumPiece.ValueType, Callable[[], Samples]] = {
    pb.DRUM_PIECE_KICK: lambda: _drum(50, 4, 0.16) * 1.3,
    pb.DRUM_PIECE_SNARE: lambda: _together(_drum(185, 1.3, 0.06) * 0.6, _noise(1200, 0.07) * 0.7),
    pb.DRUM_PIECE_RIM: lambda: _together(_ringing((1700, 2450), 0.012), _noise(3000, 0.006) * 0.4) * 0.7,
    pb.DRUM_PIECE_CLAP: lambda: _clap() * 0.8,
    pb.DRUM_PIECE_CLOSED_HAT: lambda: _noise(7000, 0.022) * 0.45,
    pb.DRUM_PIECE_PEDAL_HAT: lambda: _noise(6000, 0.016) * 0.4,
    pb.DRUM_PIECE_OPEN_HAT: lambda: _noise(6500, 0.16) * 0.45,
    pb.DRUM_PIECE_LOW_TOM: lambda: _drum(90, 1.6, 0.14),
    pb.DRUM_PIECE_MID_TOM: lambda: _drum(125, 1.6, 0.12),
    pb.DRUM_PIECE_HIGH_TOM: lambda: _drum(170, 1.6, 0.1),
    pb.DRUM_PIECE_CRASH: lambda: _noise(3500, 0.4) * 0.6,
    pb.DRUM_PIECE_RIDE: lambda: _together(_ringing((3150, 4730, 6290), 0.12) * 0.25, _noise(5000, 0.14) * 0.3),
    pb.DRUM_PIECE_COWBELL: lambda: _ringing((540, 800, 1620, 2400), 0.06) * 0.8,
    pb.DRUM_PIECE_SHAKER: lambda: _noise(5500, 0.03) * 0.35,
    pb.DRUM_PIECE_TAMBOURINE: lambda: _together(_noise(7500, 0.06) * 0.4, _ringing((8100, 9700), 0.08) * 0.1),
}


@cache
def _sound(piece: DrumPiece.ValueType) -> Samples:
    """One stroke at full strength; a piece that nobody knows sounds as a rim shot."""
    return _SOUNDS.get(piece, _SOUNDS[pb.DRUM_PIECE_RIM])()
