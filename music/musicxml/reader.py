"""Reads MusicXML into bars."""

import math
import xml.etree.ElementTree as ET  # elements that have been built already
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from boumbapp.music.v2.music_pb2 import Flam, Key, Roll

from music.articulation import usual_flam
from music.grid import (
    LONGEST_ROLL,
    MAX_BARS,
    MAX_BARS_IN_ALL,
    MAX_NOTES,
    MAX_STROKES,
    SHORTEST_ROLL,
    STEPS_PER_QUARTER,
    TICKS_PER_STEP,
    DrumOnset,
    Layout,
    Sound,
    TooManyBars,
)
from music.key_signature import key_of
from music.midi.tempo_events import changes_inside_bars, first_tempo, tempi_of_bars
from music.musicxml.bar_lines import BarLines, bar_lines
from music.musicxml.elements import DamagedXml, parse
from music.musicxml.numbers import count
from music.musicxml.part_reader import PartReader
from music.musicxml.percussion import Kit
from music.musicxml.score import Instrument, KeySignature, Part, WrittenNote, WrittenStroke
from music.musicxml.source import xml_of
from music.reading.findings import Findings
from music.reading.notices import DAMAGED_AT_LINE, KEYS_IGNORED, TEMPO_CHANGES_MOVED
from music.reading.piece import NAME_LENGTH, Piece, PieceTrack
from music.reading.placing import cut, place
from music.unreadable_file import UnreadableMusicXml

_TICKS_PER_QUARTER = STEPS_PER_QUARTER * TICKS_PER_STEP
_ROOTS = ("score-partwise", "score-timewise")
_TIE_GAP = Fraction(1, 8)  # quarters that may be between two notes that are tied
_OTHER_NAMES = {"ionian": "major", "aeolian": "minor"}


@dataclass(frozen=True, slots=True)
class ScoreLimits:
    """How much a score may hold; the defaults are for untrusted files.

    Attributes:
        bars: Most measures.
        notes: Most notes and strokes of all parts.
    """

    bars: int = MAX_BARS
    notes: int = MAX_NOTES


@dataclass(slots=True)
class Score:
    """A score as it is written.

    Attributes:
        parts: By identifier, in the order of the part list.
        findings: What was left out.
    """

    parts: dict[str, Part] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)


_USUAL_LIMITS = ScoreLimits()


def read_musicxml(data: bytes) -> Piece:
    """Read a plain or compressed file, partwise or timewise, into bars.

    Repeats are read as written, once; pitched grace notes, cue notes and chord symbols are left out; tuplets go to the
    nearest step, their distance kept as micro-timing. A part with several staves has a track for each, and one that
    strikes unpitched things a track of hits beside.

    Raises:
        UnreadableMusicXml: It is no score, is damaged before its first note, or is beyond the limits.
    """
    score = read_score(data)
    parts, findings = list(score.parts.values()), score.findings
    try:
        lines = bar_lines(parts, findings)
    except TooManyBars:
        raise _too_many_bars(MAX_BARS) from None
    layout = lines.layout
    tracks_of_parts = [tracks_of(part, lines, findings) for part in parts]
    if sum(map(len, tracks_of_parts)) * len(layout.meters) > MAX_BARS_IN_ALL:
        raise UnreadableMusicXml(
            f"its parts have more than {MAX_BARS_IN_ALL} bars in all",
            f"ses parties ont plus de {MAX_BARS_IN_ALL} mesures en tout",
        )
    changes = _tempo_changes(parts, lines)
    tempi = tempi_of_bars(changes, layout, _TICKS_PER_QUARTER)
    if moved := changes_inside_bars(changes, layout, _TICKS_PER_QUARTER):
        findings.add(TEMPO_CHANGES_MOVED, changes=moved)
    tracks = []
    for part, written in zip(parts, tracks_of_parts, strict=True):
        for track in written:
            sounds, strokes = (track.sounds, layout, findings, part.name), (track.strokes, layout, findings, part.name)
            bars = place(*strokes) if track.drums else cut(*sounds)
            for index, bpm in tempi.items():
                bars[index].bpm = bpm
            tracks.append(PieceTrack(part.name, tuple(bars), track.drums, None if track.drums else _program(part)))
    bpm = first_tempo(changes, _TICKS_PER_QUARTER)
    signature = next((part.key for part in parts if part.key is not None and _has_notes(part)), None)
    if signature is None and any(part.has_odd_key for part in parts):
        findings.add(KEYS_IGNORED, keys=1)
    key = _key(signature)
    sharps = signature.fifths if signature is not None and key is None else None
    return Piece(tuple(tracks), bpm, key, findings, sharps, tuple(_markers(parts, lines)))


def read_score(data: bytes, limits: ScoreLimits = _USUAL_LIMITS) -> Score:
    """Read a file as it is written.

    Args:
        data: Plain or compressed, partwise or timewise.
        limits: How much it may hold.

    Raises:
        UnreadableMusicXml: It is no score, is damaged before its first note, or is beyond the limits.
    """
    score = Score()
    reading = _Reading(score, limits)
    try:
        parse(xml_of(data, score.findings), reading.ended, reading.started)
    except DamagedXml as problem:
        if not any(_has_notes(part) for part in score.parts.values()):
            raise
        score.findings.add(DAMAGED_AT_LINE, line=problem.line)
    return score


class _Reading:
    """Puts the elements of a score together while they come.

    Args:
        score: Takes what is read.
        limits: How much it may hold.
    """

    def __init__(self, score: Score, limits: ScoreLimits) -> None:
        self._score = score
        self._limits = limits
        self._readers: dict[str, PartReader] = {}
        self._left = limits.notes
        self._outer = self._inner = ""  # tags whose order says how the score is written

    def started(self, root: str) -> None:
        """Learn how the score is written, by its root."""
        if root not in _ROOTS:
            raise UnreadableMusicXml(f"it holds no {_ROOTS[0]}", f"il ne contient pas de {_ROOTS[0]}")
        self._outer, self._inner = ("part", "measure") if root == _ROOTS[0] else ("measure", "part")

    def ended(self, element: ET.Element, around: Sequence[ET.Element]) -> None:
        """Take an element that has ended.

        Args:
            element: With its children.
            around: The elements that it is in, the root first.
        """
        if len(around) == 2 and element.tag == self._inner and around[1].tag == self._outer:
            inside = {element.tag: element, around[1].tag: around[1]}
            self._measure(element, inside["part"].get("id", ""), inside["measure"].attrib)
            around[1].remove(element)
        elif len(around) == 2 and element.tag == "score-part":
            self._score.parts[element.get("id", "")] = _part(element)
        elif len(around) == 1:
            around[0].remove(element)

    def _measure(self, element: ET.Element, part: str, attributes: dict[str, str]) -> None:
        reader = self._readers.get(part)
        if reader is None:
            written = self._score.parts.setdefault(part, Part())
            reader = self._readers[part] = PartReader(written, self._score.findings)
        reader.read(element, attributes)
        measures = reader.part.measures
        if len(measures) > self._limits.bars:
            raise _too_many_bars(self._limits.bars)
        self._left -= len(measures[-1].notes) + len(measures[-1].strokes)
        if self._left < 0:
            most = self._limits.notes
            raise UnreadableMusicXml(f"it has more than {most} notes", f"il a plus de {most} notes")


def _too_many_bars(most: int) -> UnreadableMusicXml:
    return UnreadableMusicXml(f"it has more than {most} bars", f"il a plus de {most} mesures")


def _part(element: ET.Element) -> Part:
    """A part by its entry in the part list."""
    instruments = {
        each.get("id", ""): Instrument((each.findtext("instrument-name") or "").strip())
        for each in element.iterfind("score-instrument")
    }
    for each in element.iterfind("midi-instrument"):
        known = instruments.get(each.get("id", ""), Instrument())
        key, program = count(each.findtext("midi-unpitched")), count(each.findtext("midi-program"))
        instruments[each.get("id", "")] = replace(
            known,
            key=key - 1 if 1 <= key <= 128 else None,  # MusicXML counts both from 1
            program=program - 1 if 1 <= program <= 128 else None,
        )
    name = "".join(character for character in element.findtext("part-name") or "" if character.isprintable())
    return Part(name.strip()[:NAME_LENGTH], instruments)


def _has_notes(part: Part) -> bool:
    return any(measure.notes or measure.strokes for measure in part.measures)


def _program(part: Part) -> int | None:
    return next((each.program for each in part.instruments.values() if each.program is not None), None)


@dataclass(frozen=True, slots=True)
class ScoreTrack:
    """The sounds of a staff, or its strokes, on the grid."""

    drums: bool
    sounds: Sequence[Sound] = ()
    strokes: Sequence[DrumOnset] = ()


def tracks_of(part: Part, lines: BarLines, findings: Findings) -> list[ScoreTrack]:
    """What each staff of a part plays.

    Args:
        part: As it is written.
        lines: Where its measures begin.
        findings: Takes strokes that another piece plays.
    """
    notes, strokes = defaultdict(list), defaultdict(list)
    timed = sorted(
        ((lines.starts[index] + note.onset, note) for index, each in enumerate(part.measures) for note in each.notes),
        key=lambda found: found[0],
    )
    for staff, sound in _sounds(timed):
        notes[staff].append(sound)
    kit = Kit(part, findings)
    for index, measure in enumerate(part.measures):
        for stroke in measure.strokes:
            strokes[stroke.staff].append(_onset(stroke, lines.starts[index] + stroke.onset, kit, lines.layout))
    tracks = []
    for staff in sorted({*notes, *strokes}):
        if staff in notes:
            tracks.append(ScoreTrack(drums=False, sounds=notes[staff]))
        if staff in strokes:
            tracks.append(ScoreTrack(drums=True, strokes=strokes[staff]))
    return tracks


def _sounds(timed: Iterable[tuple[Fraction, WrittenNote]]) -> list[tuple[int, Sound]]:
    """Staff and sound of notes in order of time, each tied note joined to the one that it prolongs."""
    heads: list[tuple[Fraction, Fraction, WrittenNote]] = []
    open_ties: dict[int, list[tuple[Fraction, int]]] = defaultdict(list)  # by pitch: end, and position of the head
    for onset, note in timed:
        end, waiting = onset + note.length, open_ties[note.pitch]
        # Bars of rounded tuplets miss their line by a hair.
        tied = next((tie for tie in waiting if abs(tie[0] - onset) <= _TIE_GAP), None) if note.stops_tie else None
        if tied is None:
            index = len(heads)
            heads.append((onset, end, note))
        else:
            waiting.remove(tied)
            index = tied[1]
            heads[index] = heads[index][0], end, heads[index][2]
        if note.starts_tie:
            waiting[:] = [tie for tie in waiting if tie[0] + _TIE_GAP >= onset]
            waiting.append((end, index))
    return [(note.staff, _sound(onset, end, note)) for onset, end, note in heads]


def _sound(onset: Fraction, end: Fraction, note: WrittenNote) -> Sound:
    step, offset = _nearest(onset)
    last, late = _nearest(end)
    duration = max(last - step, 1)
    release = late + (last - step - duration) * TICKS_PER_STEP
    return Sound(step, duration, note.pitch, note.velocity, offset, release, note.name)


def _nearest(quarters: Fraction) -> tuple[int, int]:
    """The nearest step and the distance from it in ticks."""
    position = quarters * STEPS_PER_QUARTER
    step = math.floor(position + Fraction(1, 2))
    return step, round((position - step) * TICKS_PER_STEP)


def _onset(stroke: WrittenStroke, quarters: Fraction, kit: Kit, layout: Layout) -> DrumOnset:
    """A stroke on the grid.

    Args:
        stroke: As it is written.
        quarters: From the beginning of the piece.
        kit: The pieces of its part.
        layout: Of the bars.
    """
    step, offset = _nearest(quarters)
    piece = kit.piece_of(stroke, layout.bar_at(step))
    return DrumOnset(step, piece, stroke.velocity, offset, _articulation(stroke))


def _articulation(stroke: WrittenStroke) -> Flam | Roll | None:
    if stroke.grace_velocity:
        lead = stroke.lead if 1 <= stroke.lead <= TICKS_PER_STEP else usual_flam(stroke.velocity).lead_ticks
        return Flam(lead_ticks=lead, velocity=stroke.grace_velocity)
    once = stroke.strokes, round(float(stroke.length) * _TICKS_PER_QUARTER), stroke.velocity
    count_, span, last = stroke.roll or once
    if count_ < 2:
        return None
    return Roll(
        strokes=min(count_, MAX_STROKES),
        span_ticks=min(max(span, SHORTEST_ROLL), LONGEST_ROLL),
        last_velocity=min(max(last, 1), 127),
    )


def _tempo_changes(parts: Sequence[Part], lines: BarLines) -> list[tuple[int, float]]:
    """Tick and quarters a minute of every change; where parts disagree, the first one that says it is believed."""
    changes: dict[int, float] = {}
    for part in parts:
        for index, measure in enumerate(part.measures):
            for onset, bpm in measure.tempi.items():
                # What a pickup begins with holds from the start, as nothing sounds before.
                quarters = lines.starts[index] + onset if index or onset else Fraction(0)
                changes.setdefault(round(quarters * _TICKS_PER_QUARTER), bpm)
    return sorted(changes.items())


def _markers(parts: Sequence[Part], lines: BarLines) -> Iterator[tuple[int, str]]:
    """Bar and text of every rehearsal mark, by the first part that has one there."""
    for index, start in enumerate(lines.starts):
        marks = (part.measures[index].rehearsal for part in parts if index < len(part.measures))
        if text := next((mark for mark in marks if mark), ""):
            yield lines.layout.bar_at(_nearest(start)[0]), text


def _key(signature: KeySignature | None) -> Key | None:
    if signature is None or not signature.mode:
        return None
    return key_of(signature.fifths, _OTHER_NAMES.get(signature.mode, signature.mode))
