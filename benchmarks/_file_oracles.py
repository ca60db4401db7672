"""Music files as independent readers see them: mido for MIDI, music21 for MusicXML."""

import re
import warnings
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import Any

from music.midi.container import division_of, unpacked

_DRUM_CHANNEL = 9
TICKS = 480  # of a quarter note
_GAP = TICKS / 8  # ticks that may be between two tied notes
# Signs as they are printed, also editorial ones. What sounds stands in the pitch; music21 takes them for it.
_SIGNS = re.compile(rb"<accidental\b[^>]*(?:/>|>[^<]*</accidental\s*>)")


@dataclass(frozen=True, slots=True)
class OracleNote:
    """A note as another reader sees it.

    Attributes:
        drums: Whether it is a stroke of percussion.
        key: MIDI key; 0 for strokes of a score.
        onset: Ticks of 480 a quarter from the start of the piece.
        end: Likewise; negative where it is not compared.
    """

    drums: bool
    key: int
    onset: float
    end: float


@dataclass(frozen=True, slots=True)
class OraclePiece:
    """A file as another reader sees it.

    Attributes:
        notes: All its notes.
        bpm: Tempo at the start; 0 where it is not compared.
    """

    notes: Sequence[OracleNote]
    bpm: float


def midi_by_mido(data: bytes) -> OraclePiece:
    """Read a MIDI file with mido. Raises whatever mido raises."""
    import mido  # noqa: PLC0415  belongs to the tests' environment

    bare = unpacked(data)[0]
    division = division_of(bare[12:14])
    if division is not None and division.fixed_tempo:
        raise ValueError("mido takes seconds for beats")
    file = mido.MidiFile(file=BytesIO(bare))
    scale = TICKS / file.ticks_per_beat
    notes: list[OracleNote] = []
    tempi: list[tuple[int, int]] = []
    for track in file.tracks:
        now = 0
        struck: dict[tuple[int, int], deque[int]] = defaultdict(deque)
        for message in track:
            now += message.time
            if message.type == "set_tempo" and message.tempo:
                tempi.append((now, message.tempo))
            if message.type not in ("note_on", "note_off"):
                continue
            place = message.channel, message.note
            if message.type == "note_on" and message.velocity:
                struck[place].append(now)
            elif struck[place]:
                notes.append(_note(place, struck[place].popleft() * scale, now * scale))
        for place, waiting in struck.items():
            notes += [_note(place, onset * scale, now * scale) for onset in waiting]
    at_start = [tempo for tick, tempo in sorted(tempi, key=lambda each: each[0]) if tick * scale <= TICKS / 8]
    return OraclePiece(notes, 60e6 / at_start[-1] if at_start else 120.0)


def _note(place: tuple[int, int], onset: float, end: float) -> OracleNote:
    channel, key = place
    return OracleNote(channel == _DRUM_CHANNEL, key, onset, end)


def score_by_music21(xml: bytes, starts: Sequence[Fraction]) -> OraclePiece:
    """Read a MusicXML score with music21. Raises whatever music21 raises.

    Where a note stands in its measure is music21's reading; where measures begin is ours, as music21 lets a part that
    falls silent early move.

    Args:
        xml: Uncompressed.
        starts: Quarters from the beginning of the piece to each measure.
    """
    from music21.musicxml import xmlToM21  # noqa: PLC0415  slow to load

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # music21 remarks on single files
        importer: Any = xmlToM21.MusicXMLImporter()  # type: ignore[no-untyped-call]
        importer.xmlText = _SIGNS.sub(b"", xml)
        importer.parseXMLText()
        score = importer.stream.toSoundingPitch()
    return OraclePiece(list(_notes_of(score, starts)), 0.0)


def _notes_of(score: Any, starts: Sequence[Fraction]) -> Iterator[OracleNote]:  # noqa: ANN401  music21 is untyped
    """All notes but those that a tie joins to the one before; a tie that prolongs nothing is struck."""
    held: set[tuple[int, int, int]] = set()  # part, pitch, and where a tied note ends
    stopped: list[tuple[int, OracleNote]] = []
    for part, onset, length, single in _singles_of(score, starts):
        if not hasattr(single, "pitch"):
            yield OracleNote(drums=True, key=0, onset=onset, end=-1)
            continue
        written = OracleNote(drums=False, key=single.pitch.midi, onset=onset, end=-1)
        # A tone's own tie: its chord's is that of any tone.
        tie = single.tie.type if single.tie is not None else ""
        if tie in ("start", "continue"):
            held.add((part, written.key, round((onset + length) / _GAP)))
        if tie in ("stop", "continue"):
            stopped.append((part, written))
        else:
            yield written
    for part, written in stopped:
        place = round(written.onset / _GAP)
        if not {(part, written.key, place + each) for each in (-1, 0, 1)} & held:
            yield written


def _singles_of(score: Any, starts: Sequence[Fraction]) -> Iterator[tuple[int, float, float, Any]]:  # noqa: ANN401
    """Part, onset and length in ticks, and the note, for every note and chord tone.

    Notes that are only printed small sound. Cues sound to music21 too; a notice of ours tells them.
    """
    from music21 import chord, harmony, stream  # noqa: PLC0415

    for number, part in enumerate(score.parts):
        for index, measure in enumerate(part.getElementsByClass(stream.Measure)):
            for found in measure.recurse().notes:
                if found.duration.isGrace or isinstance(found, harmony.Harmony):
                    continue
                offset = Fraction(found.getOffsetInHierarchy(measure)).limit_denominator(10_000)
                onset, length = float((starts[index] + offset) * TICKS), float(found.quarterLength) * TICKS
                for single in found.notes if isinstance(found, chord.ChordBase) else [found]:
                    yield number, onset, length, single
