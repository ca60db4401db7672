"""Turns bars into sound, simply: enough to hear an idea before it goes into a real instrument."""

import io
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from boumbapp.music.v1.music_pb2 import Bar, Role
from numpy.typing import NDArray

from music.grid import TICKS_PER_STEP
from music.meter import steps_per_bar

RATE = 32_000  # samples a second
_PEAK = 0.8
_RELEASE_S = 0.06
_TAIL_S = 0.4
_CONCERT_A, _CONCERT_A_HZ = 69, 440.0

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
class Tone:
    """A note that sounds: times in seconds from the start, frequency in Hz, strength 0-1."""

    start: float
    end: float
    frequency: float
    strength: float


def tones(bars: Sequence[Bar], bpm: float) -> Iterator[Tone]:
    """Notes as they sound; a tie prolongs the note before it instead of sounding anew."""
    step_s = 15.0 / bpm  # a sixteenth of a quarter-note beat
    bar_start = 0.0
    held: dict[int, Tone] = {}  # by pitch
    for bar in bars:
        for note in bar.notes:
            start = (bar_start + note.start_step + note.offset_ticks / TICKS_PER_STEP) * step_s
            end = (bar_start + note.start_step + note.duration_steps + note.release_ticks / TICKS_PER_STEP) * step_s
            before = held.pop(note.pitch, None)
            if note.tied and before is not None:
                held[note.pitch] = Tone(before.start, end, before.frequency, before.strength)
                continue
            if before is not None:
                yield before
            frequency = _CONCERT_A_HZ * 2 ** ((note.pitch - _CONCERT_A) / 12)
            held[note.pitch] = Tone(max(start, 0.0), end, frequency, note.velocity / 127)
        bar_start += steps_per_bar(bar.meter)
    yield from held.values()


def render(bars: Sequence[Bar], bpm: float, role: Role.ValueType) -> bytes:
    """A WAV file, mono, 16 bits: as long as the bars and a short tail."""
    steps = sum(steps_per_bar(bar.meter) for bar in bars)
    mix = np.zeros(round((steps * 15.0 / bpm + _TAIL_S) * RATE))
    timbre = _TIMBRES.get(role, _DEFAULT)
    for tone in tones(bars, bpm):
        first = round(tone.start * RATE)
        samples = _sound(tone, timbre)[: len(mix) - first]
        mix[first : first + len(samples)] += samples
    return wav(mix)


def wav(mix: Samples) -> bytes:
    """Samples as a WAV file, mono, 16 bits, always as loud."""
    loudest = float(np.abs(mix).max(initial=0.0))
    if loudest > 0:
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
    for harmonic in range(1, timbre.harmonics + 1):
        frequency = tone.frequency * harmonic
        if frequency < RATE / 2:
            wave_form += np.sin(2 * np.pi * frequency * time) * harmonic**-timbre.slope
    attack = np.minimum(time / timbre.attack_s, 1.0)
    release = np.clip((length + _RELEASE_S - time) / _RELEASE_S, 0.0, 1.0)
    strength: Samples = wave_form * attack * np.exp(-time / timbre.decay_s) * release * tone.strength
    return strength
