"""A simple synthesiser for bars of notes, to preview an idea."""

import io
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from boumbapp.music.v2.music_pb2 import Bar, Role
from numpy.typing import NDArray

from music.playback import play

RATE = 32_000  # samples a second
_PEAK = 0.8
_RELEASE_S = 0.06
_TAIL_S = 0.4
_CONCERT_A, _CONCERT_A_HZ = 69, 440.0
_LOUDEST = 127

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Timbre:
    """An additive tone: harmonic n has the strength n ** -slope.

    Attributes:
        harmonics: How many, at most; none above half the sampling rate.
        slope: How quickly they weaken.
        attack_s: Time to full strength.
        decay_s: Time after which a held tone has lost two thirds of its strength.
    """

    harmonics: int
    slope: float
    attack_s: float
    decay_s: float


_TIMBRES = {
    Role.ROLE_BASS: Timbre(harmonics=10, slope=1.3, attack_s=0.004, decay_s=0.6),
    Role.ROLE_CHORDS: Timbre(harmonics=6, slope=1.8, attack_s=0.005, decay_s=1.2),
    Role.ROLE_ARPEGGIO: Timbre(harmonics=8, slope=1.5, attack_s=0.002, decay_s=0.25),
    Role.ROLE_PAD: Timbre(harmonics=6, slope=2.0, attack_s=0.25, decay_s=8.0),
}
_DEFAULT = Timbre(harmonics=8, slope=1.6, attack_s=0.01, decay_s=1.0)


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide into a tone: the frequency in Hz that it begins with, and its length in seconds."""

    frequency: float
    length: float


@dataclass(frozen=True, slots=True)
class Tone:
    """A note that sounds: times in seconds from the start, frequency in Hz, strength 0-1."""

    start: float
    end: float
    frequency: float
    strength: float
    slide: Slide | None = None


def tones(bars: Sequence[Bar], bpm: float) -> Iterator[Tone]:
    """Notes as they sound; a tie prolongs the note before it instead of sounding anew.

    Args:
        bars: Those of a part.
        bpm: Tempo in quarter notes per minute where bars say nothing else.
    """
    for note in play(bars, bpm).notes:
        slide = Slide(_hertz(note.from_pitch), note.glide) if note.glide else None
        yield Tone(note.onset, note.release, _hertz(note.pitch), note.velocity / _LOUDEST, slide)


def _hertz(pitch: int) -> float:
    return _CONCERT_A_HZ * float(2 ** ((pitch - _CONCERT_A) / 12))


def render(bars: Sequence[Bar], bpm: float, role: Role.ValueType) -> bytes:
    """A WAV file, mono, 16 bits: as long as the bars and a short tail.

    Args:
        bars: Those of a part.
        bpm: Tempo in quarter notes per minute where bars say nothing else.
        role: Decides about the timbre.
    """
    return wav(note_samples(bars, bpm, role))


def note_samples(bars: Sequence[Bar], bpm: float, role: Role.ValueType) -> Samples:
    """The same as samples.

    Args:
        bars: Those of a part.
        bpm: Tempo in quarter notes per minute where bars say nothing else.
        role: Decides about the timbre.
    """
    mix = np.zeros(round((play(bars, bpm).end + _TAIL_S) * RATE))
    timbre = _TIMBRES.get(role, _DEFAULT)
    for tone in tones(bars, bpm):
        first = round(tone.start * RATE)
        samples = _sound(tone, timbre)[: max(len(mix) - first, 0)]
        mix[first : first + len(samples)] += samples
    return mix


def wav(mix: Samples, *, louder: bool = True) -> bytes:
    """Samples as a WAV file, mono, 16 bits.

    Args:
        mix: The samples.
        louder: Whether they are made as loud as all others; else they stay as they are, -1 to 1.
    """
    loudest = float(np.abs(mix).max(initial=0.0))
    if louder and loudest > 0:
        mix = mix * (_PEAK / loudest)
    output = io.BytesIO()
    with wave.open(output, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((mix * 32767).astype("<i2").tobytes())
    return output.getvalue()


def _sound(tone: Tone, timbre: Timbre) -> Samples:
    """Samples of one tone, with its release."""
    length = max(tone.end - tone.start, 0.02)
    time = np.arange(round((length + _RELEASE_S) * RATE)) / RATE
    wave_form = np.zeros_like(time)
    cycles, highest = tone.frequency * time, tone.frequency
    if tone.slide is not None:
        left = np.clip(1 - time / tone.slide.length, 0.0, 1.0)
        cycles = np.cumsum(tone.frequency * (tone.slide.frequency / tone.frequency) ** left) / RATE
        highest = max(highest, tone.slide.frequency)
    for harmonic in range(1, timbre.harmonics + 1):
        if highest * harmonic < RATE / 2:
            wave_form += np.sin(2 * np.pi * harmonic * cycles) * harmonic**-timbre.slope
    attack = np.minimum(time / timbre.attack_s, 1.0)
    release = np.clip((length + _RELEASE_S - time) / _RELEASE_S, 0.0, 1.0)
    strength: Samples = wave_form * attack * np.exp(-time / timbre.decay_s) * release * tone.strength
    return strength
