"""What notation programs expect of a score beside its notes: title, software, instruments, swing, chord symbols.

music21 writes the notes; it names itself as the composer, knows one instrument a part and no swing. This puts the rest
into its XML, and the children of each note into the order of the schema.
"""

import xml.etree.ElementTree as ET  # music21's own output
from collections.abc import Iterator, Mapping
from fractions import Fraction

from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, SWING_UNIT_EIGHTH, DrumHit, DrumPiece, Swing, Track
from boumbapp.theory.v2.theory_service_pb2 import ExportRequest

from music.drum_kit import GM_KEYS
from music.general_midi import PIECE_NAMES, PROGRAM_NAMES
from music.midi import program_of
from music.midi.writer import part_name
from music.musicxml.part_reader import FLAM_TYPE, ROLL_TYPE
from music.notation.drums import PLACES
from services.chassis.version import VERSION
from services.theory.file_io.musicxml.chord_symbols import write_harmony

_HEADER = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE score-partwise PUBLIC '
    b'"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_SOFTWARE = f"BoumbApp experts {VERSION}"
_DRUM_CHANNEL, _CHANNELS = 10, 16  # counted from 1
# Sounds of the MusicXML standard for the programmes that parts have by themselves.
_SOUNDS = {
    0: "keyboard.piano", 4: "keyboard.piano.electric", 33: "pluck.bass.electric", 80: "synth.tone.square",
    81: "synth.tone.sawtooth", 89: "synth.pad.warm",
}  # fmt: skip
_NOTE_ORDER = (
    "grace", "cue", "chord", "pitch", "unpitched", "rest", "duration", "tie", "instrument", "footnote", "level",
    "voice", "type", "dot", "accidental", "time-modification", "stem", "notehead", "notehead-text", "staff", "beam",
    "notations", "lyric", "play", "listen",
)  # fmt: skip
_RANK = {tag: rank for rank, tag in enumerate(_NOTE_ORDER)}
_PIECES = {place: piece for piece, place in PLACES.items()}
_FINEST_SWING = 16


def finished(xml: bytes, request: ExportRequest, hits: Mapping[str, DrumHit]) -> bytes:
    """The whole score.

    Args:
        xml: As music21 wrote it, one part for each track.
        request: With title, tempo, swing, chords and tracks.
        hits: Flams and rolls by the identifiers of their notes.
    """
    root = ET.fromstring(xml)  # noqa: S314  music21's own output
    _describe(root, request.title)
    parts = root.findall("part")
    listed = root.find("part-list")
    assert listed is not None
    listed.clear()
    channels = (channel for _ in parts for channel in range(1, _CHANNELS + 1) if channel != _DRUM_CHANNEL)
    for number, (part, track) in enumerate(zip(parts, request.tracks, strict=True), start=1):
        part.set("id", f"P{number}")
        for note in part.iter("note"):
            _order(note, hits)
        listed.append(_entry(part, track, channels))
    if request.HasField("swing") and request.swing.amount > 0:
        _write_swing(parts[0], request.swing)
    melodic = next((part for part in parts if part.find("measure/note/pitch") is not None), None)
    if melodic is not None:
        for harmony in request.harmony:
            measures = melodic.findall("measure")
            if harmony.index < len(measures):
                write_harmony(measures[harmony.index], harmony.chords)
    ET.indent(root, space=" ")
    written: bytes = ET.tostring(root, encoding="utf-8")
    return _HEADER + written + b"\n"


def _describe(root: ET.Element, title: str) -> None:
    """Say the title, and what wrote the score; nobody is said to have composed it."""
    for tag in ("work", "movement-title"):
        found = root.find(tag)
        if found is not None and not title:
            root.remove(found)
    identification = root.find("identification")
    assert identification is not None
    for creator in identification.findall("creator"):
        identification.remove(creator)
    encoding = identification.find("encoding")
    assert encoding is not None
    for tag in ("encoding-date", "software"):
        for found in encoding.findall(tag):
            encoding.remove(found)
    software = ET.Element("software")
    software.text = _SOFTWARE
    encoding.insert(0, software)


def _order(note: ET.Element, hits: Mapping[str, DrumHit]) -> None:
    """Put the children of a note into the schema's order, and say what a flam or roll is exactly.

    Args:
        note: The note.
        hits: Flams and rolls by the identifiers of their notes.
    """
    hit = hits.get(note.attrib.pop("id", ""))
    if hit is not None:
        is_roll = hit.HasField("roll")
        other = ET.SubElement(ET.SubElement(note, "play"), "other-play", type=ROLL_TYPE if is_roll else FLAM_TYPE)
        roll = hit.roll
        other.text = f"{roll.strokes} {roll.span_ticks} {roll.last_velocity}" if is_roll else str(hit.flam.lead_ticks)
    note[:] = sorted(note, key=lambda child: _RANK.get(child.tag, len(_RANK)))


def _entry(part: ET.Element, track: Track, channels: Iterator[int]) -> ET.Element:
    """A part's entry in the part list, with its instruments; notes are told which of them they are of.

    Args:
        part: The part.
        track: What it plays.
        channels: MIDI channels for pitched instruments, from 1.
    """
    name = part.get("id", "")
    entry = ET.Element("score-part", id=name)
    strokes = [note for note in part.iter("note") if note.find("unpitched") is not None]
    role = ROLE_DRUMS if strokes else track.role
    ET.SubElement(entry, "part-name").text = track.name or part_name(role).capitalize()
    pitched = [note for note in part.iter("note") if note.find("pitch") is not None]
    instruments: list[tuple[ET.Element, ET.Element]] = []
    if pitched or not strokes:
        program = track.program if track.HasField("program") else program_of(track.role)
        instruments.append(_pitched_instrument(f"{name}-I1", program, next(channels)))
    pieces = sorted({_piece_of(note) for note in strokes})
    instruments.extend(_drum_instrument(_drum_id(name, piece), piece) for piece in pieces)
    entry.extend([score_instrument for score_instrument, _ in instruments])
    entry.extend([midi_instrument for _, midi_instrument in instruments])
    if len(instruments) > 1 or strokes:
        for note in strokes:
            _tell(note, _drum_id(name, _piece_of(note)))
        for note in pitched:
            _tell(note, f"{name}-I1")
    return entry


def _piece_of(note: ET.Element) -> DrumPiece.ValueType:
    place = "".join(note.findtext(f"unpitched/display-{each}", "") for each in ("step", "octave"))
    return _PIECES[place, note.findtext("notehead", "normal")]


def _drum_id(part: str, piece: DrumPiece.ValueType) -> str:
    return f"{part}-I{GM_KEYS[piece] + 1}"


def _tell(note: ET.Element, instrument: str) -> None:
    """Say which instrument a note is of, where the schema wants it."""
    at = sum(_RANK.get(child.tag, len(_RANK)) < _RANK["instrument"] for child in note)
    note.insert(at, ET.Element("instrument", id=instrument))


def _pitched_instrument(name: str, program: int, channel: int) -> tuple[ET.Element, ET.Element]:
    """A pitched instrument and how MIDI plays it.

    Args:
        name: Its identifier.
        program: General MIDI programme, 0-127.
        channel: MIDI channel from 1.
    """
    instrument = ET.Element("score-instrument", id=name)
    ET.SubElement(instrument, "instrument-name").text = PROGRAM_NAMES[program]
    if program in _SOUNDS:
        ET.SubElement(instrument, "instrument-sound").text = _SOUNDS[program]
    return instrument, _midi(name, channel, ("midi-program", program + 1))


def _drum_instrument(name: str, piece: DrumPiece.ValueType) -> tuple[ET.Element, ET.Element]:
    instrument = ET.Element("score-instrument", id=name)
    ET.SubElement(instrument, "instrument-name").text = PIECE_NAMES[piece]
    return instrument, _midi(name, _DRUM_CHANNEL, ("midi-program", 1), ("midi-unpitched", GM_KEYS[piece] + 1))


def _midi(name: str, channel: int, *numbers: tuple[str, int]) -> ET.Element:
    midi = ET.Element("midi-instrument", id=name)
    for tag, value in (("midi-channel", channel), *numbers):
        ET.SubElement(midi, tag).text = str(value)
    return midi


def _write_swing(part: ET.Element, swing: Swing) -> None:
    """Say the swing at the beginning; the notes are written straight, as players read them."""
    measure = part.find("measure")
    if measure is None:
        return
    amount = Fraction(swing.amount).limit_denominator(_FINEST_SWING)
    ratio = (1 + amount) / (1 - amount)
    direction = ET.Element("direction", placement="above")
    ET.SubElement(ET.SubElement(direction, "direction-type"), "words").text = "Swing"
    element = ET.SubElement(ET.SubElement(direction, "sound"), "swing")
    kind = "eighth" if swing.unit == SWING_UNIT_EIGHTH else "16th"
    for tag, text in (("first", ratio.numerator), ("second", ratio.denominator), ("swing-type", kind)):
        ET.SubElement(element, tag).text = str(text)
    measure.insert(_after_attributes(measure), direction)


def _after_attributes(measure: ET.Element) -> int:
    """Where something that belongs to the beginning of a measure goes."""
    return next((at for at, child in enumerate(measure) if child.tag not in ("print", "attributes")), len(measure))
