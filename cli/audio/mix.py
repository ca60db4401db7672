"""Turns an arrangement into sound: every part by the same simple synthesis, each at its own loudness."""

from collections.abc import Mapping, Sequence

import numpy as np
from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Role,
    Track,
)

from cli.audio.drum_sound import drum_samples
from cli.audio.sound import Samples, note_samples, wav

# Loudness of a part, as its root mean square in the mix.
_LOUDNESS: Mapping[Role.ValueType, float] = {
    ROLE_DRUMS: 0.11,
    ROLE_BASS: 0.10,
    ROLE_MELODY: 0.075,
    ROLE_CHORDS: 0.055,
    ROLE_ARPEGGIO: 0.045,
    ROLE_PAD: 0.045,
}
_USUAL = 0.06


def render_tracks(tracks: Sequence[Track], bpm: float) -> bytes:
    """A WAV file, mono, 16 bits, of all tracks together.

    Args:
        tracks: With their bars.
        bpm: Tempo in quarter notes per minute where bars say nothing else.
    """
    return wav(mix_samples(tracks, bpm))


def mix_samples(tracks: Sequence[Track], bpm: float) -> Samples:
    """The same as samples.

    Args:
        tracks: With their bars.
        bpm: Tempo in quarter notes per minute where bars say nothing else.
    """
    parts = [_part(track, bpm) for track in tracks]
    mix = np.zeros(max(map(len, parts), default=0))
    for part in parts:
        mix[: len(part)] += part
    return mix


def _part(track: Track, bpm: float) -> Samples:
    hits = any(bar.hits for bar in track.bars)
    samples = drum_samples(track.bars, bpm) if hits else note_samples(track.bars, bpm, track.role)
    sounding = samples[np.abs(samples) > 0]
    loudness = float(np.sqrt(np.mean(sounding**2))) if len(sounding) else 0.0
    return samples * (_LOUDNESS.get(track.role, _USUAL) / loudness) if loudness else samples
