"""A piece as a loop of sound, and as the MIDI messages of the same moments."""

from dataclasses import dataclass

import numpy as np
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Track

from cli.audio.mix import mix_samples
from cli.audio.sound import RATE, Samples
from cli.jam.piece import Piece
from music.drum_kit import GM_KEYS
from music.midi.writer import program_of
from music.playback import play

_PEAK = 0.8
_DRUM_CHANNEL, _CHANNELS = 9, 16
_NOTE_ON, _NOTE_OFF, _PROGRAMME, _ALL_OFF = 0x90, 0x80, 0xC0, bytes((0x7B, 0))
_STROKE_S = 0.05


@dataclass(frozen=True, slots=True)
class Loop:
    """What plays again and again.

    Attributes:
        samples: One turn; what rings on after its end sounds at its beginning.
        starts: Where each bar begins, and where the last one ends, in samples.
        messages: MIDI messages in the order of their samples.
    """

    samples: Samples
    starts: tuple[int, ...]
    messages: tuple[tuple[int, bytes], ...]

    @property
    def length(self) -> int:
        """Samples of a turn."""
        return self.starts[-1]

    def place(self, sample: int) -> tuple[int, float]:
        """The bar that sounds and how much of it is over, 0-1.

        Args:
            sample: Within the turn.
        """
        bar = int(np.searchsorted(self.starts, sample, side="right")) - 1
        bar = min(max(bar, 0), len(self.starts) - 2)
        start, end = self.starts[bar], self.starts[bar + 1]
        return bar, (sample - start) / max(end - start, 1)

    def sample_at(self, bar: int, fraction: float) -> int:
        """The sample of a place, in the last bar where there are not so many.

        Args:
            bar: Number of the bar, from 0.
            fraction: How much of it is over, 0-1.
        """
        bar = min(bar, len(self.starts) - 2)
        start, end = self.starts[bar], self.starts[bar + 1]
        return min(start + round(fraction * (end - start)), self.length - 1)


def loop_of(piece: Piece) -> Loop | None:
    """The bars that every part has; None where there is none."""
    if not piece.bars:
        return None
    tracks = [Track(id=t.id, role=t.role, bars=t.bars[: piece.bars]) for t in piece.tracks]
    bare = [Bar(index=bar.index, meter=bar.meter) for bar in tracks[0].bars]
    starts = tuple(round(play(bare[:number], piece.bpm).end * RATE) if number else 0 for number in range(len(bare) + 1))
    mix = mix_samples(tracks, piece.bpm)
    length = starts[-1]
    turn, rest = np.zeros(length), mix[length:]
    turn[: min(len(mix), length)] = mix[:length]
    turn[: min(len(rest), length)] += rest[:length]
    loudest = float(np.abs(turn).max(initial=0.0))
    return Loop(turn * (_PEAK / loudest) if loudest else turn, starts, _messages(piece, tracks, length))


def programmes(piece: Piece) -> bytes:
    """MIDI messages that choose the instruments."""
    found = b""
    for channel, track in zip(_channels(piece.tracks), piece.tracks, strict=True):
        if channel != _DRUM_CHANNEL:
            number = track.program if track.HasField("program") else program_of(track.role)
            found += bytes((_PROGRAMME | channel, number))
    return found


def silence() -> bytes:
    """MIDI messages that end every note."""
    return b"".join(bytes((0xB0 | channel,)) + _ALL_OFF for channel in range(_CHANNELS))


def _channels(tracks: "tuple[Track, ...] | list[Track]") -> list[int]:
    pitched = iter([channel for channel in range(_CHANNELS) if channel != _DRUM_CHANNEL] * 2)
    return [_DRUM_CHANNEL if track.role == ROLE_DRUMS else next(pitched) for track in tracks]


def _messages(piece: Piece, tracks: list[Track], length: int) -> tuple[tuple[int, bytes], ...]:
    found: list[tuple[int, bytes]] = []

    def note(channel: int, key: int, velocity: int, onset: float, release: float) -> None:
        first, last = round(onset * RATE), round(release * RATE)
        found.append((min(first, length - 1), bytes((_NOTE_ON | channel, key, velocity))))
        found.append((min(last, length - 1), bytes((_NOTE_OFF | channel, key, 0))))

    for channel, track in zip(_channels(tracks), tracks, strict=True):
        heard = play(track.bars, piece.bpm)
        for each in heard.notes:
            note(channel, each.pitch, each.velocity, each.onset, each.release)
        for stroke in heard.strokes:
            note(channel, GM_KEYS[stroke.piece], stroke.velocity, stroke.onset, stroke.onset + _STROKE_S)
    return tuple(sorted(found, key=lambda message: (message[0], message[1][0] & 0x10)))  # ends before beginnings
