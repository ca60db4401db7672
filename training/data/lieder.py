"""The OpenScore Lieder Corpus as lines on the grid: the voice of each song.

Gotham and Jonas, "The OpenScore Lieder Corpus", Music Encoding Conference 2021, CC0 1.0.
"""

from pathlib import Path

from training.data.parallel_reader import read_corpus
from training.data.score_file import read_score_file
from training.data.tunes import Corpus, Tune

# Songs whose number ends in 5 are never learned: of these, 5, 25, 45... validate and 15, 35, 55... test. Those that end
# in 0 are withheld from everybody here.
_EVERY, _WITHHELD, _HELD_OUT = 20, (0, 10), {5: "validation", 15: "test"}


def read_lieder(folder: Path) -> Corpus:
    """Read the songs of a folder.

    Args:
        folder: Holds compressed MusicXML files named by number, at any depth.
    """
    return read_corpus(_read_song, sorted(folder.glob("**/*.mxl")), "Reading Lieder")


def lieder_split(name: str) -> str:
    """Split of the song with this name, `lieder/<number>`: "train", "validation", "test" or "withheld"."""
    remainder = int(name.split("/")[1]) % _EVERY
    return "withheld" if remainder in _WITHHELD else _HELD_OUT.get(remainder, "train")


def _read_song(path: Path) -> Tune:
    return read_score_file(path, f"lieder/{path.stem}")
