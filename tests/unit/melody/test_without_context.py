"""Music with nothing beside it and no gap is what it was before parts followed each other, note for note."""

import hashlib
from dataclasses import replace

import pytest
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import Role

from tests.unit.melody.pieces import FOUR_FOUR, FUNK, compose, g_minor_piece

# SHA-256 of eight bars, the first 16 digits, as an earlier version composed them.
GOLDEN = {
    ("melody", ""): "5e3d05c4922d83a9",
    ("melody", "jazz"): "5e3d05c4922d83a9",
    ("melody", "disco"): "c5458573b0d42748",
    ("melody", "house"): "ce0256be58d73952",
    ("bass", ""): "0a8a0718927ff0be",
    ("bass", "jazz"): "c090b5baabb6fa12",
    ("bass", "disco"): "a4be2f4439ad0adf",
    ("bass", "house"): "a963a1469b82fd87",
    ("chords", ""): "6ac297493c7816b3",
    ("chords", "jazz"): "6ac297493c7816b3",
    ("chords", "disco"): "6ac297493c7816b3",
    ("chords", "house"): "0359fe0ce8bc1d50",
    ("arpeggio", ""): "9094b2f028c77e18",
    ("arpeggio", "jazz"): "9094b2f028c77e18",
    ("arpeggio", "disco"): "9094b2f028c77e18",
    ("arpeggio", "house"): "9f5dbf721517043e",
    ("pad", ""): "579e02173cca524f",
    ("pad", "jazz"): "579e02173cca524f",
    ("pad", "disco"): "579e02173cca524f",
    ("pad", "house"): "3c16a275afe57e25",
}


def digest(role: str, style: str) -> str:
    number = Role.Value(f"ROLE_{role.upper()}")
    brief = g_minor_piece(number, 7, bars=8, rhythm=FUNK)
    intent = Intent(role=number, style=style, bpm=110, bars=8, meter=FOUR_FOUR)
    bars = compose(replace(brief, intent=intent))
    return hashlib.sha256(b"".join(bar.SerializeToString(deterministic=True) for bar in bars)).hexdigest()[:16]


@pytest.mark.parametrize(("role", "style"), GOLDEN)
def test_it_is_what_it_was(role: str, style: str) -> None:
    assert digest(role, style) == GOLDEN[role, style]
