"""Any folder of drum MIDI files as sequences; files that cannot be used are skipped and counted."""

import csv
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import DrumPiece, Meter

from music.midi.events import META, NOTE_ON, TEMPO, TIME_SIGNATURE, MidiEvents, UnreadableMidi, read_events
from services.drums.neural.features import PieceFeatures
from training.data.groove_corpus import METERS, ROLAND_KEYS, Performance, hits_on_grid
from training.data.midi_tune import MOST_STEPS
from training.data.skipping import EmptyFolder, value_or_reason
from training.drum_feel.deviations import family_of
from training.drum_hits.sequences import DrumSequence, sequence_of

# General MIDI keys that the TD-11 does not send (General MIDI Level 1 percussion key map).
GENERAL_KEYS: Mapping[int, DrumPiece.ValueType] = {
    35: pb.DRUM_PIECE_KICK,
    39: pb.DRUM_PIECE_CLAP,
    41: pb.DRUM_PIECE_LOW_TOM,
    54: pb.DRUM_PIECE_TAMBOURINE,
    56: pb.DRUM_PIECE_COWBELL,
    70: pb.DRUM_PIECE_SHAKER,
    82: pb.DRUM_PIECE_SHAKER,
}
_KEYS = {**GENERAL_KEYS, **ROLAND_KEYS}
_SUFFIXES = (".mid", ".midi")
_DRUM_STATUS = NOTE_ON + 9
_STATUSES = range(NOTE_ON, NOTE_ON + 16)
_MICROSECONDS_A_MINUTE, _DEFAULT_BPM = 60_000_000, 120.0
_FINEST = 16  # no beat is shorter than a step


class UnusableFile(Exception):
    """A file without drums that can be scored; its text is the reason."""


def read_folder(folder: Path, info: Path | None = None) -> tuple[list[DrumSequence], dict[str, int]]:
    """Read all MIDI files of a folder and its sub-folders.

    Args:
        folder: The folder.
        info: An index as info.csv of the Groove MIDI Dataset: `midi_filename`, `style`, `bpm`, `beat_type`,
            `time_signature`. Without one, or where it does not name a file, tempo and metre are the file's own, and
            nothing is known of the style.

    Returns:
        Sequences in the order of their paths, and reasons for what was skipped with their counts.

    Raises:
        EmptyFolder: There is no such folder or index, or no MIDI file in the folder.
    """
    files = drum_files(folder)
    if info is not None and not info.is_file():
        raise EmptyFolder(f"{info} is no file")
    rows = _rows_by_path(info) if info else {}
    sequences, skipped = [], Counter[str]()
    for path in files:
        result = value_or_reason(_read, path, path.relative_to(folder).as_posix(), rows, known=(UnusableFile,))
        if isinstance(result, str):
            skipped[result] += 1
        else:
            sequences.append(result)
    return sequences, dict(sorted(skipped.items()))


def drum_files(folder: Path) -> list[Path]:
    """MIDI files of a folder, at any depth, in the order of their names.

    Raises:
        EmptyFolder: There is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise EmptyFolder(f"{folder} is no folder")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    if not files:
        raise EmptyFolder(f"{folder} holds no file that ends in {', '.join(_SUFFIXES)}")
    return files


def _rows_by_path(info: Path) -> dict[str, dict[str, str]]:
    """Rows by the path that they name and by every end of it, so that a folder may hold a part of the data set."""
    rows: dict[str, dict[str, str]] = {}
    with info.open(encoding="utf-8", errors="replace", newline="") as lines:
        for row in csv.DictReader(lines):
            parts = (row.get("midi_filename") or "").split("/")
            for start in range(len(parts)):
                rows.setdefault("/".join(parts[start:]), row)
    return rows


def _read(path: Path, name: str, rows: Mapping[str, dict[str, str]]) -> DrumSequence:
    data = path.read_bytes()
    try:
        events = read_events(data)
    except UnreadableMidi as error:
        raise UnusableFile(f"is no usable MIDI file: {error}") from error
    on_channel_ten = any(status == _DRUM_STATUS for track in events.tracks for _, status, _ in track)
    hits = hits_on_grid(events, _KEYS, (_DRUM_STATUS,) if on_channel_ten else _STATUSES)
    if not hits:
        raise UnusableFile("has no drum hits")
    if hits[-1][0][0] > MOST_STEPS:
        raise UnusableFile(f"longer than {MOST_STEPS} sixteenths")
    row = next((rows[end] for end in _ends(name) if end in rows), None)
    setting = _own_setting(events) if row is None else _setting_of_row(row, events)
    bpm = setting.bpm or _DEFAULT_BPM
    performance = Performance(
        name=name,
        style=(row.get("style") or "") if row else "",
        drummer="",
        fill=setting.kind == "fill",
        bpm=bpm,
        meter=setting.meter,
        steps=np.array([step for (step, _), _ in hits], dtype=np.int64),
        pieces=np.array([piece for (_, piece), _ in hits], dtype=np.int64),
        velocities=np.array([velocity for _, (velocity, _) in hits], dtype=np.int64),
        offsets=np.array([offset for _, (_, offset) in hits], dtype=np.float64),
    )
    return sequence_of(performance, setting)


def _ends(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _setting_of_row(row: Mapping[str, str], events: MidiEvents) -> PieceFeatures:
    own = _own_setting(events)
    try:
        beats, unit = METERS[row["time_signature"]]
        meter, bpm = Meter(beats=beats, beat_unit=unit), float(row["bpm"])
    except (KeyError, TypeError, ValueError):
        meter, bpm = own.meter, own.bpm or _DEFAULT_BPM
    if not (math.isfinite(bpm) and bpm > 0):
        bpm = own.bpm or _DEFAULT_BPM
    kind = row.get("beat_type") or ""
    return PieceFeatures(
        meter=meter,
        family=family_of(row.get("style") or ""),
        bpm=bpm,
        kind=kind if kind in ("beat", "fill") else own.kind,
    )


def _own_setting(events: MidiEvents) -> PieceFeatures:
    """What a file itself tells. Raises UnusableFile when its bars do not fit the grid."""
    metas = {
        data[0]: data[1:] for track in reversed(events.tracks) for _, status, data in reversed(track) if status == META
    }
    bpm = _DEFAULT_BPM
    if tempo := int.from_bytes(metas.get(TEMPO, b"")):
        bpm = _MICROSECONDS_A_MINUTE / tempo
    signature = metas.get(TIME_SIGNATURE, b"")
    beats, unit = (signature[0], 2 ** signature[1]) if len(signature) > 1 else (4, 4)
    if not beats or unit > _FINEST:
        raise UnusableFile("its bars do not fit a grid of sixteenths")
    return PieceFeatures(meter=Meter(beats=beats, beat_unit=unit), bpm=bpm)
