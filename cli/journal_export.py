"""Pieces of the journal as files: lines of JSON, Parquet, or a folder of MIDI files."""

import json
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boumbapp.journal.v2.interaction_pb2 import Interaction, Piece
from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.music_pb2 import Bar, Track
from google.protobuf.json_format import MessageToDict

from cli import environments
from cli.messages.user_errors import UserError
from launcher.settings import interpreter
from music.midi.writer import write_tracks

_PARQUET = "parquet"
_USUAL_BPM = 120.0


@dataclass(frozen=True, slots=True)
class Exported:
    """A piece, and its interaction."""

    piece: Piece
    interaction: Interaction


def write_export(pieces: Sequence[Exported], form: str, target: Path) -> None:
    """Write pieces; what is there from an earlier export is replaced.

    Args:
        pieces: The pieces.
        form: "jsonl", "parquet" or "midi".
        target: File, or folder for MIDI.

    Raises:
        OSError: It cannot be written.
        UserError: The environment for Parquet could not be set up.
    """
    if form == "midi":
        _write_midi(pieces, target)
    elif form == _PARQUET:
        _write_parquet(pieces, target)
    else:
        with target.open("w", encoding="utf-8") as file:
            file.writelines(_lines(pieces))


def _lines(pieces: Iterable[Exported]) -> Iterator[str]:
    for each in pieces:
        content = {"piece": MessageToDict(each.piece), "interaction": MessageToDict(each.interaction)}
        yield json.dumps(content, ensure_ascii=False) + "\n"


def _write_midi(pieces: Iterable[Exported], folder: Path) -> None:
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    beside.chmod(0o755)
    for each in pieces:
        started, tracks = tracks_of(each.interaction)
        if tracks:
            key = each.piece.key if each.piece.HasField("key") else None
            content = write_tracks(tracks, started.bpm or _USUAL_BPM, key, each.piece.prompt)
            (beside / f"{each.piece.request_id}.mid").write_bytes(content)
    if folder.exists():
        # Only what an export has written goes: nothing else, and no file of somebody who was forgotten, stays behind.
        for path in folder.glob("*.mid"):
            path.unlink()
        for path in beside.iterdir():
            shutil.move(path, folder / path.name)
        beside.rmdir()
    else:
        beside.rename(folder)


def tracks_of(interaction: Interaction) -> tuple[Started, list[Track]]:
    """How a stream began, and its tracks with the bars that came."""
    started, bars = Started(), defaultdict[str, list[Bar]](list)
    for event in interaction.events:
        if event.HasField("started"):
            started = event.started
        elif event.HasField("bar"):
            bars[event.bar.track].append(event.bar.bar)
    tracks = []
    for track in started.tracks:
        if bars[track.id]:
            filled = Track(id=track.id, name=track.name, role=track.role)
            if track.HasField("program"):
                filled.program = track.program
            filled.bars.extend(sorted(bars[track.id], key=lambda bar: bar.index))
            tracks.append(filled)
    return started, tracks


def _write_parquet(pieces: Sequence[Exported], target: Path) -> None:
    """Write one row for each piece, in the environment that has the library for it."""
    environments.need(_PARQUET)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as rows:
        rows.writelines(rows_of(pieces))
        rows.flush()
        command = [interpreter(_PARQUET), "-P", "-m", "cli.parquet", rows.name, str(target)]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own
    if done.returncode != 0:
        raise UserError(message=f"{target} could not be written.", advice=done.stderr.strip().splitlines()[-1])


def rows_of(pieces: Iterable[Exported]) -> Iterator[str]:
    """A line of JSON for each row of a table."""
    yield from (json.dumps(_row(each)) + "\n" for each in pieces)


def _row(exported: Exported) -> Mapping[str, Any]:
    """A piece as columns, and its bars as JSON."""
    row = MessageToDict(exported.piece, always_print_fields_with_no_presence=True, preserving_proto_field_name=True)
    key, meter = row.pop("key", {}), row.pop("meter", {})
    row |= {"tonic": key.get("tonic", ""), "scale": key.get("scale", "")}
    row |= {"beats": meter.get("beats", 0), "beat_unit": meter.get("beat_unit", 0)}
    row["signals"] = " ".join(row["signals"])
    row["interaction"] = json.dumps(MessageToDict(exported.interaction), ensure_ascii=False)
    return row
