"""Pitches as they sound, in parts that are written higher or lower."""

import math
import xml.etree.ElementTree as ET  # elements that have been built already
from dataclasses import dataclass

from music.musicxml.numbers import count
from music.pitch import PitchName, parse_scientific

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MOST_ALTERED = 3
_LONGEST_NAME = 8


@dataclass(frozen=True, slots=True)
class Transposition:
    """How far a part sounds from where it is written.

    Attributes:
        semitones: Up, or down where negative.
        fifths: The same on the line of fifths, for names.
    """

    semitones: int = 0
    fifths: int = 0


@dataclass(frozen=True, slots=True)
class Sounding:
    """A pitch as it sounds.

    Attributes:
        pitch: MIDI key number, 0-127.
        name: Spelled with octave; empty where no name says it.
        is_between: Whether it is written between two semitones.
    """

    pitch: int
    name: str
    is_between: bool

    @classmethod
    def of(cls, element: ET.Element | None, transposition: Transposition) -> "Sounding | None":
        """Read a pitch; None where it makes no sense or MIDI has no key for it.

        Args:
            element: The `pitch` of a note.
            transposition: Of its staff.
        """
        if element is None:
            return None
        step, octave = (element.findtext("step") or "").strip(), (element.findtext("octave") or "").strip()
        try:
            alter = float(element.findtext("alter") or 0)
            written = _STEPS[step] + 12 * (int(octave) + 1)
        except (KeyError, ValueError):
            return None
        if not abs(alter) <= _MOST_ALTERED or len(octave) > 2:
            return None
        semitones = math.floor(alter + 0.5)
        pitch = written + semitones + transposition.semitones
        if not 0 <= pitch <= 127:
            return None
        between = alter != semitones
        return cls(pitch, "" if between else _name(step, semitones, pitch, transposition.fifths), between)


def _name(step: str, alter: int, pitch: int, fifths: int) -> str:
    """The name of a sounding pitch.

    Args:
        step: Written letter.
        alter: Semitones that it is altered by.
        pitch: As it sounds.
        fifths: From the written name to the sounding one.
    """
    written = PitchName.parse(step + ("#" if alter > 0 else "b") * abs(alter))
    name = PitchName(written.fifths + fifths).readable().at(pitch) if fifths else written.at(pitch)
    try:
        return name if parse_scientific(name) == pitch and len(name) <= _LONGEST_NAME else ""
    except ValueError:
        return ""


def transposition_of(element: ET.Element) -> Transposition:
    """Read a `transpose`."""
    chromatic = count(element.findtext("chromatic"))
    octaves = count(element.findtext("octave-change"))
    letters = element.findtext("diatonic")
    # The place on the line of fifths that is as many semitones away, and as many letters where they are said.
    near = [fifths for fifths in range(-14, 15) if (7 * fifths - chromatic) % 12 == 0]
    fitting = [fifths for fifths in near if letters is not None and (4 * fifths - count(letters)) % 7 == 0]
    return Transposition(chromatic + 12 * octaves, min(fitting or near, key=abs))
