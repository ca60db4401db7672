"""Estimates the key of bars.

A key's score is the mean log-likelihood of the bars' tones, weighted by length and meter, under the profile of its
mode: Albrecht and Shanahan, "The Use of Large Corpora to Train a New Type of Key-Finding Algorithm" (Music
Perception 31, 2013), which on chorales and folk tunes was ahead of the profiles of Krumhansl and Kessler (1982),
Bellman (2005) and Temperley (2007). Dorian and phrygian exchange the weights of their own degree and minor's,
mixolydian and lydian likewise with major's. A key whose tonic ends the piece scores higher.
`benchmarks/theory_corpus.py` measures the agreement with encoded keys.
"""

import math
from collections.abc import Iterable, Sequence

from boumbapp.music.v2.music_pb2 import Bar, Note
from boumbapp.theory.v2.theory_service_pb2 import DetectedKey

from music.divisions import at_sixteenths
from music.key_signature import simplest_key
from music.meter import step_weights

_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
# Penalties of rarer modes, and weights of the last tone and of the meter, set on 400 chorales and folk tunes of
# music21's corpus.
_RARITY = {"major": 0.0, "minor": 0.0, "dorian": 0.2, "mixolydian": 0.2, "phrygian": 0.4, "lydian": 0.4}
_LIKELIHOOD = 3.0
_LAST_TONE = 0.3
_METER_WEIGHT = 0.25
_LONGEST = 8  # steps of a note that count
# Confidence: the exponent of the scores grows with the number of notes towards a limit. Fitted by log-loss on excerpts.
_SHARPNESS, _HALF_SHARP = 12.0, 16
_LEAST_SHOWN, _MOST_SHOWN = 0.02, 5  # confidence, keys


def _exchanged(profile: Sequence[float], one: int, other: int) -> tuple[float, ...]:
    weights = list(profile)
    weights[one], weights[other] = weights[other], weights[one]
    return tuple(weights)


_PROFILES = {
    "major": _MAJOR,
    "minor": _MINOR,
    "dorian": _exchanged(_MINOR, 8, 9),
    "mixolydian": _exchanged(_MAJOR, 10, 11),
    "phrygian": _exchanged(_MINOR, 1, 2),
    "lydian": _exchanged(_MAJOR, 5, 6),
}
_LOG_PROFILES = {
    mode: tuple(math.log(weight / sum(profile)) for weight in profile) for mode, profile in _PROFILES.items()
}


def detect_keys(bars: Iterable[Bar]) -> list[DetectedKey]:
    """Likely keys, best first, with confidences that sum to at most 1; none when there are no notes.

    Args:
        bars: Bars of one part or of several; bars of the same index sound together.
    """
    tones = [0.0] * 12
    notes: list[tuple[int, Note]] = []
    for bar in map(at_sixteenths, bars):
        weights = step_weights(bar.meter)
        for note in bar.notes:
            strength = weights[note.start_step] if note.start_step < len(weights) else 0
            tones[note.pitch % 12] += min(note.duration_steps, _LONGEST) * (1 + _METER_WEIGHT * strength)
            notes.append((bar.index, note))
    if not notes:
        return []
    total = sum(tones)
    last = _last_tone(notes)
    scores = {
        (mode, tonic): _LIKELIHOOD * sum(tones[(tonic + step) % 12] * profile[step] for step in range(12)) / total
        + (_LAST_TONE if tonic == last else 0.0)
        - _RARITY[mode]
        for mode, profile in _LOG_PROFILES.items()
        for tonic in range(12)
    }
    return _ranked(scores, _SHARPNESS * len(notes) / (len(notes) + _HALF_SHARP))


def _last_tone(notes: Iterable[tuple[int, Note]]) -> int:
    """Pitch class of the lowest note among those that end last."""
    latest = max((index, note.start_step + note.duration_steps) for index, note in notes)
    ending = (note.pitch for index, note in notes if (index, note.start_step + note.duration_steps) == latest)
    return min(ending) % 12


def _ranked(scores: dict[tuple[str, int], float], sharpness: float) -> list[DetectedKey]:
    best = max(scores.values())
    likelihoods = {place: math.exp(sharpness * (score - best)) for place, score in scores.items()}
    total = sum(likelihoods.values())
    ranked = sorted(likelihoods.items(), key=lambda item: -item[1])[:_MOST_SHOWN]
    return [
        DetectedKey(key=simplest_key(tonic, mode), confidence=likelihood / total)
        for rank, ((mode, tonic), likelihood) in enumerate(ranked)
        if rank == 0 or likelihood / total >= _LEAST_SHOWN
    ]
