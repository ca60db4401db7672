"""Files that are wrong: real ones with bytes changed, and ones made of the right pieces in any order."""

from collections.abc import Sequence
from random import Random

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Bar, DrumHit, Meter, Note, Track
from boumbapp.theory.v2.theory_service_pb2 import ExportRequest

from music.files import read_file
from music.midi import write_tracks
from music.unreadable_file import UnreadableFile
from services.chassis.server.validation import check as broken_rules

_NUMBERS = (
    "0", "1", "2", "3", "4", "5", "7", "8", "16", "24", "-1", "-4", "0.5", "1e9", "1e-9", "1e999999", "nan", "inf", "",
    "x", "999999999999", "3+2", "yes", "no", "start", "stop", "C", "G", "x1", "\u00e9", "128", "36", "quarter", "whole",
)  # fmt: skip
_CONTAINERS = (
    "note", "note", "note", "note", "attributes", "direction", "backup", "forward", "barline", "harmony", "measure",
    "part", "pitch", "unpitched", "rest", "time", "key", "transpose", "direction-type", "metronome", "notations",
    "ornaments", "play", "score-part", "part-list", "score-instrument", "midi-instrument",
)  # fmt: skip
_LEAVES = (
    "duration", "duration", "duration", "step", "octave", "alter", "divisions", "beats", "beat-type", "fifths", "mode",
    "chord", "grace", "cue", "tie", "voice", "type", "dot", "staff", "instrument", "notehead", "display-step",
    "display-octave", "chromatic", "diatonic", "octave-change", "sound", "per-minute", "beat-unit", "beat-unit-dot",
    "tremolo", "other-play", "midi-unpitched", "midi-program", "part-name", "instrument-name", "senza-misura", "repeat",
)  # fmt: skip
_ATTRIBUTES = ("id", "type", "number", "implicit", "tempo", "dynamics", "direction", "measure", "dacapo")
_DEEPEST = 6


def seeds() -> list[bytes]:
    """Small files that are right: MIDI with notes and drums, and a MusicXML score."""
    meter = Meter(beats=4, beat_unit=4)
    bars = [
        Bar(index=at, meter=meter, notes=[Note(pitch=60 + at, start_step=at, duration_steps=3, velocity=80)])
        for at in range(4)
    ]
    drums = [Bar(index=0, meter=meter, hits=[DrumHit(piece=pb.DRUM_PIECE_SNARE, step=4, velocity=90)])]
    midi = write_tracks([Track(name="Fl\u00fbte", bars=bars), Track(role=pb.ROLE_DRUMS, bars=drums)], 97.5, None)
    note = (
        "<note><pitch><step>C</step><alter>1</alter><octave>4</octave></pitch><duration>4</duration>"
        '<tie type="start"/><voice>1</voice><type>quarter</type><staff>1</staff></note>'
    )
    stroke = (
        "<note><unpitched><display-step>C</display-step><display-octave>5</display-octave></unpitched>"
        '<duration>4</duration><instrument id="I1"/><notehead>x</notehead></note>'
    )
    measure = f"{note * 2}<backup><duration>8</duration></backup><forward><duration>4</duration></forward>{stroke * 3}"
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="4.0"><part-list><score-part id="P1">'
        '<part-name>A</part-name><midi-instrument id="I1"><midi-unpitched>39</midi-unpitched></midi-instrument>'
        '</score-part></part-list><part id="P1"><measure number="1"><attributes><divisions>4</divisions>'
        "<key><fifths>2</fifths></key><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
        f'<sound tempo="90"/>{measure}</measure><measure number="2">{measure}</measure></part></score-partwise>'
    )
    return [midi, xml.encode()]


def mutated(seed: bytes, chance: Random) -> bytes:
    """A file with some bytes changed, left out, doubled or moved.

    Args:
        seed: A file that is right.
        chance: Draws what is done.
    """
    data = bytearray(seed)
    for _ in range(chance.randint(1, 5)):
        at, size = chance.randrange(len(data)), chance.randint(1, 12)
        match chance.randrange(7):
            case 0 | 1:
                data[at] = chance.randrange(256)
            case 2:
                data[at] = chance.choice(b"\x00\x7f\x80\xff0123456789-e.<>&")
            case 3:
                del data[at : at + size]
            case 4:
                data[at:at] = data[at : at + size]
            case 5:
                data[at:at] = chance.randbytes(size)
            case _:
                other = chance.randrange(len(data))
                data[at : at + size] = data[other : other + size]
        if not data:
            return b"\0"
    return bytes(data[: chance.randrange(len(data))]) if chance.random() < 0.05 else bytes(data)


def any_midi(chance: Random) -> bytes:
    """A file of right chunks and events with any values."""
    tracks = [b"".join(_event(chance) for _ in range(chance.randrange(40))) for _ in range(chance.randrange(5))]
    header = bytes((0, chance.randrange(3), 0, len(tracks), *chance.choice(((1, 224), (0, 1), (127, 255), (231, 40)))))
    chunks = [chance.choice((b"MTrk", b"MTrk", b"MTrk", b"XFIH")) + _size(track, chance) + track for track in tracks]
    return b"MThd" + len(header).to_bytes(4) + header + b"".join(chunks)


def _size(track: bytes, chance: Random) -> bytes:
    return (len(track) + (chance.randint(-3, 3) if chance.random() < 0.1 else 0)).__abs__().to_bytes(4)


def _event(chance: Random) -> bytes:
    delta = chance.choice((b"\0", b"\0", b"\x10", b"\x3c", b"\x60", b"\x83\x60", b"\x9e\x00", b"\xff\xff\x7f"))
    status = chance.choice((0x80, 0x90, 0x90, 0x90, 0x99, 0xB0, 0xC0, 0xE0, 0xF0, 0xF7, 0xF8, 0xF2, 0xFF, 0xFF))
    status |= chance.randrange(16) if status < 0xF0 and chance.random() < 0.3 else 0
    if status == 0xFF:
        kind, data = chance.choice((0x03, 0x2F, 0x51, 0x58, 0x59, 0x7F, 0x01)), chance.randbytes(chance.randrange(9))
        return delta + bytes((0xFF, kind, len(data))) + data
    if status in (0xF0, 0xF7):
        return delta + bytes((status, 3)) + b"abc"
    key, value = chance.randrange(36, 84), chance.choice((0, 1, 64, 127, 128))
    return delta + bytes((status, key) if status & 0xF0 == 0xC0 else (status, key, value))


def any_score(chance: Random) -> bytes:
    """A score of the standard's elements in any order, with any values."""
    timewise = chance.random() < 0.2
    outer, inner = ("measure", "part") if timewise else ("part", "measure")
    parts = "".join(
        f'<{outer} id="P{at}" number="{at}">'
        + "".join(
            f'<{inner} id="P{number}" number="{number}">{_content(chance, 0)}</{inner}>'
            for number in range(chance.randrange(5))
        )
        + f"</{outer}>"
        for at in range(chance.randrange(1, 4))
    )
    root = "score-timewise" if timewise else "score-partwise"
    return f"<{root}><part-list>{_content(chance, 3)}</part-list>{parts}</{root}>".encode()


def _content(chance: Random, depth: int) -> str:
    return "".join(_element(chance, depth) for _ in range(chance.randrange(2, 9) if depth < _DEEPEST else 0))


def _element(chance: Random, depth: int) -> str:
    tag = chance.choice(_CONTAINERS if chance.random() < 0.4 else _LEAVES)
    marks = f' {chance.choice(_ATTRIBUTES)}="{chance.choice(_NUMBERS)}"' if chance.random() < 0.3 else ""
    content = _content(chance, depth + 2) if tag in _CONTAINERS else chance.choice(_NUMBERS)
    return f"<{tag}{marks}>{content}</{tag}>"


def read_or_refused(data: bytes) -> str:
    """Read a file; what comes of it must be what the contract allows.

    Raises:
        AssertionError: It is not.
    """
    try:
        piece = read_file(data)
    except UnreadableFile as reason:
        return "refused" if reason.en and reason.fr else "refused without a reason"
    tracks = [Track(name=track.name, bars=track.bars, program=track.program) for track in piece.tracks]
    if tracks:
        wrong: Sequence[object] = broken_rules(ExportRequest(tracks=tracks, bpm=piece.bpm))
        assert not wrong, wrong[0]
    for locale in ("en", "fr"):
        piece.findings.notices(locale)
    return "read"
