"""Readers of folders believe no cache that somebody else could have written."""

# music21 is typed in part only.
# mypy: disable-error-code="no-untyped-call"

import gzip
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from music21 import environment
from music21.converter import PickleFilter

from benchmarks import theory_corpus
from training.data.abc_collections import read_folder as read_abc
from training.data.midi_folder import read_folder

ABC = "X:1\nT:A tune\nM:4/4\nL:1/4\nK:C\n" + "CDEF|GABc|cBAG|FEDC|" * 2 + "\n"
XML = (
    '<score-partwise version="3.1"><part-list><score-part id="P1"><part-name>Voice</part-name></score-part></part-list>'
    '<part id="P1"><measure number="1"><attributes><divisions>1</divisions></attributes><note><pitch><step>C</step>'
    "<octave>5</octave></pitch><duration>4</duration></note></measure></part></score-partwise>"
)


class Planted:
    """What leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., None], tuple[Path]]:
        return Path.touch, (self.mark,)


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """The folder in which music21 keeps its pickles, for this test alone."""
    settings = environment.Environment()
    before = settings["directoryScratch"]
    folder = tmp_path / "scratch"
    folder.mkdir()
    settings["directoryScratch"] = folder
    yield folder
    settings["directoryScratch"] = before


def plant(file: Path, mark: Path) -> None:
    """Put a pickle where music21 would look for what it read of a file."""
    content = pickle.dumps(Planted(mark))
    for kind, data in (("gz", gzip.compress(content)), (None, content)):
        place = PickleFilter(file).getPickleFp(zipType=kind)
        Path(place).write_bytes(data)


@pytest.mark.parametrize("suffix", [".abc", ".musicxml"])
def test_a_planted_pickle_is_never_read(suffix: str, tmp_path: Path, scratch: Path) -> None:
    music, mark = tmp_path / "music", tmp_path / "mark"
    music.mkdir()
    file = music / f"tune{suffix}"
    file.write_text(ABC if suffix == ".abc" else XML)
    plant(file, mark)
    assert list(scratch.iterdir())
    if suffix == ".abc":
        assert len(list(theory_corpus._folder(music))) == 1
        assert len(read_abc(music, tmp_path / "cache").tunes) == 1
    else:
        assert len(read_folder(music).tunes) == 1
    assert not mark.exists()


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    music, cache = tmp_path / "music", tmp_path / "cache"
    music.mkdir()
    (music / "tune.abc").write_text(ABC)
    (before,) = read_abc(music, cache).tunes
    (music / "tune.abc").write_text(ABC.replace("CDEF", "EDEF"))
    (after,) = read_abc(music, cache).tunes
    assert before.notes[0].pitch != after.notes[0].pitch
    assert read_abc(music, cache).tunes == (after,)
