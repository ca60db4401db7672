"""Follows the measures of one part: where each note stands, as the file counts it."""

import math
import xml.etree.ElementTree as ET  # elements that have been built already
from fractions import Fraction

from music.grid import MeterChange
from music.musicxml.numbers import count, number
from music.musicxml.pitches import Sounding, Transposition, transposition_of
from music.musicxml.score import KeySignature, Measure, Part, WrittenNote, WrittenStroke
from music.musicxml.tempo import tempo_of
from music.reading.findings import Findings
from music.reading.notices import (
    CUE_NOTES_LEFT_OUT,
    GRACE_NOTES_LEFT_OUT,
    PITCHES_LEFT_OUT,
    QUARTER_TONES_ROUNDED,
    REPEATS_READ_ONCE,
)
from music.reading.piece import NAME_LENGTH

_DEFAULT_VELOCITY = 80
_FORTE = 0.9  # velocity of a hundredth of forte
_TYPES = {
    "maxima": Fraction(32), "long": Fraction(16), "breve": Fraction(8), "whole": Fraction(4), "half": Fraction(2),
    "quarter": Fraction(1), "eighth": Fraction(1, 2), "16th": Fraction(1, 4), "32nd": Fraction(1, 8),
    "64th": Fraction(1, 16), "128th": Fraction(1, 32), "256th": Fraction(1, 64),
}  # fmt: skip
_WHOLE_BAR = ("whole", "breve")  # rests that also stand for a bar of any length
_MOST_TREMOLO_MARKS = 8
# What this product says of a flam or roll beside what the signs of notation can.
ROLL_TYPE, FLAM_TYPE = "boumbapp-roll", "boumbapp-flam"
COMMON_TIME = MeterChange(Fraction(0), 4, 4)


class PartReader:
    """Reads one part.

    Args:
        part: Takes what is read.
        findings: Takes what is left out.
    """

    def __init__(self, part: Part, findings: Findings) -> None:
        self.part = part
        self._findings = findings
        self._divisions = Fraction(1)
        self._meter: MeterChange | None = COMMON_TIME
        self._says_meter = False
        self._transpositions: dict[int, Transposition] = {}
        self._cursor = Fraction(0)
        self._onset = self._length = Fraction(0)  # of the last note that is no chord tone
        self._grace: list[WrittenStroke] = []  # before the next stroke
        self._sound_tempi: set[Fraction] = set()

    def read(self, element: ET.Element, attributes: dict[str, str]) -> None:
        """Read the next measure.

        Args:
            element: Its content.
            attributes: Its attributes; in a timewise score they stand elsewhere than its content.
        """
        upbeat = attributes.get("implicit") == "yes" or attributes.get("number") == "0"
        measure = Measure(self._meter, self._says_meter, upbeat)
        self._cursor = self._onset = Fraction(0)
        self._grace.clear()
        self._sound_tempi.clear()
        self.part.measures.append(measure)
        for child in element:
            match child.tag:
                case "note":
                    self._note(child, measure)
                case "backup":
                    self._cursor = max(self._cursor - self._duration(child), Fraction(0))
                case "forward":
                    self._cursor += self._duration(child)
                    measure.silence = max(measure.silence, self._cursor)
                case "attributes":
                    self._attributes(child, measure)
                case "direction" | "sound":
                    self._direction(child, measure)
                case "barline":
                    repeat = child.find("repeat")
                    if repeat is not None and repeat.get("direction") == "backward":
                        self._findings.add(REPEATS_READ_ONCE, bar=self._bar, repeats=1)

    @property
    def _bar(self) -> int:
        return len(self.part.measures) - 1

    def _duration(self, element: ET.Element) -> Fraction:
        """Quarters that an element lasts; 0 where it has no sensible duration."""
        return number(element.findtext("duration")) / self._divisions

    def _attributes(self, element: ET.Element, measure: Measure) -> None:
        self._divisions = number(element.findtext("divisions")) or self._divisions
        time = element.find("time")
        if time is not None:
            self._meter = None if time.find("senza-misura") is not None else _meter(time)
            self._says_meter = True
            if not measure.content:  # at its end, it is that of the next measure
                measure.meter, measure.says_meter = self._meter, True
        for each in element.iterfind("transpose"):
            staff = int(count(each.get("number")))
            self._transpositions[staff] = transposition_of(each)
        key = element.find("key")
        if key is not None and not self._bar and not measure.content and self.part.key is None:
            self._key(key)

    def _key(self, key: ET.Element) -> None:
        fifths = key.findtext("fifths")
        if fifths is None:
            self.part.has_odd_key = key.find("key-step") is not None
            return
        sharps = count(fifths) + self._transposition(1).fifths
        # A part in a key with more than seven accidentals is written in its enharmonic.
        if abs(sharps) > 7 and abs(count(fifths)) <= 7:
            sharps -= int(math.copysign(12, sharps))
        self.part.key = KeySignature(sharps, (key.findtext("mode") or "").strip().lower())

    def _transposition(self, staff: int) -> Transposition:
        return self._transpositions.get(staff) or self._transpositions.get(0) or Transposition()

    def _direction(self, element: ET.Element, measure: Measure) -> None:
        mark = element.findtext("direction-type/rehearsal")
        if mark and not measure.rehearsal:
            measure.rehearsal = "".join(each for each in mark if each.isprintable()).strip()[:NAME_LENGTH]
        sound = element if element.tag == "sound" else element.find("sound")
        tempo = None
        if sound is not None:
            tempo = tempo_of(sound)
            if tempo is not None:
                self._sound_tempi.add(self._cursor)
            if "dacapo" in sound.attrib or "dalsegno" in sound.attrib:
                self._findings.add(REPEATS_READ_ONCE, bar=self._bar, repeats=1)
        if tempo is None and self._cursor not in self._sound_tempi:
            marks = (tempo_of(mark) for mark in element.iterfind("direction-type/metronome"))
            tempo = next((found for found in marks if found is not None), None)
        if tempo is not None:
            measure.tempi[self._cursor] = tempo

    def _note(self, element: ET.Element, measure: Measure) -> None:
        is_chord, is_grace = element.find("chord") is not None, element.find("grace") is not None
        length = Fraction(0) if is_grace else self._duration(element) or _length_of_type(element)
        if is_chord and length < self._length == _length_of_type(element):
            length = self._length  # programs write too short a duration for dotted tones; the shape says what is meant
        if not is_chord:
            self._onset, self._length = self._cursor, length
            self._cursor += length
            if _is_bar_rest(element, length):
                measure.bar_rest = max(measure.bar_rest, self._cursor)
            else:
                measure.content = max(measure.content, self._cursor)
        unpitched = element.find("unpitched")
        if unpitched is None and element.find("pitch") is None:
            return
        if element.find("cue") is not None:
            self._findings.add(CUE_NOTES_LEFT_OUT, bar=self._bar, track=self.part.name, notes=1)
        elif unpitched is not None:
            self._stroke(element, unpitched, length, measure, is_grace=is_grace)
        elif is_grace:
            self._findings.add(GRACE_NOTES_LEFT_OUT, bar=self._bar, track=self.part.name, notes=1)
        else:
            self._pitched(element, length, measure)

    def _pitched(self, element: ET.Element, length: Fraction, measure: Measure) -> None:
        staff = count(element.findtext("staff")) or 1
        sounding = Sounding.of(element.find("pitch"), self._transposition(staff))
        if sounding is None or length <= 0:
            self._findings.add(PITCHES_LEFT_OUT, bar=self._bar, track=self.part.name, notes=1)
            return
        if sounding.is_between:
            self._findings.add(QUARTER_TONES_ROUNDED, bar=self._bar, track=self.part.name, notes=1)
        ties = {tie.get("type") for tie in element.iterfind("tie")}
        measure.notes.append(
            WrittenNote(
                self._onset,
                length,
                sounding.pitch,
                sounding.name,
                _velocity(element),
                staff,
                starts_tie="start" in ties,
                stops_tie="stop" in ties,
            )
        )

    def _stroke(
        self, element: ET.Element, unpitched: ET.Element, length: Fraction, measure: Measure, *, is_grace: bool
    ) -> None:
        """Read a stroke; a grace stroke waits for the one that it comes before.

        Args:
            element: The note.
            unpitched: Its place.
            length: Quarters.
            measure: That has it.
            is_grace: Whether it is a grace stroke.
        """
        instrument = element.find("instrument")
        place = "".join((unpitched.findtext(f"display-{each}") or "").strip() for each in ("step", "octave"))
        head = (element.findtext("notehead") or "normal").strip()
        key = instrument.get("id", "") if instrument is not None else ""
        velocity, staff = _velocity(element), count(element.findtext("staff")) or 1
        grace = next(
            (each for each in self._grace if (each.instrument, each.place, each.head) == (key, place, head)), None
        )
        stroke = WrittenStroke(
            self._onset,
            length,
            key,
            place,
            head,
            velocity,
            staff,
            strokes=1 if is_grace else _tremolo(element, length),
            grace_velocity=grace.velocity if grace is not None else 0,
            roll=_figures(element, ROLL_TYPE, 3),
            lead=(_figures(element, FLAM_TYPE, 1) or [0])[0],
        )
        if is_grace:
            self._grace.append(stroke)
            return
        if length <= 0:
            self._findings.add(PITCHES_LEFT_OUT, bar=self._bar, track=self.part.name, notes=1)
            return
        lost = len(self._grace) - (grace is not None)
        if lost > 0:
            self._findings.add(GRACE_NOTES_LEFT_OUT, bar=self._bar, track=self.part.name, notes=lost)
        self._grace.clear()
        measure.strokes.append(stroke)


def _meter(time: ET.Element) -> MeterChange:
    """A time signature; "3+2" and several pairs of figures add up."""
    try:
        total = sum(
            (
                Fraction(sum(int(each) for each in (beats.text or "").split("+")), int(unit.text or ""))
                for beats, unit in zip(time.findall("beats"), time.findall("beat-type"), strict=False)
            ),
            Fraction(0),
        )
        unit = max((int(each.text or "") for each in time.findall("beat-type")), default=0)
    except (ValueError, ZeroDivisionError):
        return COMMON_TIME
    beats = total * unit
    if not 0 < beats <= 255 or not 0 < unit <= 256 or beats.denominator != 1 or unit & (unit - 1):
        return COMMON_TIME
    return MeterChange(Fraction(0), int(beats), unit)


def _length_of_type(element: ET.Element) -> Fraction:
    """Length by the shape of a note that has no duration."""
    length = _TYPES.get((element.findtext("type") or "").strip(), Fraction(0))
    dots = min(len(element.findall("dot")), 4)
    return length * (2 - Fraction(1, 2**dots))


def _is_bar_rest(element: ET.Element, length: Fraction) -> bool:
    """Whether a note is a rest for the whole bar, whatever length it is given."""
    rest = element.find("rest")
    if rest is None:
        return False
    written = (element.findtext("type") or "").strip()
    alone = written in _WHOLE_BAR and element.find("dot") is None and _TYPES[written] != length
    return rest.get("measure") == "yes" or alone


def _velocity(element: ET.Element) -> int:
    """Velocity by the percentage of forte that a note says."""
    said = number(element.get("dynamics"))
    return min(max(round(float(said) * _FORTE), 1), 127) if said else _DEFAULT_VELOCITY


def _tremolo(element: ET.Element, length: Fraction) -> int:
    """How often a stroke with a tremolo is struck."""
    mark = element.find("notations/ornaments/tremolo")
    if mark is None or mark.get("type", "single") != "single":
        return 1
    marks = min(count(mark.text), _MOST_TREMOLO_MARKS)
    flagged = min(_TYPES.get((element.findtext("type") or "").strip(), Fraction(1)), Fraction(1))
    return max(int(length / flagged * 2**marks), 1)


def _figures(element: ET.Element, kind: str, count_: int) -> list[int] | None:
    """Numbers that this product says of a stroke; None where it says none.

    Args:
        element: The note.
        kind: ROLL_TYPE or FLAM_TYPE.
        count_: How many there have to be.
    """
    for other in element.iterfind("play/other-play"):
        figures = (other.text or "").split()
        plain = all(each.isdecimal() and len(each) < 6 for each in figures)
        if other.get("type") == kind and len(figures) == count_ and plain:
            return [int(each) for each in figures]
    return None
