"""History features of a line before each step: the place in the bar, and what the line itself did before.

Music repeats itself. Besides a recurrent state the model is therefore given, at every step, what happened one, two,
four and eight bars ago, and what followed the earlier passages that the last notes match (a match model, as in
compressors of the PAQ family): the longer the match, the more its vote weighs. Training and decoding share this code.
"""

import math
from bisect import bisect_right
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
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
_SHORT = 16  # bars up to which passages come back by whole bars alone
_LOOK_BACKS = (1, 2, 4, 8)  # bars
_NO_PITCH = -1
_LONGEST_SINCE = 20
_DURATIONS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 17, 25, 33, 65)
_MATCH_LENGTHS = (1, 2, 3, 4, 6, 9, 17)  # onsets
_AHEAD = 7  # steps
# A matched step without an onset counts so much less than an onset.
_SILENT_GAIN = 0.03
_HEAVIEST = 10.0
_NO_VOTES = 1e-9
_NO_RUNS = (0.0, 0.0, 0.0)
# Shares of votes on a log scale: 0 for none to about 4.6 for all; without votes all stay 0.
_SHARPNESS = 100
_FORGETTING = 0.98  # of earlier pitches, per note
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


@dataclass(frozen=True, slots=True)
class Metre:
    """A metre as the model is given it.

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

    @property
    def half(self) -> int:
        """Sixteenths of half a bar; of a whole one where its beats do not halve."""
        return self.steps // 2 if self.steps % (2 * self.beat) == 0 else self.steps

    def position(self, step: int) -> int:
        """Index of a step of the bar among the POSITIONS; the last one stands for metres that were not trained on."""
        start = _METRE_POSITIONS.get((self.steps, int(self.compound)))
        return POSITIONS - 1 if start is None else start + step


class History:
    """A line so far. A piece has few lags to look back by, so plain lists are quicker than arrays here.

    Args:
        metre: Its metre.
    """

    def __init__(self, metre: Metre) -> None:
        self.metre = metre
        self.now = 0
        self.pitch = _NO_PITCH  # last onset's, whether it sounds or not
        self.sounding = False
        self._last_onset = -1
        self._silent_since = 0
        self._intervals = (0, 0)
        bars = range(metre.steps, _BARS_BACK * metre.steps + 1, metre.steps)
        # A long song may win or lose half a bar: what comes back after that is found at half bars.
        halves = range(_SHORT * metre.steps + metre.half, bars[-1], metre.half)
        self._lags = tuple(sorted({metre.beat, 2 * metre.beat, *bars, *halves}))
        self._backs = tuple(bars * metre.steps for bars in _LOOK_BACKS)
        self._events: list[int] = []
        self._kinds = bytearray()
        self._states: list[int] = []  # for look-backs; 0 before the start
        self._before: list[int] = []  # pitch of the note before an onset
        # Lengths of the match at each lag that does not lead before the start: exact, by rhythm, by contour.
        self._runs: list[tuple[float, float, float]] = []
        self._seen = np.zeros(PITCHES)

    def copy(self) -> "History":
        """The same line, to be continued in another way."""
        twin = copy(self)
        twin._events, twin._kinds = self._events.copy(), self._kinds.copy()  # noqa: SLF001  its own kind
        twin._states, twin._before = self._states.copy(), self._before.copy()  # noqa: SLF001
        return twin  # what else there is, is replaced, never changed

    def push(self, event: int) -> None:
        """Append the event of the next step."""
        kind = kind_of(event)
        self._match(kind, event)
        self._events.append(event)
        self._kinds.append(kind)
        self._before.append(self.pitch if kind == KIND_ON else _NO_PITCH)
        if kind == KIND_ON:
            if self._last_onset >= 0:
                self._intervals = (self.now - self._last_onset, self._intervals[0])
            self.pitch, self.sounding, self._last_onset = event, True, self.now
            self._seen = self._seen * _FORGETTING
            self._seen[event] += 1
        elif kind == KIND_OFF:
            self.sounding, self._silent_since = False, self.now
        self._states.append((2 if self.sounding else 1) if kind == KIND_HOLD else 2 + kind)
        self.now += 1

    def _match(self, kind: int, event: int) -> None:
        """Continue or end every match with the event of the step."""
        now, kinds, runs = self.now, self._kinds, self._runs
        lags = self._lags
        if len(runs) < len(lags) and lags[len(runs)] <= now:
            runs = [*runs, _NO_RUNS]
        if kind != KIND_ON:
            self._runs = [
                (exact + _SILENT_GAIN, rhythm + _SILENT_GAIN, contour + _SILENT_GAIN)
                if kinds[now - lag] == kind
                else _NO_RUNS
                for lag, (exact, rhythm, contour) in zip(lags, runs, strict=False)
            ]
            return
        events, before = self._events, self._before
        first, move = self.pitch == _NO_PITCH, event - self.pitch
        self._runs = [
            (
                exact + 1.0 if events[now - lag] == event else 0.0,
                rhythm + 1.0,
                contour + 1.0 if first or events[now - lag] - before[now - lag] == move else 0.0,
            )
            if kinds[now - lag] == KIND_ON
            else _NO_RUNS
            for lag, (exact, rhythm, contour) in zip(lags, runs, strict=False)
        ]

    def categories(self) -> list[int]:
        """Categorical features of the step to come, each below its size in CATEGORIES."""
        now, metre, kinds = self.now, self.metre, self._kinds
        bar, step = divmod(now, metre.steps)
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
        values += [self._states[now - back] if back <= now else 0 for back in self._backs]
        for back in self._backs:
            onset = kinds.find(KIND_ON, max(now - back, 0), max(now - back + _AHEAD, 0))
            values.append(onset - now + back if onset >= 0 else _AHEAD)
        exact, rhythm, _ = zip(*self._runs, strict=True) if self._runs else ((), (), ())
        for runs in (exact, rhythm):
            longest = max(runs, default=0.0)
            length = bisect_right(_MATCH_LENGTHS, longest)
            kind = kinds[now - self._lags[runs.index(longest)]] if length else 0
            values.append(0 if length == 0 else 1 + KINDS * (length - 1) + kind)
        return values

    def votes(self) -> NDArray[np.float32]:
        """Votes of matching earlier passages for the kind of the next step, log-scaled, (VOTES,)."""
        exact, weighted_exact, rhythm, weighted_rhythm = ([0.0] * KINDS for _ in range(VOTES // KINDS))
        now, kinds = self.now, self._kinds
        for lag, (run, run_of_rhythm, _) in zip(self._lags, self._runs, strict=False):
            if run_of_rhythm:
                kind = kinds[now - lag]
                exact[kind] += run
                weighted_exact[kind] += _vote_weight(run)
                rhythm[kind] += run_of_rhythm
                weighted_rhythm[kind] += _vote_weight(run_of_rhythm)
        shares: list[float] = []
        for votes in (exact, weighted_exact, rhythm, weighted_rhythm):
            total = votes[KIND_HOLD] + votes[KIND_OFF] + votes[KIND_ON]
            shares += [math.log1p(_SHARPNESS * vote / total) if vote else 0.0 for vote in votes]
        return np.array(shares, np.float32)

    def pitch_votes(self) -> NDArray[np.float32]:
        """Votes of matching earlier passages for the pitch of an onset now, log-scaled, (PITCH_VOTES, PITCHES)."""
        votes = np.zeros((PITCH_VOTES, PITCHES))
        now, kinds = self.now, self._kinds
        for lag, (exact, rhythm, contour) in zip(self._lags, self._runs, strict=False):
            past = now - lag
            if rhythm and kinds[past] == KIND_ON:
                pitch = self._events[past]
                votes[0, pitch] += _vote_weight(exact)
                votes[1, pitch] += _vote_weight(rhythm)
                moved = self._moved(pitch, self._before[past])
                if moved is not None:
                    votes[2, moved] += _vote_weight(contour)
        votes[3] = self._seen
        totals = np.maximum(votes.sum(axis=1, keepdims=True), _NO_VOTES)
        shares: NDArray[np.float32] = np.log1p(_SHARPNESS * votes / totals).astype(np.float32)
        return shares

    def _moved(self, pitch: int, before: int) -> int | None:
        """The same move from the last pitch, by degrees; None where there is none."""
        if self.pitch == _NO_PITCH or before == _NO_PITCH:
            return None
        target = _TO_DEGREE[self.pitch] + _TO_DEGREE[pitch] - _TO_DEGREE[before]
        moved = _FROM_DEGREE[min(max(target, 0), len(_FROM_DEGREE) - 1)]
        return moved if 0 <= moved < PITCHES else None


def kind_of(event: int) -> int:
    """Kind of an event: KIND_HOLD, KIND_OFF or KIND_ON."""
    return KIND_ON if event >= 0 else KIND_HOLD if event == HOLD else KIND_OFF


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


@lru_cache(maxsize=4096)
def _vote_weight(run: float) -> float:
    """Weight of a match, exponential in its length; 0 for no match."""
    return math.exp(min(run, _HEAVIEST)) if run else 0.0


# Degrees of every pitch, in half degrees so that altered ones have a place, and back.
_TO_DEGREE = tuple(round(2 * ((p + LOWEST) // 12 * 7 + _DEGREE_OF[(p + LOWEST) % 12])) for p in range(PITCHES))
_FROM_DEGREE = tuple(
    (half // 14) * 12 + (_MAJOR[half % 14 // 2] if half % 2 == 0 else _MAJOR[half % 14 // 2] + 1) - LOWEST
    for half in range(2 * 7 * 10)
)
