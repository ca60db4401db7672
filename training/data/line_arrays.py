"""Lines as arrays: the line model's inputs and targets, step by step."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from boumbapp.music.v2.music_pb2 import Meter
from numpy.typing import NDArray

from music.meter import is_compound, step_weights, steps_per_bar, steps_per_beat
from services.melody.line_model.features import NO_ROOT
from services.melody.line_model.history import HOLD, LOWEST, OFF, History, Metre, fold
from training.common.progress import track
from training.data.tunes import PROCESSES, Tune

_VOTE_SCALE = 50  # votes are kept as bytes


@dataclass(frozen=True, slots=True)
class LineArrays:
    """A line with all inputs of the model; T steps, N onsets.

    Attributes:
        name: Of the tune.
        role: Of the tune.
        mode: "major" or "minor"; other modes count as the one that shares their third.
        bar_steps: Sixteenths in a bar.
        events: (T,) HOLD, OFF or the index of a pitch.
        categories: (T, len(CATEGORIES)).
        votes: (T, VOTES), scaled to bytes.
        onsets: (N,) steps of the onsets.
        pitch_votes: (N, PITCH_VOTES, PITCHES), scaled to bytes.
        roots: (T,) root of the chord in semitones above C of the normalised key, NO_ROOT for none.
        masks: (T,) its pitch classes as bits.
    """

    name: str
    role: str
    mode: str
    bar_steps: int
    events: NDArray[np.int16]
    categories: NDArray[np.uint8]
    votes: NDArray[np.uint8]
    onsets: NDArray[np.int32]
    pitch_votes: NDArray[np.uint8]
    roots: NDArray[np.uint8]
    masks: NDArray[np.uint16]


def metre_of(meter: Meter) -> Metre:
    """A metre as the line model takes it."""
    return Metre(steps_per_bar(meter), is_compound(meter), step_weights(meter), steps_per_beat(meter))


# Those whose third is minor.
MINOR = frozenset({"minor", "dorian", "phrygian"})
# Modes, and semitones from their tonic up to that of the major scale with the same notes.
KEYS = {"major": 0, "minor": 3, "dorian": 10, "phrygian": 8, "lydian": 7, "mixolydian": 5}


def key_shift(tonic: int, mode: str) -> int:
    """Semitones, -6 to 5, that move a key to the one without accidentals.

    Args:
        tonic: Pitch class of the tonic, 0-11.
        mode: One of KEYS.
    """
    return (-(tonic + KEYS[mode]) + 6) % 12 - 6


def events_of(tune: Tune) -> NDArray[np.int64]:
    """Event of each step, from the first bar line to the end of the last note."""
    bar_steps = tune.beats * 16 // tune.beat_unit
    shift = key_shift(tune.tonic, tune.mode) - LOWEST
    last = tune.notes[-1]
    end = last.bar * bar_steps + last.step + last.steps
    events = np.full(end + 1, HOLD, dtype=np.int64)
    for note in tune.notes:
        start = note.bar * bar_steps + note.step
        events[min(start + note.steps, end)] = OFF
        events[start] = fold(note.pitch + shift)
    return events


def line_of(tune: Tune) -> LineArrays:
    """Inputs and targets of the line model for a tune."""
    metre = metre_of(Meter(beats=tune.beats, beat_unit=tune.beat_unit))
    events = events_of(tune)
    history = History(metre)
    categories, votes, pitch_votes = [], [], []
    for event in events.tolist():
        categories.append(history.categories())
        votes.append(history.votes())
        if event >= 0:
            pitch_votes.append(history.pitch_votes())
        history.push(event)
    roots = np.full(len(events), NO_ROOT, dtype=np.uint8)
    masks = np.zeros(len(events), dtype=np.uint16)
    shift = key_shift(tune.tonic, tune.mode)
    for chord in tune.chords:
        roots[chord.step :] = NO_ROOT if chord.root is None else (chord.root + shift) % 12
        turned = chord.mask << (shift % 12)
        masks[chord.step :] = (turned | turned >> 12) & 0xFFF
    return LineArrays(
        name=tune.name,
        role=tune.role,
        mode="minor" if tune.mode in MINOR else "major",
        bar_steps=metre.steps,
        events=events.astype(np.int16),
        categories=np.array(categories, dtype=np.uint8),
        votes=_bytes(np.array(votes)),
        onsets=np.flatnonzero(events >= 0).astype(np.int32),
        pitch_votes=_bytes(np.array(pitch_votes)),
        roots=roots,
        masks=masks,
    )


def _bytes(votes: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.round(votes * _VOTE_SCALE).astype(np.uint8)


def read_votes(scaled: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Votes as the network takes them."""
    votes: NDArray[np.float32] = scaled.astype(np.float32) / np.float32(_VOTE_SCALE)
    return votes


def lines_of(tunes: Sequence[Tune]) -> list[LineArrays]:
    """Inputs and targets of the line model for many tunes, in their order."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        return list(track(pool.map(line_of, tunes, chunksize=8), "Reading lines", len(tunes)))
