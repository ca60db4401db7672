"""What every evaluated melody model has in common: the negative log-likelihood of each sixteenth step of a line."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from boumbapp.music.v2.music_pb2 import Meter
from numpy.typing import NDArray

from services.melody.line_model.history import HOLD, LOWEST, PITCHES
from training.data.line_arrays import MINOR, events_of
from training.data.tunes import Tune

# Symbols of the models that treat all events alike: hold, off, and the onset of each pitch.
SYMBOLS = 2 + PITCHES
FIRST_PITCH = 2

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EventLine:
    """A line as all models are given it: whole, on the grid, its key moved to C major or A minor.

    Attributes:
        name: Of the tune.
        meter: Its metre.
        mode: Its mode by name.
        role: What it is in its piece.
        events: (T,) HOLD, OFF or the index of a pitch above LOWEST, to the end of the last note.
    """

    name: str
    meter: Meter
    mode: str
    role: str
    events: IntArray

    @classmethod
    def of(cls, tune: Tune) -> "EventLine":
        """Events of a tune."""
        # The last event of `events_of` is the silence after the tune.
        events = events_of(tune)[:-1]
        return cls(tune.name, Meter(beats=tune.beats, beat_unit=tune.beat_unit), tune.mode, tune.role, events)

    @property
    def is_minor(self) -> bool:
        """Whether its mode has a minor third."""
        return self.mode in MINOR

    @property
    def symbols(self) -> IntArray:
        """(T,) events as numbers below SYMBOLS."""
        return self.events + FIRST_PITCH

    @property
    def onsets(self) -> IntArray:
        """(N,) steps on which notes begin."""
        return np.flatnonzero(self.events >= 0)

    @property
    def pitches(self) -> IntArray:
        """(N,) MIDI keys of the notes."""
        return self.events[self.onsets] + LOWEST

    @property
    def lengths(self) -> IntArray:
        """(N,) steps that the notes last: until the next step that is no hold, the last one to the end of the line."""
        ends = np.append(np.flatnonzero(self.events != HOLD), len(self.events))
        onsets = self.onsets
        return ends[np.searchsorted(ends, onsets, side="right")] - onsets


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model expected of a line, in nats; T steps, N onsets.

    Attributes:
        kinds: (T, 3) log-probabilities of hold, off and onset before each step.
        pitches: (N, PITCHES) log-probabilities of the pitch of each onset, given that there is one.
    """

    kinds: FloatArray
    pitches: FloatArray


class Scorer(Protocol):
    """A model that can be scored.

    Attributes:
        name: As printed.
    """

    name: str

    def nats(self, line: EventLine) -> FloatArray:
        """(T,) negative log-likelihood of each event, in nats."""
        ...


@runtime_checkable
class Predictor(Scorer, Protocol):
    """A model that also gives its distributions."""

    def predict(self, line: EventLine) -> Prediction:
        """Log-probabilities of what could happen at each step of a line, given the steps before it."""
        ...


def nats_of(prediction: Prediction, line: EventLine) -> FloatArray:
    """(T,) negative log-likelihood of each event under a prediction, in nats.

    Args:
        prediction: Of the line.
        line: T steps long.
    """
    kinds = np.minimum(line.symbols, FIRST_PITCH)
    nats = -prediction.kinds[np.arange(len(kinds)), kinds]
    onsets = line.onsets
    nats[onsets] -= prediction.pitches[np.arange(len(onsets)), line.events[onsets]]
    return nats


def prediction_of(log_probabilities: FloatArray, line: EventLine) -> Prediction:
    """A prediction from log-probabilities of every symbol at every step.

    Args:
        log_probabilities: (T, SYMBOLS).
        line: T steps long.
    """
    onset = np.logaddexp.reduce(log_probabilities[:, FIRST_PITCH:], axis=1)
    kinds = np.concatenate([log_probabilities[:, :FIRST_PITCH], onset[:, None]], axis=1)
    at = line.onsets
    return Prediction(kinds, log_probabilities[at, FIRST_PITCH:] - onset[at, None])
