"""The Groove MIDI Dataset as performances on the grid.

Gillick et al., "Learning to Groove with Inverse Sequence Transformations", 2019, CC BY 4.0. Drummers played it on a
Roland TD-11 to a metronome.
"""

import csv
import hashlib
import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import DrumPiece, Meter
from numpy.typing import NDArray

from music.meter import steps_per_bar
from music.midi.events import NOTE_ON, MidiEvents, UnreadableMidi, read_events
from training.data.skipping import EmptyFolder, value_or_reason

INDEX = "info.csv"
# Keys of the TD-11 and the pieces that they play (Roland TD-11 owner's manual; table in the data set's paper).
ROLAND_KEYS = {
    36: pb.DRUM_PIECE_KICK,
    37: pb.DRUM_PIECE_RIM,
    38: pb.DRUM_PIECE_SNARE,
    40: pb.DRUM_PIECE_SNARE,
    22: pb.DRUM_PIECE_CLOSED_HAT,
    42: pb.DRUM_PIECE_CLOSED_HAT,
    44: pb.DRUM_PIECE_PEDAL_HAT,
    26: pb.DRUM_PIECE_OPEN_HAT,
    46: pb.DRUM_PIECE_OPEN_HAT,
    43: pb.DRUM_PIECE_LOW_TOM,
    58: pb.DRUM_PIECE_LOW_TOM,
    45: pb.DRUM_PIECE_MID_TOM,
    47: pb.DRUM_PIECE_MID_TOM,
    48: pb.DRUM_PIECE_HIGH_TOM,
    50: pb.DRUM_PIECE_HIGH_TOM,
    49: pb.DRUM_PIECE_CRASH,
    52: pb.DRUM_PIECE_CRASH,
    55: pb.DRUM_PIECE_CRASH,
    57: pb.DRUM_PIECE_CRASH,
    51: pb.DRUM_PIECE_RIDE,
    53: pb.DRUM_PIECE_RIDE,
    59: pb.DRUM_PIECE_RIDE,
}
_NOTE_ON_STATUSES = range(NOTE_ON, NOTE_ON + 16)
# Time signatures as the index writes them.
METERS = {"4-4": (4, 4), "3-4": (3, 4), "6-8": (6, 8), "5-4": (5, 4), "5-8": (5, 8)}
_FEWEST_HITS = 8


class UnusablePerformance(Exception):
    """A performance that cannot be used; its text is the reason, as counted in the metrics."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What one drummer played in one go. The arrays have one entry per hit, ordered by step, then piece.

    Attributes:
        name: Path of the file in the data set, without extension.
        style: Primary style and, after a slash, the secondary one: "latin/brazilian-samba".
        drummer: Who played.
        fill: Whether it is a lone fill.
        bpm: Tempo in quarter notes per minute.
        meter: Time signature.
        steps: Sixteenths from the start.
        pieces: Pieces of the contract.
        velocities: 1-127.
        offsets: Distance from the grid as a fraction of a step, -0.5 to 0.5.
        split: Official split of the data set: "train", "validation" or "test"; empty where there is none.
    """

    name: str
    style: str
    drummer: str
    fill: bool
    bpm: float
    meter: Meter
    steps: NDArray[np.int64]
    pieces: NDArray[np.int64]
    velocities: NDArray[np.int64]
    offsets: NDArray[np.float64]
    split: str = ""

    @property
    def step_ms(self) -> float:
        """Length of a step in milliseconds."""
        return 15_000 / self.bpm

    @property
    def bars(self) -> int:
        """Number of bars begun."""
        return int(self.steps[-1]) // steps_per_bar(self.meter) + 1


@dataclass(frozen=True, slots=True)
class GrooveCorpus:
    """Performances and what became of the others.

    Attributes:
        performances: Those that could be read, in the order of their names.
        skipped: Reasons and how many performances each one cost.
    """

    performances: tuple[Performance, ...]
    skipped: dict[str, int]


def read_corpus(folder: Path) -> GrooveCorpus:
    """Read the data set.

    Args:
        folder: Holds info.csv, directly or one level below, and the files that it names.

    Raises:
        EmptyFolder: There is no info.csv.
    """
    performances, skipped = [], Counter[str]()
    for root, row in _rows(folder):
        result = value_or_reason(_read, root, row, known=(UnusablePerformance,))
        if isinstance(result, str):
            skipped[result] += 1
        else:
            performances.append(result)
    performances.sort(key=lambda performance: performance.name)
    return GrooveCorpus(tuple(performances), dict(sorted(skipped.items())))


def split(
    performances: Sequence[Performance], folds: int, fold: int = 0
) -> tuple[list[Performance], list[Performance]]:
    """Training and held-out performances, distinguished by their names so that the split never changes.

    Args:
        performances: All performances.
        folds: One in how many is held out.
        fold: Which of these parts is held out.
    """
    held_out = {p.name for p in performances if int.from_bytes(_digest(p)[:4]) % folds == fold}
    return [p for p in performances if p.name not in held_out], [p for p in performances if p.name in held_out]


def _digest(performance: Performance) -> bytes:
    return hashlib.sha256(performance.name.encode()).digest()


def _rows(folder: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    indices = [path for path in (folder / INDEX, *sorted(folder.glob(f"*/{INDEX}"))) if path.exists()]
    if not indices:
        raise EmptyFolder(f"there is no {INDEX} in {folder}")
    with indices[0].open(encoding="utf-8", errors="replace", newline="") as lines:
        for row in csv.DictReader(lines):
            yield indices[0].parent, row


def _read(root: Path, row: dict[str, str]) -> Performance:
    try:
        bpm, figures = float(row["bpm"]), METERS[row["time_signature"]]
        style, drummer, fill = row["style"], row["drummer"], row["beat_type"] == "fill"
        path = root / row["midi_filename"]
    except (KeyError, TypeError, ValueError) as error:
        raise UnusablePerformance("incomplete entry in the index") from error
    if not (math.isfinite(bpm) and bpm > 0):
        raise UnusablePerformance("no tempo in the index")
    try:
        events = read_events(path.read_bytes())
    except OSError as error:
        raise UnusablePerformance("file missing") from error
    except UnreadableMidi as error:
        raise UnusablePerformance(f"file unreadable: {error}") from error
    hits = hits_on_grid(events, ROLAND_KEYS, _NOTE_ON_STATUSES)
    if len(hits) < _FEWEST_HITS:
        raise UnusablePerformance("fewer hits than a groove has")
    return Performance(
        name=row["midi_filename"].rpartition(".")[0],
        style=style,
        drummer=drummer,
        fill=fill,
        bpm=bpm,
        meter=Meter(beats=figures[0], beat_unit=figures[1]),
        steps=np.array([step for (step, _), _ in hits], dtype=np.int64),
        pieces=np.array([piece for (_, piece), _ in hits], dtype=np.int64),
        velocities=np.array([velocity for _, (velocity, _) in hits], dtype=np.int64),
        offsets=np.array([offset for _, (_, offset) in hits], dtype=np.float64),
        split=row.get("split", ""),
    )


def hits_on_grid(
    events: MidiEvents, keys: Mapping[int, DrumPiece.ValueType], statuses: Collection[int]
) -> list[tuple[tuple[int, DrumPiece.ValueType], tuple[int, float]]]:
    """Hits of a file by step and piece: velocity, and distance from the grid as a fraction of a step.

    Args:
        events: The file.
        keys: The piece that each MIDI key plays; other keys are left out.
        statuses: Status bytes of the notes that count.
    """
    loudest: dict[tuple[int, DrumPiece.ValueType], tuple[int, float]] = {}
    ticks_per_step = events.ticks_per_quarter / 4
    for tick, status, data in (event for track in events.tracks for event in track):
        if status not in statuses or not data[1] or data[0] not in keys:
            continue
        step = round(tick / ticks_per_step)
        where = step, keys[data[0]]
        # Flams and bounces put several strokes on a step; the loudest is the hit.
        if data[1] > loudest.get(where, (0, 0.0))[0]:
            loudest[where] = data[1], tick / ticks_per_step - step
    return sorted(loudest.items())
