"""What the model sees of a line before each step: where it is in the bar, and what the line itself did before.

Music repeats itself. Besides a recurrent state the model is therefore told, at every step, what happened one, two, four
and eight bars ago, and what followed the earlier passages that the last notes match (a match model, as in compressors
of the PAQ family): the longer the match, the louder its vote. Training and decoding use this same code.
"""

from bisect import bisect_right
from copy import copy
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Events of a step; a number from 0 up is the onset of that pitch, counted from LOWEST.
HOLD: Final = -2
OFF: Final = -1
# Pitches relative to the key, which is moved to C major or A minor by the nearest way: MIDI keys 24 to 103.
LOWEST: Final = 24
PITCHES: Final = 80
# Kinds of events.
KIND_HOLD, KIND_OFF, KIND_ON = 0, 1, 2
KINDS: Final = 3

_BARS_BACK = 96
_LOOK_BACKS = (1, 2, 4, 8)  # bars
_NO_PITCH = -1
_LONGEST_SINCE = 20
_DURATIONS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 17, 25, 33, 65)
_MATCH_LENGTHS = (1, 2, 3, 4, 6, 9, 17)  # onsets
_AHEAD = 7  # steps
# A matched step without an onset tells so much less than an onset.
_SILENT_GAIN = 0.03
_LOUDEST = 10.0
_NO_VOTES = 1e-9
_FORGETTING = 0.98  # of the pitches heard, per note
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_DEGREE_OF = (0, 0.5, 1, 1.5, 2, 3, 3.5, 4, 4.5, 5, 5.5, 6)

# Sizes of the categorical features, in the order of `StepView.categories`.
_METRE_POSITIONS = {
    (8, 0): 0,
    (12, 0): 8,
    (12, 1): 20,
    (16, 0): 32,
    (18, 1): 48,
    (20, 0): 66,
    (14, 0): 86,
    (24, 1): 100,
}
POSITIONS: Final = 125
CATEGORIES: Final = (
    POSITIONS,
    5,  # metrical weight
    8,  # bar of the eight-bar period
    _LONGEST_SINCE + 1,  # steps since the last onset
    len(_DURATIONS) + 1,  # steps of silence so far; 0 while a note sounds
    len(_DURATIONS) + 1,  # last inter-onset interval
    len(_DURATIONS) + 1,  # the one before
    *(5 for _ in _LOOK_BACKS),  # what happened then
    *(8 for _ in _LOOK_BACKS),  # steps from then to the next onset
    len(_MATCH_LENGTHS) * 3 + 1,  # what the longest exact match says, and its length
    len(_MATCH_LENGTHS) * 3 + 1,  # likewise by rhythm alone
)
VOTES: Final = 4 * KINDS
PITCH_VOTES: Final = 4
_ONE_OF_KINDS = np.eye(KINDS)


@dataclass(frozen=True, slots=True)
class Metre:
    """A metre as the model knows it.

    Attributes:
        steps: Sixteenths in a bar.
        compound: Whether beats divide in three.
        weights: Metrical weight of each step, 0-4.
        beat: Sixteenths in a beat.
    """

    steps: int
    compound: bool
    weights: tuple[int, ...]
    beat: int

    def position(self, step: int) -> int:
        """Index of a step of the bar among the POSITIONS; the last one stands for metres that were not trained on."""
        start = _METRE_POSITIONS.get((self.steps, int(self.compound)))
        return POSITIONS - 1 if start is None else start + step


class History:
    """A line so far.

    Args:
        metre: Its metre.
        length: Most steps that it will have.
    """

    def __init__(self, metre: Metre, length: int) -> None:
        self.metre = metre
        self.now = 0
        self.pitch = _NO_PITCH  # last onset's, whether it sounds or not
        self.sounding = False
        self._last_onset = -1
        self._silent_since = 0
        self._intervals = (0, 0)
        lags = {metre.beat, 2 * metre.beat, *(bars * metre.steps for bars in range(1, _BARS_BACK + 1))}
        self._lags = np.array(sorted(lags), dtype=np.int64)
        # Steps before the start, so that looking back never leaves the arrays.
        self._start = int(self._lags[-1])
        size = length + self._start + 1
        self._events = np.full(size, HOLD, dtype=np.int64)
        self._kinds = np.zeros(size, dtype=np.int64)
        self._states = np.zeros(size, dtype=np.int64)  # for look-backs; 0 before the start
        self._before = np.full(size, _NO_PITCH, dtype=np.int64)  # pitch of the note before an onset
        self._runs = np.zeros((3, len(self._lags)))  # length of each lag's match: exact, by rhythm, by contour
        self._seen = np.zeros(PITCHES)

    def copy(self) -> "History":
        """The same line, to go on from here in another way."""
        twin = copy(self)
        for name in ("_events", "_kinds", "_states", "_before", "_seen"):  # the others are replaced, never changed
            setattr(twin, name, getattr(self, name).copy())
        return twin

    def push(self, event: int) -> None:
        """Let the step pass with this event."""
        at = self.now + self._start
        past = at - self._lags
        kind = KIND_ON if event >= 0 else KIND_HOLD if event == HOLD else KIND_OFF
        same = np.empty((3, len(past)), dtype=bool)
        same[1] = (self._kinds[past] == kind) & (self._lags <= self.now)
        same[0] = same[1] & (self._events[past] == event)
        same[2] = same[1]
        if kind == KIND_ON and self.pitch != _NO_PITCH:
            same[2] &= self._events[past] - self._before[past] == event - self.pitch
        self._runs = (self._runs + (1.0 if kind == KIND_ON else _SILENT_GAIN)) * same
        self._events[at] = event
        self._kinds[at] = kind
        if kind == KIND_ON:
            self._before[at] = self.pitch
            if self._last_onset >= 0:
                self._intervals = (self.now - self._last_onset, self._intervals[0])
            self.pitch, self.sounding, self._last_onset = event, True, self.now
            self._seen *= _FORGETTING
            self._seen[event] += 1
        elif kind == KIND_OFF:
            self.sounding, self._silent_since = False, self.now
        self._states[at] = (2 if self.sounding else 1) if kind == KIND_HOLD else 2 + kind
        self.now += 1

    def categories(self) -> list[int]:
        """Categorical features of the step to come, each below its size in CATEGORIES."""
        now, metre = self.now, self.metre
        bar, step = divmod(now, metre.steps)
        at = now + self._start
        since = now - self._last_onset if self._last_onset >= 0 else _LONGEST_SINCE
        silent = 0 if self.sounding else now - self._silent_since
        values = [
            metre.position(step),
            metre.weights[step],
            bar % 8,
            _since(since),
            _bucket(silent),
            _bucket(self._intervals[0]),
            _bucket(self._intervals[1]),
        ]
        backs = [at - bars * metre.steps for bars in _LOOK_BACKS]
        values += [int(self._states[back]) for back in backs]
        for back in backs:
            ahead = self._kinds[back : back + _AHEAD].tolist()
            values.append(ahead.index(KIND_ON) if KIND_ON in ahead else _AHEAD)
        for runs in self._runs[:2]:
            longest = int(runs.argmax())
            length = bisect_right(_MATCH_LENGTHS, runs[longest])
            told = int(self._kinds[at - self._lags[longest]])
            values.append(0 if length == 0 else 1 + KINDS * (length - 1) + told)
        return values

    def votes(self) -> NDArray[np.float32]:
        """What earlier passages say of the kind of the step to come: log votes, (VOTES,)."""
        kinds = _ONE_OF_KINDS[self._kinds[self.now + self._start - self._lags]]
        runs = self._runs[:2]
        voices = np.stack([runs, _loud(runs)], axis=1).reshape(-1, len(self._lags))
        return _log_shares(voices @ kinds).ravel()

    def pitch_votes(self) -> NDArray[np.float32]:
        """What earlier passages say of the pitch of an onset now: log votes, (PITCH_VOTES, PITCHES)."""
        past = self.now + self._start - self._lags
        onsets = self._kinds[past] == KIND_ON
        pitches, before = self._events[past[onsets]], self._before[past[onsets]]
        loud = _loud(self._runs[:, onsets])
        moved = self._moved(pitches, before)
        rows = (
            np.bincount(pitches, loud[0], minlength=PITCHES),
            np.bincount(pitches, loud[1], minlength=PITCHES),
            np.bincount(moved[moved >= 0], loud[2][moved >= 0], minlength=PITCHES),
            self._seen,
        )
        return _log_shares(np.stack(rows))

    def _moved(self, pitches: NDArray[np.int64], before: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same moves from the last pitch, by degrees; -1 where there is none."""
        if self.pitch == _NO_PITCH:
            return np.full(len(pitches), _NO_PITCH)
        target = _TO_DEGREE[self.pitch] + _TO_DEGREE[pitches] - _TO_DEGREE[before]
        moved = _FROM_DEGREE[np.clip(target, 0, len(_FROM_DEGREE) - 1)]
        return np.where((before == _NO_PITCH) | (moved < 0) | (moved >= PITCHES), _NO_PITCH, moved)


def fold(pitch: int) -> int:
    """An index of a pitch inside the model's range, by octaves."""
    while pitch < 0:
        pitch += 12
    while pitch >= PITCHES:
        pitch -= 12
    return pitch


def _since(steps: int) -> int:
    return min(steps, _LONGEST_SINCE - 4) if steps <= 16 else min(16 + (steps - 1) // 16, _LONGEST_SINCE)


def _bucket(steps: int) -> int:
    return bisect_right(_DURATIONS, steps)


def _loud(runs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights in which a longer match drowns shorter ones."""
    return np.exp(np.minimum(runs, _LOUDEST)) * (runs > 0)


def _log_shares(votes: NDArray[np.float64]) -> NDArray[np.float32]:
    """Shares of each row's votes on a log scale: 0 for none to about 4.6 for all; rows without votes stay 0."""
    totals = votes.sum(axis=1, keepdims=True)
    shares: NDArray[np.float32] = np.log1p(100 * votes / np.maximum(totals, _NO_VOTES)).astype(np.float32)
    return shares


# Degrees of every pitch, in half degrees so that altered ones have a place, and back.
_TO_DEGREE = np.array([round(2 * ((p + LOWEST) // 12 * 7 + _DEGREE_OF[(p + LOWEST) % 12])) for p in range(PITCHES)])
_FROM_DEGREE = np.array(
    [
        (half // 14) * 12 + (_MAJOR[half % 14 // 2] if half % 2 == 0 else _MAJOR[half % 14 // 2] + 1) - LOWEST
        for half in range(2 * 7 * 10)
    ]
)
