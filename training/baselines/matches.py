"""What followed earlier passages like the latest one, at every lag: experts for the mixer.

A match at a lag goes on while events are those of so many steps before; its length is counted in notes. The longest
one names the event that it expects (match models of the PAQ compressors: Mahoney, 2005), all of them vote, with a
weight that grows with their length, and so do those that are the same but for transposition. Another expert counts
pitches so far.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.history import KINDS, PITCHES
from training.scoring.protocol import FIRST_PITCH, EventLine, FloatArray, IntArray

# Lengths of the longest match, in notes, at which the contexts of the gate end.
LENGTHS = (0.0, 1.5, 2.5, 4.5, 7.5, 12.5, 24.5)
CONTEXTS = len(LENGTHS) + 1
KIND_EXPERTS, PITCH_EXPERTS = 3, 4
_SILENT = 0.03  # what a matched step counts on which no note begins
_HEAVIEST = 12.0  # notes beyond which a longer match weighs no more
_FLOOR = 0.003  # share of every expert that all events have alike
_FORGETTING = 0.98  # of earlier pitches, per note
_ON = FIRST_PITCH  # kind of an onset


@dataclass(frozen=True, slots=True)
class Matches:
    """What the experts expect of a line; T steps, N onsets.

    Attributes:
        contexts: (T,) context of the gate at each step, below CONTEXTS.
        kinds: (T, KIND_EXPERTS, KINDS) log-probabilities of hold, off and onset.
        pitches: (N, PITCH_EXPERTS, PITCHES) log-probabilities of each onset's pitch.
    """

    contexts: NDArray[np.int64]
    kinds: FloatArray
    pitches: FloatArray


def matches_of(line: EventLine) -> Matches:
    """Follow a line step by step; what is expected of a step depends on the steps before it alone.

    Args:
        line: T steps long.
    """
    symbols, kinds = line.symbols, np.minimum(line.symbols, _ON)
    latest, moves = _pitches_before(line)
    length = len(symbols)
    same, turned = np.zeros(length), np.zeros(length)  # lengths of the matches at each lag, from a step up
    contexts, of_kinds = np.zeros(length, np.int64), np.zeros((length, KIND_EXPERTS, KINDS))
    of_pitches, so_far = [], np.zeros(PITCHES)
    for step in range(length):
        past = step - 1 - np.arange(step)
        runs, turns = same[:step], turned[:step]
        contexts[step] = np.searchsorted(LENGTHS, runs.max(initial=0.0))
        votes = (_longest(runs), _weights(runs), _weights(turns))
        of_kinds[step] = [np.bincount(kinds[past], vote, KINDS) for vote in votes]
        if kinds[step] == _ON:
            on = past[kinds[past] == _ON]
            lags = step - 1 - on
            pitches = symbols[on] - FIRST_PITCH
            moved = np.clip(latest[step] + moves[on], 0, PITCHES - 1)
            chosen = (_longest(runs[lags]), _weights(runs[lags]))
            counted = [np.bincount(pitches, vote, PITCHES) for vote in chosen]
            of_pitches.append([*counted, np.bincount(moved, _weights(turns[lags]), PITCHES), so_far.copy()])
            so_far *= _FORGETTING
            so_far[symbols[step] - FIRST_PITCH] += 1
        gain = 1.0 if kinds[step] == _ON else _SILENT
        same[:step] = np.where(symbols[past] == symbols[step], runs + gain, 0.0)
        as_far = (kinds[past] == kinds[step]) & ((kinds[step] != _ON) | (moves[past] == moves[step]))
        turned[:step] = np.where(as_far, turns + gain, 0.0)
    every = np.array(of_pitches).reshape(-1, PITCH_EXPERTS, PITCHES)
    return Matches(contexts, _log_shares(of_kinds), _log_shares(every))


def _pitches_before(line: EventLine) -> tuple[IntArray, IntArray]:
    """Pitch of the last note before each step, and the move from it to the note that begins there, (T,) each."""
    events = line.events
    sounded = np.maximum.accumulate(np.where(events >= 0, np.arange(len(events)), -1))
    before = np.concatenate([[-1], sounded[:-1]])
    latest = np.where(before >= 0, events[before], PITCHES // 2)
    moves = np.where(events >= 0, events - latest, 0)
    return latest, moves


def _weights(runs: FloatArray) -> FloatArray:
    weights: FloatArray = np.where(runs > 0, np.exp(np.minimum(runs, _HEAVIEST)), 0.0)
    return weights


def _longest(runs: FloatArray) -> FloatArray:
    """1 for the longest match, the latest of several, and 0 for all others; all 0 where there is none."""
    chosen = np.zeros(len(runs))
    if runs.max(initial=0.0) > 0:
        chosen[runs.argmax()] = 1
    return chosen


def _log_shares(votes: FloatArray) -> FloatArray:
    size, total = votes.shape[-1], votes.sum(axis=-1, keepdims=True)
    shares = np.where(total > 0, votes / np.maximum(total, 1e-12), 1 / size)
    logs: FloatArray = np.log(_FLOOR / size + (1 - _FLOOR) * shares)
    return logs
