"""Pieces that an assistant works on, and how they read: bars in the compact notation, grooves as rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, DrumPiece, Track

from music.meter import steps_per_bar
from music.notation.notes import home, pitch_symbol, write_bars
from music.pitch import PitchName
from music.swing import straighten

_ACCENT, _GHOST = 100, 45


class UnknownPieceError(Exception):
    """There is no piece of a name, or no such part in it; the text says which there are."""


@dataclass
class Piece:
    """One piece.

    Attributes:
        name: What it is called here.
        started: What its stream told first: key, metre, tempo, constraints.
        tracks: Its parts by their ids.
        request_id: Of its latest version.
    """

    name: str
    started: Started
    tracks: dict[str, Track] = field(default_factory=dict)
    request_id: str = ""

    def track(self, name: str) -> Track:
        """A part; the only one when it is not named. Raises UnknownPieceError."""
        if not name and len(self.tracks) == 1:
            return next(iter(self.tracks.values()))
        if name not in self.tracks:
            raise UnknownPieceError(f"{self.name} has no part {name!r}; there are: {', '.join(self.tracks)}.")
        return self.tracks[name]

    @property
    def tonic(self) -> int:
        """Pitch class of its tonic."""
        return PitchName.parse(self.started.intent.key.tonic or "C").pitch_class

    def text(self, only: str = "") -> str:
        """The piece as an assistant reads it; one part where it is named."""
        intent = self.started.intent
        head = f"{intent.key.tonic} {intent.key.scale}, " if intent.key.tonic else ""
        lines = [f"piece: {self.name} ({head}{intent.meter.beats}/{intent.meter.beat_unit}, {intent.bpm:g} bpm)"]
        for name, track in self.tracks.items():
            if not only or name == only:
                lines += [f"{name}:", *_lines(track, self.tonic, self.started.constraints)]
        return "\n".join(lines)


class Pieces:
    """The pieces of one conversation."""

    def __init__(self) -> None:
        self._pieces: dict[str, Piece] = {}

    def add(self, started: Started) -> Piece:
        """A new piece, with a name of its own."""
        name = f"piece-{len(self._pieces) + 1}"
        self._pieces[name] = Piece(name, started, request_id=started.request_id)
        return self._pieces[name]

    def get(self, name: str) -> Piece:
        """A piece; the latest when it is not named. Raises UnknownPieceError."""
        if not name and self._pieces:
            return list(self._pieces.values())[-1]
        if name not in self._pieces:
            raise UnknownPieceError(f"There is no piece {name!r}; there are: {', '.join(self._pieces) or 'none yet'}.")
        return self._pieces[name]


def _lines(track: Track, tonic: int, constraints: Constraints) -> list[str]:
    if track.role == ROLE_DRUMS or any(bar.hits for bar in track.bars):
        return [f"  {bar.index + 1}: {_rows(bar)}" for bar in track.bars]
    written = [straighten(bar, constraints.swing) for bar in track.bars]
    return [f"  {bar.index + 1}: {_notes(bar, written[place - 1 : place], tonic)}" for place, bar in enumerate(written)]


def _notes(bar: Bar, before: Sequence[Bar], tonic: int) -> str:
    """A bar in the notation; where its notes overlap in ways that it cannot say, each as step:note and length."""
    try:
        return write_bars([bar], tonic, before[0] if before else None)
    except ValueError:
        notes = sorted(bar.notes, key=lambda note: (note.start_step, note.pitch))
        return " ".join(f"{n.start_step}={pitch_symbol(n.pitch - home(tonic))}{n.duration_steps}" for n in notes) + " |"


def _rows(bar: Bar) -> str:
    steps = steps_per_bar(bar.meter)
    rows: dict[DrumPiece.ValueType, list[str]] = {}
    for hit in bar.hits:
        row = rows.setdefault(hit.piece, ["."] * steps)
        if hit.step < steps:
            row[hit.step] = "X" if hit.velocity >= _ACCENT else "g" if hit.velocity <= _GHOST else "x"
    named = {DrumPiece.Name(piece).removeprefix("DRUM_PIECE_").lower(): row for piece, row in sorted(rows.items())}
    return "  ".join(f"{name} {''.join(row)}" for name, row in named.items()) or "silence"
