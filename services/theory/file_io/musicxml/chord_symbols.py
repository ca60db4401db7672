"""Chord symbols of a measure, as MusicXML says them."""

import re
import xml.etree.ElementTree as ET  # only builds elements
from collections.abc import Iterable
from fractions import Fraction

from boumbapp.music.v2.music_pb2 import Chord

from music.grid import STEPS_PER_QUARTER
from music.pitch import PitchName, pitch_classes_of

_SYMBOL = re.compile(r"([A-G](?:##?|bb?)?)([^/]*)(?:/([A-G](?:##?|bb?)?))?")
# Semitones above the root, by the kinds of the MusicXML standard.
_KINDS = {
    (0, 4, 7): "major", (0, 3, 7): "minor", (0, 4, 8): "augmented", (0, 3, 6): "diminished", (0, 4, 7, 10): "dominant",
    (0, 4, 7, 11): "major-seventh", (0, 3, 7, 10): "minor-seventh", (0, 3, 6, 9): "diminished-seventh",
    (0, 4, 8, 10): "augmented-seventh", (0, 3, 6, 10): "half-diminished", (0, 3, 7, 11): "major-minor",
    (0, 4, 7, 9): "major-sixth", (0, 3, 7, 9): "minor-sixth", (0, 2, 4, 7, 10): "dominant-ninth",
    (0, 2, 4, 7, 11): "major-ninth", (0, 2, 3, 7, 10): "minor-ninth", (0, 2, 4, 5, 7, 10): "dominant-11th",
    (0, 2, 4, 5, 7, 11): "major-11th", (0, 2, 3, 5, 7, 10): "minor-11th", (0, 2, 4, 7, 9, 10): "dominant-13th",
    (0, 2, 4, 7, 9, 11): "major-13th", (0, 2, 3, 5, 7, 9, 10): "minor-13th", (0, 2, 7): "suspended-second",
    (0, 5, 7): "suspended-fourth", (0, 7): "power",
}  # fmt: skip


def write_harmony(measure: ET.Element, chords: Iterable[Chord]) -> None:
    """Write chord symbols into a measure, each before the first note at its place or, with an offset, before it.

    Args:
        measure: The measure.
        chords: Their steps are sixteenths.
    """
    divisions = Fraction(measure.findtext("attributes/divisions") or _DIVISIONS)
    for chord in chords:
        symbol = _SYMBOL.fullmatch(chord.symbol)
        if symbol is None:
            continue
        wanted = Fraction(chord.start_step, STEPS_PER_QUARTER) * divisions
        at, onset = _place(measure, wanted)
        measure.insert(at, _element(chord, symbol, wanted - onset))


_DIVISIONS = "10080"  # music21's, said in the first measure only


def _place(measure: ET.Element, wanted: Fraction) -> tuple[int, Fraction]:
    """The last note of the first voice that begins no later, and where it begins.

    Args:
        measure: The measure.
        wanted: Divisions from its beginning.
    """
    cursor, found = Fraction(0), (len(measure), Fraction(0))
    for at, child in enumerate(measure):
        if child.tag == "backup" or (child.tag == "note" and cursor > wanted):
            break
        if child.tag == "note" and child.find("chord") is None:
            if cursor > found[1] or found[0] == len(measure):
                found = at, cursor
            cursor += Fraction(child.findtext("duration") or 0)
    return found


def _element(chord: Chord, symbol: re.Match[str], offset: Fraction) -> ET.Element:
    """A chord symbol.

    Args:
        chord: The chord.
        symbol: Its text: root, suffix, bass.
        offset: Divisions after the note that it stands before.
    """
    root, suffix, bass = symbol.groups()
    harmony = ET.Element("harmony")
    _add_name(ET.SubElement(harmony, "root"), "root", root)
    above = tuple(sorted((each - chord.root) % 12 for each in pitch_classes_of(chord.pitch_classes)))
    kind = ET.SubElement(harmony, "kind", text=suffix)
    kind.text = _KINDS.get(above, "other")
    if bass:
        _add_name(ET.SubElement(harmony, "bass"), "bass", bass)
    if offset:
        ET.SubElement(harmony, "offset").text = str(round(offset))
    return harmony


def _add_name(element: ET.Element, tag: str, name: str) -> None:
    """Say a pitch name as step and alteration.

    Args:
        element: Where it goes.
        tag: "root" or "bass".
        name: Such as "Eb".
    """
    pitch = PitchName.parse(name)
    ET.SubElement(element, f"{tag}-step").text = pitch.letter
    if pitch.alteration:
        ET.SubElement(element, f"{tag}-alter").text = str(pitch.alteration)
