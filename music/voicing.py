"""Voicings: which octaves the tones of a chord sound in, so that each voice moves as little as it can.

Close positions and their openings (drop 2, and root, fifth, octave and tenth of triads) are compared by how far the
voices travel (Tymoczko, "A Geometry of Music", 2011, ch. 4), how near they stay to the middle of the range, and how
clear they sound: low close intervals are muddy (Huron, "Tone and Voice", 2001).
"""

import itertools
from collections.abc import Sequence
from functools import lru_cache

from music.pitch import pitch_classes_of

_OCTAVE = 12
# Below this key number (E3) intervals smaller than a fourth blur.
_CLEAR_FROM = 52
_FOURTH = 5
_MUDDY = 12
_WRONG_BASS = 14
_LEAP_OF_TOP = 2
_THIN = 10
_WRONG_DOUBLING = 6
# Three tones within a major third sound as one cluster.
_CLUSTER, _MAJOR_THIRD = 40, 4
_TRIAD_VOICES, _DROP_2_VOICES = 3, 4


def voice_chord(
    pitch_classes: int, bass: int, voices: int, lowest: int, highest: int, previous: Sequence[int] = ()
) -> tuple[int, ...]:
    """Voice a chord.

    Args:
        pitch_classes: Bit mask of the chord's pitch classes; not empty.
        bass: Pitch class that should be lowest, as long as the voice leading does not suffer.
        voices: Most voices, at least 1. With fewer voices than tones the fifth and other plain tones are left out;
            with more, the lowest tone may be doubled.
        lowest: Lowest pitch, MIDI key number.
        highest: Highest pitch; at least an octave above the lowest.
        previous: The voicing before, to lead from; empty for none.

    Returns:
        Distinct pitches, ascending; fewer than `voices` where the chord has fewer tones or the range is too narrow.

    Raises:
        ValueError: The chord is empty, or none of its tones lies in the range.
    """
    best = _best(pitch_classes, bass % _OCTAVE, voices, lowest, highest, tuple(previous))
    if not best:
        raise ValueError(f"no tone of chord {pitch_classes:#05x} between {lowest} and {highest}")
    return best


@lru_cache(maxsize=4096)
def _best(
    pitch_classes: int, bass: int, voices: int, lowest: int, highest: int, previous: tuple[int, ...]
) -> tuple[int, ...]:
    tones = _essential(pitch_classes, bass, voices)
    centre = (lowest + highest) / 2

    def cost(voicing: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
        blur = sum(
            _MUDDY for below, above in itertools.pairwise(voicing) if below < _CLEAR_FROM and above - below < _FOURTH
        )
        foreign_bass = _WRONG_BASS * (voicing[0] % _OCTAVE != bass)
        height = abs(sum(voicing) / len(voicing) - centre)
        thin = _THIN * (voices - len(voicing))
        above = {pitch + _OCTAVE for pitch in voicing if pitch % _OCTAVE != bass}
        doubled = _WRONG_DOUBLING * len(above & set(voicing))
        clusters = _CLUSTER * sum(
            voicing[place + 2] - voicing[place] <= _MAJOR_THIRD for place in range(len(voicing) - 2)
        )
        # Leading matters most once there is something to lead from; ties go to the lower voicing.
        return 2 * _travel(previous, voicing) + blur + foreign_bass + thin + doubled + clusters + height, voicing

    candidates: set[tuple[int, ...]] = set()
    for size in range(len(tones), 0, -1):
        candidates = _positions(tones[:size], voices, lowest, highest)
        if candidates:
            break
    return min(candidates, key=cost, default=())


def _essential(pitch_classes: int, bass: int, voices: int) -> tuple[int, ...]:
    """Tones to sound, the most telling first: bass, third, seventh, colours, fifth."""
    above = sorted((pitch_class - bass) % _OCTAVE for pitch_class in pitch_classes_of(pitch_classes))
    order = (0, 4, 3, 10, 11, 9, 2, 5, 8, 6, 1, 7)
    ranked = sorted(above, key=order.index)[:voices]
    return tuple((bass + interval) % _OCTAVE for interval in ranked)


def _positions(tones: tuple[int, ...], voices: int, lowest: int, highest: int) -> set[tuple[int, ...]]:
    """Close positions of all inversions in the range, with their lowest tone doubled, and opened."""
    positions = set()
    for start in range(lowest, highest + 1):
        if start % _OCTAVE not in tones:
            continue
        close = tuple(sorted(start + (tone - start) % _OCTAVE for tone in tones))
        positions.add(close)
        if len(close) < voices:
            positions.add((*close, start + _OCTAVE))
        if len(close) == _TRIAD_VOICES < voices:  # root, fifth, octave, tenth
            positions.add((start, close[2], start + _OCTAVE, close[1] + _OCTAVE))
        if len(close) >= _DROP_2_VOICES:
            positions.add(tuple(sorted((*close[:-2], close[-2] - _OCTAVE, close[-1]))))
            for inner in close[1:-1]:  # a ninth above the third rather than beside it
                positions.add(tuple(sorted((*(pitch for pitch in close if pitch != inner), inner + _OCTAVE))))
            positions.add(tuple(sorted((close[0], close[-1], *(pitch + _OCTAVE for pitch in close[1:-1])))))
    return {position for position in positions if position[0] >= lowest and position[-1] <= highest}


def _travel(previous: tuple[int, ...], voicing: tuple[int, ...]) -> float:
    """Semitones that the voices move, every voice to its nearest; the top voice, which stands out, counts double."""
    if not previous:
        return 0
    there = sum(min(abs(pitch - before) for before in previous) for pitch in voicing)
    back = sum(min(abs(pitch - before) for pitch in voicing) for before in previous)
    return there + back + _LEAP_OF_TOP * abs(previous[-1] - voicing[-1])
