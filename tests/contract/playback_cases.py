"""The cases of playback.json: bars, and when everything in them sounds, worked out by hand.

Most are at 125 quarter notes a minute, where a tick lasts a millisecond.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boumbapp.music.v2.music_pb2 import Bar, DrumPiece
from google.protobuf.json_format import ParseDict

PATH = Path(__file__).with_name("playback.json")
TOLERANCE_S = 0.001

# Onset, pitch, release, velocity; and onset, piece, velocity.
Notes = list[tuple[float, int, float, int]]
Strokes = list[tuple[float, DrumPiece.ValueType, int]]


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what is played, and what is heard."""

    name: str
    bpm: float
    bars: tuple[Bar, ...]
    notes: Notes
    strokes: Strokes
    glides: list[tuple[int, float]]  # first pitch and length in seconds of each note; (its own pitch, 0) for none
    end: float

    def __str__(self) -> str:
        return self.name


def cases() -> list[Case]:
    """All cases of the file."""
    return [_case(entry) for entry in json.loads(PATH.read_text("utf-8"))]


def _case(entry: dict[str, Any]) -> Case:
    notes = sorted(entry["notes"], key=lambda note: (note["onset"], note["pitch"]))
    strokes = [(each["onset"], DrumPiece.Value(each["piece"]), each["velocity"]) for each in entry["strokes"]]
    return Case(
        name=entry["name"],
        bpm=entry["bpm"],
        bars=tuple(ParseDict(bar, Bar()) for bar in entry["bars"]),
        notes=[(note["onset"], note["pitch"], note["release"], note["velocity"]) for note in notes],
        strokes=sorted(strokes),
        glides=[(note.get("fromPitch", note["pitch"]), note.get("glide", 0)) for note in notes],
        end=entry["end"],
    )
