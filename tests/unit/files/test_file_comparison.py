"""Files beside music21: what it reads otherwise than a score says is no difference, what differs is one."""

import pytest

from benchmarks import files
from music.files import read_file
from tests.unit.files.xml_zoo import SCALE, note, score

CHORD, CUE, START, STOP = "<chord/>", "<cue/>", '<tie type="start"/>', '<tie type="stop"/>'


@pytest.mark.parametrize(
    "parts",
    [
        ([note("C4", 16, '<type size="cue">whole</type>'), SCALE],),  # printed small, and sounds
        ([note("C4") + note("D4", 12, before=CUE), SCALE],),
        ([note("C4", 16, "<accidental editorial='yes'>sharp</accidental>"), SCALE],),  # sounds as its pitch says
        ([note("C4", 16, "<accidental/>"), SCALE],),
        # The upper tone has no tie and is struck twice, though its chord is tied.
        ([note("D4", 16, START) + note("D5", 16, "", CHORD), note("D4", 16, STOP) + note("D5", 16, "", CHORD)],),
        # One part stops a tie that only the other one has begun.
        ([note("F3", 16), note("F3", 16, STOP)], [note("F3", 16, START), note("F3", 16, STOP)]),
    ],
)
def test_what_music21_reads_otherwise_is_no_difference(parts: tuple[list[str], ...]) -> None:
    outcome = files.compare(score(*parts).encode())
    assert (outcome.status, outcome.silent) == ("read", 0), outcome.detail


def test_notes_that_one_reader_has_alone_are_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    read = score([SCALE + note("G4", 4, before=CHORD), SCALE]).encode()
    monkeypatch.setattr(files, "read_file", lambda _: read_file(read))
    assert files.compare(score([SCALE, SCALE]).encode()).silent == 1
    assert files.compare(score([SCALE + note("A4", 4, before=CHORD), SCALE]).encode()).silent == 2
