"""Scores are learned from with every note where its bar puts it, pickup or not."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.musicxml_writing import Measure, write_score
from training.data.openewld import read_openewld
from training.data.score_file import read_score_file
from training.data.tunes import Tune

LINE = "C5/4 D5/4 E5/4 F5/4"
UPPER = "C5/4@1 D5/4@1 E5/4@1 F5/4@1"
LOWER = "<16 C3/8@2 G2/8@2"
LATER = [LINE] * 5
LATER_STAVES = [f"{UPPER} {LOWER}"] * 5
# The parts, and where the first bar's notes and the second bar's first one stand.
CASES: dict[str, tuple[list[list[str | Measure]], list[tuple[int, int]]]] = {
    "a forward ends the bar": ([["C5/4 D5/4 >8", *LATER]], [(0, 0), (0, 4), (1, 0)]),
    "another part goes on": ([["C5/4 D5/4", *LATER], ["C3/8 G2/8"] * 6], [(0, 0), (0, 4), (1, 0)]),
    "another part goes on, later too": (
        [["C5/4 D5/4", "C5/4 D5/4", *LATER], ["C3/8 G2/8"] * 7],
        [(0, 0), (0, 4), (1, 0)],
    ),
    "the other staff goes on": ([[f"C5/4@1 D5/4@1 <8 {LOWER[4:]}", *LATER_STAVES]], [(0, 0), (0, 4), (1, 0)]),
    "the other staff ends early": ([[f"{UPPER} <16 C3/4@2", *LATER_STAVES]], [(0, 0), (0, 4), (0, 8)]),
    "implicit and whole": ([[Measure(LINE, "0", True), *LATER]], [(0, 0), (0, 4), (0, 8)]),
    "a pickup": ([[Measure("C5/4", "0", True), *LATER]], [(0, 12), (1, 0), (1, 4)]),
    "a pickup of two parts": (
        [[Measure("C5/2", "0", True), *LATER], [Measure("C3/4", "0", True), *["C3/8 G2/8"] * 5]],
        [(0, 12), (1, 0), (1, 4)],
    ),
    "a pickup that the other staff rests in": (
        [[Measure("C5/4@1 <4 R/16@2", "0", True), *LATER_STAVES]],
        [(0, 12), (1, 0), (1, 4)],
    ),
}


def onsets(tune: Tune) -> list[tuple[int, int]]:
    return [(note.bar, note.step) for note in tune.notes[:3]]


@pytest.mark.parametrize(("parts", "expected"), CASES.values(), ids=list(CASES))
def test_files_to_learn_from(
    tmp_path: Path, parts: Sequence[Sequence[str | Measure]], expected: list[tuple[int, int]]
) -> None:
    path = tmp_path / "tune.musicxml"
    path.write_bytes(write_score(parts))
    assert onsets(read_score_file(path, "tune")) == expected


@pytest.mark.parametrize(("parts", "expected"), CASES.values(), ids=list(CASES))
def test_sheets_to_learn_from(
    tmp_path: Path, parts: Sequence[Sequence[str | Measure]], expected: list[tuple[int, int]]
) -> None:
    with zipfile.ZipFile(tmp_path / "tune.mxl", "w") as archive:
        archive.writestr("tune.xml", write_score(parts))
    corpus = read_openewld(tmp_path)
    assert corpus.skipped == {}
    assert onsets(corpus.tunes[0]) == expected
