"""All lines that the melody model learns from, split by song.

They are kept on disk, because it takes minutes to compute their features.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from training.data.abc_collections import COLLECTIONS, FROZEN, read_collections
from training.data.duplicates import drop_duplicates
from training.data.duplicates import split as split_duplicates
from training.data.line_arrays import KEYS, LineArrays, lines_of
from training.data.midi_folder import read_folder, split_by_name
from training.data.openewld import read_openewld
from training.data.pop909 import read_pop909
from training.data.splits import pop909_split
from training.data.tunes import Corpus, Tune

# Distinguishes old caches from what would be computed now; raise it when History changes.
_FORMAT = 2
_HELD_OUT = 10
_TEXTS = ("name", "role", "mode")


@dataclass(frozen=True, slots=True)
class LineCorpus:
    """Lines by split.

    Attributes:
        train: To learn from.
        validation: POP909 melodies that tell when to stop.
        counts: What was read, skipped and dropped, by source.
    """

    train: list[LineArrays]
    validation: list[LineArrays]
    counts: dict[str, dict[str, int]]


def read_lines(folder: Path) -> LineCorpus:
    """See every corpus that a folder holds: `pop909`, `openewld`, and always the folk tunes of music21.

    Args:
        folder: Where the data sets are unpacked, and where what was seen is kept.
    """
    train: list[LineArrays] = []
    validation: list[LineArrays] = []
    counts: dict[str, dict[str, int]] = {}
    for source, read in SOURCES.items():
        corpus = read(folder)
        counts[source] = {"tunes": len(corpus.tunes), **corpus.skipped}
        if not corpus.tunes:
            continue
        lines = _kept_lines(folder / f"lines-{source}-{_digest(corpus.tunes)}.npz", corpus.tunes)
        for line in lines:
            match split_of(line.name):
                case "train":
                    train.append(line)
                case "validation" if line.role == "melody":
                    validation.append(line)
    return LineCorpus(train, validation, counts)


def read_any_folder(folder: Path) -> LineCorpus:
    """See the lead lines of any folder of MIDI or MusicXML files; which one a file is in depends on its name alone.

    Raises:
        EmptyFolder: There is too little to train on.
    """
    corpus = read_folder(folder)
    learned, watched = split_by_name(corpus.tunes)
    counts = {"folder": {"tunes": len(corpus.tunes), **corpus.skipped, **corpus.notices}}
    return LineCorpus(lines_of(learned), lines_of(watched), counts)


def split_of(name: str) -> str:
    """Split of the tune with this name; what `SOURCES` give but POP909 is all for training."""
    source, number = name.split("/")[:2]
    return pop909_split(int(number)) if source == "pop909" else "train"


@dataclass(frozen=True, slots=True)
class FolkTunes:
    """The folk tunes of music21 that are in a mode known here, split as `training.folk.train` does.

    Attributes:
        train: To learn from.
        held_out: Never learned, nor like one that is.
        frozen: The test set: never learned, nor like one that is.
        skipped: Reasons and how many tunes each one cost `train`.
    """

    train: list[Tune]
    held_out: list[Tune]
    frozen: list[Tune]
    skipped: dict[str, int]


def folk_tunes(folder: Path) -> FolkTunes:
    """The folk tunes of music21, split; what was read is kept in the folder."""
    corpus, frozen = read_collections(COLLECTIONS, folder), list(read_collections(FROZEN, folder).tunes)
    kept, dropped = drop_duplicates([tune for tune in corpus.tunes if tune.mode in KEYS], frozen)
    train, held_out = split_duplicates(kept, _HELD_OUT)
    skipped = corpus.skipped | {"like a frozen tune": dropped, "held out by training.folk.train": len(held_out)}
    return FolkTunes(train, held_out, frozen, skipped)


def _read_folk(folder: Path) -> Corpus:
    tunes = folk_tunes(folder)
    return Corpus(tuple(tunes.train), tunes.skipped)


# Where tunes come from; each reader is given the folder of the data sets.
SOURCES: Mapping[str, Callable[[Path], Corpus]] = {
    "pop909": lambda folder: read_pop909(folder / "pop909"),
    "openewld": lambda folder: read_openewld(folder / "openewld"),
    "folk": _read_folk,
}


def _kept_lines(kept: Path, tunes: Sequence[Tune]) -> list[LineArrays]:
    if not kept.exists():
        save_lines(kept, lines_of([tune for tune in tunes if tune.mode in KEYS]))
    return load_lines(kept)


def _digest(tunes: Sequence[Tune]) -> str:
    digest = hashlib.sha256(str(_FORMAT).encode())
    for tune in tunes:
        digest.update(repr(tune).encode())
    return digest.hexdigest()[:16]


def save_lines(path: Path, lines: Sequence[LineArrays]) -> None:
    """Write lines as one file of arrays.

    Args:
        path: File to write.
        lines: At least one.
    """
    arrays = {}
    texts = json.dumps([[getattr(line, name) for name in (*_TEXTS, "bar_steps")] for line in lines])
    arrays["texts"] = np.frombuffer(texts.encode(), dtype=np.uint8)
    for name in _array_names():
        parts = [getattr(line, name) for line in lines]
        arrays[name] = np.concatenate(parts)
        arrays[f"{name}.ends"] = np.cumsum([len(part) for part in parts])
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished.npz")
    np.savez(unfinished, allow_pickle=False, **arrays)
    unfinished.replace(path)


def load_lines(path: Path) -> list[LineArrays]:
    """Read lines that `save_lines` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        texts = json.loads(arrays["texts"].tobytes().decode())
        parts = {name: np.split(arrays[name], arrays[f"{name}.ends"][:-1]) for name in _array_names()}
    lines = []
    for index, text in enumerate(texts):
        values: dict[str, Any] = dict(zip((*_TEXTS, "bar_steps"), text, strict=True))
        values |= {name: part[index] for name, part in parts.items()}
        lines.append(LineArrays(**values))
    return lines


def _array_names() -> list[str]:
    return [field.name for field in fields(LineArrays) if field.name not in (*_TEXTS, "bar_steps")]
