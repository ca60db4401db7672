"""Which key signature notes suggest, for files that name none or a wrong one.

C major and A minor are the same to what is trained here: only the signature must be right. The notes' pitch classes are
held against two profiles, of songs in major and in minor whose keys are known, in all twelve transpositions.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Share of each pitch class, C first, in melodies moved to C major or A minor: the mean of POP909's training songs and
# of the folk tunes of music21's corpus, a note counting up to a quarter of its length. `tests` hold them to known
# keys.
PROFILES = {
    "major": (0.233, 0.004, 0.156, 0.003, 0.178, 0.065, 0.003, 0.177, 0.003, 0.115, 0.003, 0.061),
    "minor": (0.148, 0.003, 0.142, 0.002, 0.191, 0.027, 0.008, 0.131, 0.011, 0.233, 0.002, 0.102),
}
_LONGEST = 4  # sixteenths of a note that count
# The more notes, the more they say, up to a limit: they do not speak independently of each other.
_SHARPNESS, _HALF_SHARP = 60.0, 64.0
# Nats in favour of the signature without accidentals: files that name no key are often normalised.
_NORMALISED = 2.0
_TONICS = {"major": 0, "minor": 9}
_SCALE = (0, 2, 4, 5, 7, 9, 11)

Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KeyGuess:
    """A key.

    Attributes:
        tonic: Pitch class, 0-11.
        mode: "major" or "minor".
    """

    tonic: int
    mode: str

    @classmethod
    def of_signature(cls, sharps: int, mode: str) -> "KeyGuess":
        """The key of a signature.

        Args:
            sharps: Sharps of the signature, -7 to 7; flats are negative.
            mode: "major" or "minor".
        """
        return cls((7 * sharps + _TONICS[mode]) % 12, mode)

    @property
    def major(self) -> int:
        """Tonic of the major key with the same signature."""
        return (self.tonic - _TONICS[self.mode]) % 12


def weights_of(notes: Iterable[tuple[int, int]]) -> Weights:
    """How much each pitch class sounds, (12,), of notes given as MIDI key and length in sixteenths."""
    weights = np.zeros(12)
    for pitch, steps in notes:
        weights[pitch % 12] += min(steps, _LONGEST)
    return weights


def in_scale(weights: Weights, major: int) -> float:
    """Share of what sounds that belongs to a major scale.

    Args:
        weights: How much each pitch class sounds, (12,).
        major: Pitch class of the scale's tonic, 0-11.
    """
    return float(weights[[(major + above) % 12 for above in _SCALE]].sum() / weights.sum())


def estimate(weights: Weights) -> KeyGuess:
    """The likeliest key of notes. Raises ValueError when nothing sounds."""
    total = weights.sum()
    if not total:
        raise ValueError("no notes")
    sharpness = _SHARPNESS * total / (total + _HALF_SHARP)
    modes = list(PROFILES)
    logs = np.log(np.array([PROFILES[mode] for mode in modes]))
    # Row m: the notes moved down by m semitones, so that the major key on m becomes C.
    moved = np.stack([np.roll(weights / total, -major) for major in range(12)])
    scores = sharpness * moved @ logs.T
    signatures = np.logaddexp.reduce(scores, axis=1)
    signatures[0] += _NORMALISED
    major = int(signatures.argmax())
    mode = modes[int(scores[major].argmax())]
    return KeyGuess((major + _TONICS[mode]) % 12, mode)


def settle(named: KeyGuess | None, weights: Weights) -> KeyGuess:
    """The key that a file names when its notes fit no other scale better, or else the one that they suggest.

    Args:
        named: The key that the file names; None for none.
        weights: How much each pitch class sounds, (12,).

    Raises:
        ValueError: Nothing sounds.
    """
    if named is None:
        return estimate(weights)
    if not weights.sum():
        raise ValueError("no notes")
    best = max(in_scale(weights, major) for major in range(12))
    # Sums of shares differ in their last bits.
    return named if in_scale(weights, named.major) >= best - 1e-9 else estimate(weights)
