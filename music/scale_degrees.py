"""Scale degrees of any set of pitch classes, so that what was learned in one scale serves in all.

A pitch is given as a diatonic position (7 per octave, 0 on a tonic) and whether it is altered. Seven-note
scales fill the seven degrees; scales with fewer notes leave gaps, scales with more have altered notes.
"""

from dataclasses import dataclass
from functools import lru_cache

DEGREES = 7
_OCTAVE = 12
# Degree that a distance from the tonic in semitones usually is; the tritone depends on its neighbours.
_USUAL_DEGREE = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)
_MINOR_THIRD, _MAJOR_THIRD, _FOURTH, _TRITONE, _FIFTH, _LEADING_TONE = 3, 4, 5, 6, 7, 11
# Lower and upper form of the degrees that have two.
_SECOND, _THIRD, _SIXTH, _SEVENTH = (1, 2), (3, 4), (8, 9), (10, 11)


@dataclass(frozen=True, slots=True)
class ScaleDegrees:
    """Degrees of a scale.

    Attributes:
        tonic: Pitch class of the tonic, 0-11.
        minor: Whether the third of the scale is minor.
        degree: Degree 0-6 of every pitch class, starting from the tonic's.
        altered: Whether that pitch class is an altered form of its degree, likewise.
    """

    tonic: int
    minor: bool
    degree: tuple[int, ...]
    altered: tuple[bool, ...]

    @classmethod
    def of(cls, tonic: int, mask: int) -> "ScaleDegrees":
        """Find the degrees of a scale.

        Args:
            tonic: Pitch class of its tonic, 0-11.
            mask: Its pitch classes as bits, bit p for pitch class p.
        """
        return _scale_degrees(tonic, mask)

    def position(self, pitch: int) -> int:
        """Diatonic position of a MIDI key number: 0 on the lowest tonic at or above key 0, 7 an octave higher."""
        octave, above = divmod(pitch - self.tonic, _OCTAVE)
        return octave * DEGREES + self.degree[above]

    def is_altered(self, pitch: int) -> bool:
        """Whether a MIDI key number is not the scale's own form of its degree."""
        return self.altered[(pitch - self.tonic) % _OCTAVE]


@lru_cache(maxsize=1024)
def _scale_degrees(tonic: int, mask: int) -> ScaleDegrees:
    scale = frozenset(above for above in range(_OCTAVE) if mask >> (tonic + above) % _OCTAVE & 1)
    minor = _MINOR_THIRD in scale and not (_MAJOR_THIRD in scale and _LEADING_TONE in scale)
    degree = list(_USUAL_DEGREE)
    own = {0, _FOURTH, _FIFTH}
    if _TRITONE in scale and _FOURTH not in scale:
        own.add(_TRITONE)
    elif _TRITONE in scale and _FIFTH not in scale:
        own.add(_TRITONE)
        degree[_TRITONE] = _USUAL_DEGREE[_FIFTH]
    for forms in (_SECOND, _THIRD, _SIXTH, _SEVENTH):
        present = [form for form in forms if form in scale] or list(forms)
        own.add(present[0] if minor and forms != _SECOND else present[-1])
    altered = tuple(above not in own for above in range(_OCTAVE))
    return ScaleDegrees(tonic, minor, tuple(degree), altered)
