"""Requests that the contract allows and that take long, serialised as a caller would send them."""

from collections.abc import Callable, Mapping
from functools import partial

from boumbapp.music.v2.intent_pb2 import Constraints, IntentOptions
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_KICK,
    ROLE_MELODY,
    Bar,
    Chord,
    DrumHit,
    Glide,
    Key,
    Meter,
    Note,
    Roll,
    Track,
)
from boumbapp.theory.v2 import theory_service_pb2 as pb
from google.protobuf.message import Message

from music.midi import write_midi
from services.theory.analysis import analyse
from services.theory.catalogue.catalogue import Catalogue

FOUR_FOUR = Meter(beats=4, beat_unit=4)
_PROMPT_CHARACTERS = 2000


def constraints(prompt: str = "basse en do mineur") -> Constraints:
    return analyse(prompt, IntentOptions(), "fr", Catalogue.load()).constraints


def right_bar(index: int = 0) -> Bar:
    """512 notes within the contract's rules."""
    notes = [Note(pitch=36 + i // 16, start_step=i % 16, duration_steps=1, velocity=80) for i in range(512)]
    return Bar(index=index, meter=FOUR_FOUR, notes=notes)


def wrong_bar(index: int = 0) -> Bar:
    """512 notes within the contract's rules, nearly all against the constraints."""
    notes = [
        Note(pitch=(7 * i) % 128, start_step=i % 16, duration_steps=1 + i % 40, velocity=1 + i % 127, offset_ticks=48)
        for i in range(512)
    ]
    return Bar(index=index, meter=FOUR_FOUR, notes=notes)


def drum_bar() -> Bar:
    hits = [DrumHit(piece=1 + i % 15, step=i % 16, velocity=1 + i % 127) for i in range(512)]  # type: ignore[arg-type]
    return Bar(meter=FOUR_FOUR, hits=hits)


def midi_file(notes: int = 30_000) -> bytes:
    """Two events for every note."""
    bars = [right_bar(index) for index in range(notes // 512)]
    return write_midi(bars, 120, None, ROLE_MELODY, "")


def long_empty_midi_file() -> bytes:
    """Sixteen channels over a thousand bars in less than 200 bytes: many bars to make, hardly a note."""
    length = 1000 * 4 * 480
    delta = bytes([0x80 | length >> 14 & 0x7F, 0x80 | length >> 7 & 0x7F, length & 0x7F])
    delta = bytes([0x80 | length >> 21]) + delta if length >> 21 else delta
    struck = b"".join(bytes([0, 0x90 | channel, 60, 80, 10, 0x80 | channel, 60, 0]) for channel in range(16))
    track = struck + delta + b"\xff\x2f\x00"
    return b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x01\xe0MTrk" + len(track).to_bytes(4, "big") + track


def prompt(words: str) -> bytes:
    text = (words * _PROMPT_CHARACTERS)[:_PROMPT_CHARACTERS]
    return pb.AnalyseRequest(prompt=text, locale="fr").SerializeToString()


def _intent(prompt: str) -> pb.ConstrainRequest:
    intent = analyse(prompt, IntentOptions(), "fr", Catalogue.load()).intent
    request = pb.ConstrainRequest(intent=intent)
    request.intent.progression.extend([Chord(symbol="Am7/G", numeral="i")] * 128)
    for bar in range(1, 128):
        request.intent.modulations.add(bar=bar, key=Key(tonic="C#", scale="minor"))
    return request


def _valid_piece() -> pb.ValidateRequest:
    """128 bars of 512 notes of which none needs correcting."""
    wide = constraints("accords en do mineur")
    meter = Meter(beats=32, beat_unit=2)
    wide.meter.CopyFrom(meter)
    notes = [Note(pitch=60 + i % 2 * 3, start_step=i // 2, duration_steps=1, velocity=80) for i in range(512)]
    return pb.ValidateRequest(constraints=wide, bars=[Bar(index=i, meter=meter, notes=notes) for i in range(128)])


def wide_constraints() -> Constraints:
    wide = Constraints()
    wide.CopyFrom(constraints("basse en do mineur, 128 mesures"))
    for plan in wide.plans:
        plan.chords.extend([Chord(symbol="Am7", numeral="i", pitch_classes=0x211)] * (32 - len(plan.chords)))
    return wide


def _detect(bars: list[Bar]) -> bytes:
    return pb.DetectRequest(bars=bars).SerializeToString()


def _validate(bars: list[Bar], told: Constraints | None = None) -> bytes:
    return pb.ValidateRequest(constraints=told or constraints(), bars=bars, locale="fr").SerializeToString()


def _explore() -> bytes:
    options = IntentOptions(progression=("i " * 256)[:512])
    return pb.ExploreRequest(prompt="x", hints=options).SerializeToString()


def _export() -> bytes:
    bars = [right_bar(index) for index in range(40)]
    return pb.ExportRequest(tracks=[Track(bars=bars, role=ROLE_MELODY)], bpm=120).SerializeToString()


_EMPTY, _LONG = Bar(meter=FOUR_FOUR), Meter(beats=32, beat_unit=2)
_ILLEGAL = Bar(meter=FOUR_FOUR, notes=[Note(pitch=999, velocity=999)] * 512)
_WORDS = (
    "mille ", "zero ", "mille deux ", "vingt et un ", "1 ", "3 3 2 ", "1-", "Am ", "C(", "i C ", "do7", "pas ", "not ",
    "xqzwk ", "mellodie ", "basse ", "puis en la ", "3/4 ", "#", "é", "noire pointée = ",
)  # fmt: skip

# By name: the method and its request. Those of prompts are as many as there are ways to read one.
ATTACKS: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "detect 230 bars of 512 notes": ("Detect", lambda: _detect([right_bar(index) for index in range(230)])),
    "detect 1024 long empty bars": ("Detect", lambda: _detect([Bar(index=i, meter=_LONG) for i in range(1024)])),
    "detect a file": ("Detect", lambda: pb.DetectRequest(file=midi_file()).SerializeToString()),
    "validate 128 valid bars": ("Validate", lambda: _valid_piece().SerializeToString()),
    "validate 12 wrong bars": ("Validate", lambda: _validate([wrong_bar()] * 12)),
    "validate 4 bars of 512 hits": ("Validate", lambda: _validate([drum_bar()] * 4, constraints("batterie funk"))),
    "validate with 4096 chords": ("Validate", lambda: _validate([_EMPTY] * 128, wide_constraints())),
    "import 60000 events": ("Import", lambda: pb.ImportRequest(file=midi_file()).SerializeToString()),
    "import many bars": ("Import", lambda: pb.ImportRequest(file=long_empty_midi_file()).SerializeToString()),
    "export 20000 notes": ("Export", _export),
    "constrain 128 of all": ("Constrain", lambda: _intent("basse lofi 128 mesures").SerializeToString()),
    **{f"prompt of {words!r}": ("Analyse", partial(prompt, words)) for words in _WORDS},
    "options of many words": ("Explore", _explore),
}
# The same for requests that are refused.
REFUSED: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "break every rule": ("Validate", lambda: _validate([_ILLEGAL] * 128)),
    "notes that say nothing": ("Detect", lambda: _detect([Bar(meter=FOUR_FOUR, notes=[Note()] * 512)] * 230)),
    "validate 128 wrong bars": ("Validate", lambda: _validate([wrong_bar()] * 128)),
}


def _wrong_notes(count: int) -> Bar:
    return Bar(meter=FOUR_FOUR, notes=wrong_bar().notes[:count])


def _growing_prompt(words: str, count: int) -> pb.AnalyseRequest:
    return pb.AnalyseRequest(prompt=words * count)


def _glides(size: int) -> Bar:
    """Notes that glide, one after the other."""
    glide = Glide(from_pitch=20, length_ticks=1920)
    notes = [Note(pitch=60, start_step=i, duration_steps=1, velocity=80, glide=glide) for i in range(size)]
    return Bar(meter=_LONG, notes=notes)


def _rolls(size: int) -> Bar:
    """Rolls of as many strokes as there may be."""
    roll = Roll(strokes=16, span_ticks=1920, last_velocity=1)
    return Bar(meter=_LONG, hits=[DrumHit(piece=DRUM_PIECE_KICK, step=i, velocity=80, roll=roll) for i in range(size)])


def _triplets() -> Bar:
    return Bar(
        meter=FOUR_FOUR,
        divisions=12,
        notes=[Note(pitch=60 + i % 12, start_step=5 * i, duration_steps=2, velocity=80) for i in range(8)],
    )


# By name: the method and its request of any size, cheap or costly.
GROWING: Mapping[str, tuple[str, Callable[[int], Message]]] = {
    "bars of a note": (
        "Validate", lambda size: pb.ValidateRequest(constraints=constraints(), bars=[_wrong_notes(1)] * size)),
    "notes of a bar": (
        "Validate", lambda size: pb.ValidateRequest(constraints=constraints(), bars=[_wrong_notes(size)])),
    "bars to look at": ("Detect", lambda size: pb.DetectRequest(bars=[_wrong_notes(4)] * size)),
    "bars of 256 steps": ("Detect", lambda size: pb.DetectRequest(bars=[Bar(meter=_LONG)] * size)),
    "notes to write": ("Export", lambda size: pb.ExportRequest(tracks=[Track(bars=[_wrong_notes(size)])], bpm=100)),
    "missing bars to write": (
        "Export",
        lambda size: pb.ExportRequest(tracks=[Track(bars=[Bar(index=min(8 * size, 1023), meter=FOUR_FOUR)])], bpm=100)),
    "glides to write": ("Export", lambda size: pb.ExportRequest(tracks=[Track(bars=[_glides(size)])], bpm=100)),
    "rolls to write": ("Export", lambda size: pb.ExportRequest(tracks=[Track(bars=[_rolls(size)])], bpm=100)),
    "divided bars to look at": ("Detect", lambda size: pb.DetectRequest(bars=[_triplets()] * size)),
    **{f"words {words!r}": ("Analyse", partial(_growing_prompt, words)) for words in ("C(", "do7 ", "mille ", "# ")},
}  # fmt: skip
