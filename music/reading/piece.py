"""What a file of music holds, in bars."""

from dataclasses import dataclass, field

from boumbapp.music.v2.music_pb2 import Bar, Key

from music.reading.findings import Findings

NAME_LENGTH = 200  # characters of a track's name


@dataclass(frozen=True, slots=True)
class PieceTrack:
    """Notes or hits of one part, as bars from the start of the piece.

    Attributes:
        name: As the file says it.
        bars: Bars of the track.
        drums: Whether they hold hits.
        program: General MIDI programme, 0-127; None where the file names none, and for drums.
    """

    name: str
    bars: tuple[Bar, ...]
    drums: bool
    program: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What a file holds.

    Attributes:
        tracks: One for each part that has notes, and one for each that has hits.
        bpm: Tempo at the start, in quarter notes per minute; 120 when the file names none.
        key: Key signature at the start, if there is one.
        findings: What was left out, moved or approximated.
        markers: Names of places in a MIDI file, each with the index of its bar, in order.
        sharps: Of a key signature at the start that names no mode, negative for flats; None where there is none.
    """

    tracks: tuple[PieceTrack, ...]
    bpm: float
    key: Key | None
    findings: Findings = field(default_factory=Findings)
    sharps: int | None = None
    markers: tuple[tuple[int, str], ...] = ()
