"""Any folder of music as lines on the grid: MIDI files in the manner of Lakh or Maestro, and MusicXML, at any depth.

A MIDI file counts from its first tick to the end of its line's last note, in the metre that it is in for longest; it
is never cut, shifted or left out for its length. Files that nothing can be made of are counted by reason and passed
over.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from music.midi.events import UnreadableMidi
from training.data.midi_tune import read_midi_tune
from training.data.parallel_reader import read_corpus
from training.data.score_file import read_score_file
from training.data.skipping import EmptyFolder
from training.data.tunes import Corpus, Tune, UnreadableTune

MIDI, SCORES = (".mid", ".midi", ".kar"), (".mxl", ".musicxml", ".xml")
_HELD_OUT = 8  # one file in so many validates


def music_files(folder: Path) -> list[Path]:
    """MIDI and MusicXML files of a folder, at any depth, in the order of their names.

    Raises:
        EmptyFolder: There is no such folder, or no such file in it.
    """
    if not folder.is_dir():
        raise EmptyFolder(f"{folder} is no folder")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (*MIDI, *SCORES) and path.is_file())
    if not files:
        raise EmptyFolder(f"{folder} holds no file that ends in {', '.join((*MIDI, *SCORES))}")
    return files


def read_folder(folder: Path) -> Corpus:
    """Read the lead line of every file of a folder.

    Raises:
        EmptyFolder: There is no such folder, or no music in it.
    """
    return read_corpus(partial(_read, folder), music_files(folder), "Reading music")


def split_by_name(tunes: Sequence[Tune]) -> tuple[list[Tune], list[Tune]]:
    """Tunes of a folder to learn from, and to validate on: which side a file is on depends on its name alone.

    Raises:
        EmptyFolder: There are too few.
    """
    sides: tuple[list[Tune], list[Tune]] = ([], [])
    for tune in tunes:
        drawn = int.from_bytes(hashlib.sha256(tune.name.encode()).digest()[:4])
        sides[drawn % _HELD_OUT == 0].append(tune)
    learned, watched = sides
    if not watched:
        learned, watched = learned[1:], learned[:1]
    if not learned:
        raise EmptyFolder("too few files can be read to train on")
    return learned, watched


def _read(folder: Path, path: Path) -> Tune:
    name = path.relative_to(folder).as_posix()
    if path.suffix.lower() in SCORES:
        return read_score_file(path, name)
    try:
        return read_midi_tune(path.read_bytes(), name)
    except UnreadableMidi as error:
        raise UnreadableTune(str(error)) from error
