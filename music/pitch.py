"""Pitch spelling on the line of fifths: ... Bb F C G D A E B F# ...

A spelled pitch class is its distance from C in fifths, so transposing by an interval is an
addition and spelling needs no table (Temperley, "The Cognition of Basic Musical Structures", 2001, ch. 5).
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

_LETTERS = "FCGDAEB"
_SOLFEGE = {"C": "Do", "D": "Ré", "E": "Mi", "F": "Fa", "G": "Sol", "A": "La", "B": "Si"}
_NAME = re.compile(r"([A-Ga-g])(#{0,3}|b{0,3}|-{0,3})")
_NATURAL_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_INTERVAL = re.compile(r"([PMm]|A{1,2}|d{1,2})([1-9]|1[0-5])")
_MOST_ACCIDENTALS = 2
_PERFECT_FIFTHS = {1: 0, 5: 1, 4: -1}
_MAJOR_FIFTHS = {2: 2, 6: 3, 3: 4, 7: 5}


@dataclass(frozen=True, slots=True, order=True)
class PitchName:
    """A spelled pitch class, such as Eb. `fifths` is its place on the line of fifths (C is 0, Eb is -3)."""

    fifths: int

    @classmethod
    def parse(cls, text: str) -> "PitchName":
        """Read a letter with up to three '#', 'b' or '-' (music21's flat). Raises ValueError otherwise."""
        return cls(_parse_fifths(text))

    @property
    def letter(self) -> str:
        """Letter without accidental, A-G."""
        return _LETTERS[(self.fifths + 1) % 7]

    @property
    def alteration(self) -> int:
        """Semitones above (sharps) or below (flats) the natural letter."""
        return (self.fifths + 1) // 7

    @property
    def pitch_class(self) -> int:
        """Pitch class, 0-11; C is 0."""
        return self.fifths * 7 % 12

    def __str__(self) -> str:
        return _written(self.fifths)

    def __add__(self, interval: str) -> "PitchName":
        """The pitch name an interval such as "m3" above."""
        return PitchName(self.fifths + interval_fifths(interval))

    def localized(self, locale: str) -> str:
        """The name as readers of a language write it: Eb is "Mib" in French; letters for any other locale."""
        text = str(self)
        return _SOLFEGE[self.letter] + text[1:] if locale == "fr" else text

    def readable(self) -> "PitchName":
        """The nearest enharmonic with at most two accidentals: Dbbb is Cb, while F## stays."""
        fifths = self.fifths
        while abs(PitchName(fifths).alteration) > _MOST_ACCIDENTALS:
            fifths -= 12 if fifths > 0 else -12
        return PitchName(fifths)

    def at(self, pitch: int) -> str:
        """Scientific pitch notation for a MIDI key number of this pitch class: 63 as Eb is "Eb4"."""
        natural = pitch - self.alteration
        return f"{self}{natural // 12 - 1}"


# Few names are ever used, and each many times a request.
@lru_cache(maxsize=1024)
def _parse_fifths(text: str) -> int:
    match = _NAME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a pitch name: {text!r}")
    letter, accidentals = match.groups()
    alteration = len(accidentals) if "#" in accidentals else -len(accidentals)
    return _LETTERS.index(letter.upper()) - 1 + 7 * alteration


@lru_cache(maxsize=1024)
def _written(fifths: int) -> str:
    letter, alteration = _LETTERS[(fifths + 1) % 7], (fifths + 1) // 7
    return letter + ("#" if alteration > 0 else "b") * abs(alteration)


@cache
def interval_fifths(interval: str) -> int:
    """Distance of an interval on the line of fifths: "P5" 1, "m3" -3, "A4" 6. Raises ValueError if there is none."""
    match = _INTERVAL.fullmatch(interval)
    if match is None:
        raise ValueError(f"not an interval: {interval!r}")
    quality, number = match[1], (int(match[2]) - 1) % 7 + 1
    perfect = number in _PERFECT_FIFTHS
    base = _PERFECT_FIFTHS[number] if perfect else _MAJOR_FIFTHS[number]
    if (quality == "P") != perfect and quality in "PMm":
        raise ValueError(f"not an interval: {interval!r}")
    if quality in "PM":
        return base
    if quality == "m":
        return base - 7
    if quality.startswith("A"):
        return base + 7 * len(quality)
    return base - 7 * (len(quality) if perfect else len(quality) + 1)


def interval_semitones(interval: str) -> int:
    """Size of an interval within the octave, 0-11: "m3" 3, "d5" 6."""
    return interval_fifths(interval) * 7 % 12


def parse_scientific(name: str) -> int:
    """MIDI key number of a spelled name with octave: "Eb4" is 63, "B#3" is 60. Raises ValueError."""
    match = re.fullmatch(r"([A-G][#b]{0,3})(-?\d+)", name)
    if match is None:
        raise ValueError(f"not a pitch name with octave: {name!r}")
    spelled = PitchName.parse(match[1])
    return _NATURAL_SEMITONES[spelled.letter] + spelled.alteration + 12 * (int(match[2]) + 1)


def mask_of(pitch_classes: "set[int] | frozenset[int] | list[int] | tuple[int, ...]") -> int:
    """Bit mask of pitch classes: bit p is set when p is in it."""
    mask = 0
    for pitch_class in pitch_classes:
        mask |= 1 << pitch_class % 12
    return mask


def pitch_classes_of(mask: int) -> tuple[int, ...]:
    """Pitch classes of a bit mask, ascending from C."""
    return tuple(pitch_class for pitch_class in range(12) if mask >> pitch_class & 1)
