"""Timing: unintended deviation from the grid, strummed chords, and how long written notes sound."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import ROLE_ARPEGGIO, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY, Note, Role

from music.grid import TICKS_PER_STEP

# Unintended timing, fraction of a step; sustained parts start together.
_LOOSENESS: dict[Role.ValueType, float] = {ROLE_MELODY: 0.05, ROLE_BASS: 0.03, ROLE_CHORDS: 0.02, ROLE_ARPEGGIO: 0.02}
_FURTHEST = 0.5  # steps
_STRUM = 0.025  # steps from voice to voice
# Styles with a gate below this are staccato.
STACCATO = 0.7
_SHORTEST_SOUND = 0.3  # steps


@dataclass(slots=True)
class TimedNote:
    """A note and its micro-timing while that is being decided, finer than the ticks that the note can hold.

    Attributes:
        note: The note.
        offset: Distance of the onset from the grid, fraction of a step.
        release: Distance of the release from the written end, likewise.
    """

    note: Note
    offset: float = 0.0
    release: float = 0.0

    def settle(self) -> None:
        """Write the micro-timing into the note, in ticks."""
        self.note.offset_ticks = in_ticks(self.offset)
        self.note.release_ticks = in_ticks(self.release)


def in_ticks(steps: float) -> int:
    """A fraction of a step in ticks."""
    return round(steps * TICKS_PER_STEP)


def delays(
    onsets: Sequence[int], role: Role.ValueType, draw: random.Random, *, machine: bool = False
) -> dict[int, float]:
    """How far each onset of a bar strays from where it is meant to sound.

    Args:
        onsets: Steps of the bar, ascending.
        role: The part; how far it strays from the grid depends on it.
        draw: Random numbers; one is drawn for each onset, in order, unless a sequencer plays it.
        machine: Whether a sequencer plays it: it does not stray.

    Returns:
        Offsets of at most 0.05 steps to either side, by step; nothing starts before its bar.
    """
    if machine:
        return dict.fromkeys(onsets, 0.0)
    return {onset: _delay(onset, _LOOSENESS.get(role, 0.0), draw) for onset in onsets}


def _delay(onset: int, loose: float, draw: random.Random) -> float:
    strayed = 0.0 + loose * (2 * draw.random() - 1)  # never the negative zero of a part that does not stray
    return max(strayed, 0.0) if onset == 0 else strayed


def strum(voices: Sequence[TimedNote]) -> None:
    """Strike a chord from below, each voice a little later than the one under it, in place.

    Args:
        voices: Notes that begin together, from the lowest up.
    """
    for place, voice in enumerate(voices[1:], 1):
        latest = voice.note.duration_steps + voice.release - _SHORTEST_SOUND - voice.offset
        # Never so late that the note leaves the bounds of an offset, or is too short to be heard.
        voice.offset += min(_STRUM * place, _FURTHEST - voice.offset, max(latest, 0.0))


def staccato(gate: float, written: int, gap: int, *, settled: bool) -> int:
    """Steps of a written note that sound: fewer than written where the style is staccato.

    Args:
        gate: Sounding part of written lengths, 0.1-1.
        written: Length as written, in steps.
        gap: Steps to the next onset.
        settled: Whether a phrase rests on it: even a staccato style lets such a note sound.

    Returns:
        At least 1 step.
    """
    if settled or gate >= STACCATO:
        return written
    return max(min(math.ceil(gap * gate), written), 1)


def release(timed: TimedNote, gate: float, gap: int, *, settled: bool) -> None:
    """Set the release of a note of whole steps, so that it sounds as long as the gate says, in place.

    Args:
        timed: The note; its duration and offset are final.
        gate: Sounding part of written lengths, 0.1-1.
        gap: Steps to the next onset.
        settled: See `staccato`.
    """
    written = timed.note.duration_steps
    kept = max(gate, STACCATO) if settled else gate
    sounding = min(gap * kept, float(written)) if kept < STACCATO else written * kept
    early = max(sounding - written, -1.0)
    # A short note that comes late must still be heard.
    timed.release = max(min(early, 0.0), min(timed.offset + _SHORTEST_SOUND - written, 0.0))
