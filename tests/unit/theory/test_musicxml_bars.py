"""Every note of a MusicXML file stands where its bar puts it, pickup or not.

Measures are written as `C5/4` (a pitch and its divisions), `r/4` a rest, `R/4` a rest for the whole bar, `>4` and `<4`
to go on and back; `@2` names a staff, `v2` a voice. A quarter has four divisions, as many as steps.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

import pytest

from music.meter import steps_per_bar
from music.musicxml import read_musicxml
from music.pitch import parse_scientific
from tests.unit.musicxml_writing import Measure, write_score

SCALE, UPPER = "C4/4 D4/4 E4/4 F4/4", "C4/4@1 D4/4@1 E4/4@1 F4/4@1"


def written_onsets(data: bytes, bar: int, pickup: int) -> list[tuple[int, int]]:
    """Step and pitch of every note by the file's own arithmetic.

    Args:
        data: The score.
        bar: Steps in a bar.
        pickup: Steps in the first bar.
    """
    found = []
    for part in ET.fromstring(data).iterfind("part"):
        for index, measure in enumerate(part.iterfind("measure")):
            start = 0 if index == 0 else index * bar
            start += bar - pickup if index == 0 else 0
            cursor = 0
            for element in measure:
                steps = int(element.findtext("duration") or 0)
                if element.tag == "backup":
                    cursor -= steps
                    continue
                if element.find("pitch") is not None:
                    name = f"{element.findtext('pitch/step')}{element.findtext('pitch/octave')}"
                    found.append((start + cursor, parse_scientific(name)))
                cursor += steps
    return sorted(found)


def imported_onsets(data: bytes) -> list[tuple[int, int]]:
    found = []
    for track in read_musicxml(data).tracks:
        start = 0
        for each in track.bars:
            found += [(start + note.start_step, note.pitch) for note in each.notes if not note.tied]
            start += steps_per_bar(each.meter)
    return sorted(found)


WHOLE: dict[str, list[list[str | Measure]]] = {
    "left hand ends early": [["C5/4@1 D5/4@1 E5/4@1 F5/4@1 <16 C3/8@2", "G5/16@1 <16 C3/16@2"]],
    "left hand ends with a forward": [["C5/4@1 D5/4@1 E5/4@1 F5/4@1 <16 C3/8@2 >8", "G5/16@1 <16 C3/16@2"]],
    "right hand ends early": [["C5/4@1 <4 C3/8@2 D3/8@2", "G5/16@1 <16 C3/16@2"]],
    "right hand ends with a forward": [["C5/4@1 >12 <16 C3/8@2 D3/8@2", "G5/16@1 <16 C3/16@2"]],
    "both hands end with a forward": [["C5/4@1 >12 <16 C3/8@2 >8", "G5/16@1 <16 C3/16@2"]],
    "one part ends with a forward": [["C5/4 D5/4 >8", "E5/16", SCALE]],
    "a part ends early": [[SCALE, SCALE, SCALE], ["C3/8", "D3/8 E3/8", SCALE]],
    "the first part ends early": [["C3/8", "D3/8 E3/8", SCALE], [SCALE, SCALE, SCALE]],
    "only the last of three parts ends early": [[SCALE] * 2, ["C3/8 D3/8"] * 2, ["G2/4", "G2/16"]],
    "a part has an empty first bar": [[SCALE, SCALE], ["", "D3/16"]],
    "a part rests in the first bar": [[SCALE, SCALE], ["R/16", "D3/16"]],
    "a part rests and the other one falls silent": [["C5/4", SCALE], ["R/16", "D3/16"]],
    "a staff is empty in the first bar": [["C5/8@1 D5/8@1", "E5/16@1 <16 C3/16@2"]],
    "a staff rests in the first bar": [["C5/4@1 <4 R/16@2", "E5/16@1 <16 C3/16@2"]],
    "a voice begins late after a forward": [["C5/16v1 <16 >8 G4/8v2", "E5/16v1 <16 C4/16v2"]],
    "a voice begins late after a shorter backup": [["C5/8v1 D5/8v1 <4 G4/4v2", "E5/16v1"]],
    "a staff begins late": [["C5/16@1 <16 >8 C3/4@2", "E5/16@1 <16 C3/16@2"]],
    "the only part begins late": [[">8 C5/8", SCALE]],
    "all voices end early, one with a forward": [["C5/8v1 <8 E4/4v2 >12", "E5/16v1 <16 C4/16v2"]],
    "two voices on each of two staves": [
        ["C5/8v1@1 <8 A4/4v2@1 <4 C3/16v5@2 <16 G3/4v6@2", "C5/16v1@1 <16 A4/16v2@1 <16 C3/16v5@2 <16 G3/16v6@2"]
    ],
    "the upper staff goes unnamed": [[f"{SCALE} <16 C3/8@2", f"{SCALE} <16 C3/16@2"]],
    "the upper staff goes unnamed later": [["C4/8@1 <8 C3/16@2", f"{SCALE} <16 C3/16@2"]],
    "a later bar of one part ends early": [[SCALE] * 4, ["C3/16", "D3/4", "E3/16", "F3/16"]],
    "a later bar ends with a forward": [[SCALE, "G4/4 >12", SCALE, "G4/4 D4/4 >8", SCALE]],
    "a later staff ends early": [[f"{UPPER} <16 C3/16@2", f"{UPPER} <16 C3/4@2", f"{UPPER} <16 C3/16@2"]],
    "implicit and of full length": [[Measure(SCALE, number="0", implicit=True), SCALE]],
    "implicit, full with its forward": [[Measure("C4/4 >12", number="0", implicit=True), SCALE]],
    "implicit, full with its rest": [[Measure("r/12 C4/4", number="0", implicit=True), SCALE]],
    "number 0 and of full length": [[Measure(SCALE, number="0"), SCALE]],
}


@pytest.mark.parametrize("parts", WHOLE.values(), ids=list(WHOLE))
def test_a_silent_end_is_no_pickup(parts: Sequence[Sequence[str | Measure]]) -> None:
    data = write_score(parts)
    assert imported_onsets(data) == written_onsets(data, 16, 16)


IMPLICIT = "0", True
PICKUPS: dict[str, tuple[int, list[list[str | Measure]]]] = {
    "implicit": (4, [[Measure("G4/4", *IMPLICIT), SCALE]]),
    "number 0 alone": (4, [[Measure("G4/4", "0"), SCALE]]),
    "implicit alone": (4, [[Measure("G4/4", "1", True), SCALE]]),
    "short and called nothing": (4, [["G4/4", SCALE]]),
    "short in all parts": (4, [["G4/4", SCALE], ["E3/4", SCALE]]),
    "a part is empty": (4, [[Measure("G4/4", *IMPLICIT), SCALE], [Measure("", *IMPLICIT), SCALE]]),
    "a part rests as long": (4, [[Measure("G4/4", *IMPLICIT), SCALE], [Measure("R/4", *IMPLICIT), SCALE]]),
    "a part rests for a whole bar": (4, [[Measure("G4/4", *IMPLICIT), SCALE], [Measure("R/16", *IMPLICIT), SCALE]]),
    "a part rests in plain rests": (4, [[Measure("G4/4", *IMPLICIT), SCALE], [Measure("r/4", *IMPLICIT), SCALE]]),
    "a staff rests as long": (4, [[Measure("G4/4@1 <4 R/4@2", *IMPLICIT), f"{UPPER} <16 C3/16@2"]]),
    "a staff rests for a whole bar": (4, [[Measure("G4/4@1 <4 R/16@2", *IMPLICIT), f"{UPPER} <16 C3/16@2"]]),
    "a staff is empty": (4, [[Measure("G4/4@1", *IMPLICIT), f"{UPPER} <16 C3/16@2"]]),
    "staves of other lengths": (8, [[Measure("G4/8@1 <8 C3/4@2", *IMPLICIT), f"{UPPER} <16 C3/16@2"]]),
    "the upper staff is the shorter one": (8, [[Measure("G4/4@1 <4 C3/8@2", *IMPLICIT), f"{UPPER} <16 C3/16@2"]]),
    "parts of other lengths": (6, [[Measure("G4/2", *IMPLICIT), SCALE], [Measure("C3/6", *IMPLICIT), SCALE]]),
    "a forward ends one part": (4, [[Measure("G4/2 >2", *IMPLICIT), SCALE], [Measure("C3/4", *IMPLICIT), SCALE]]),
    "a voice begins late": (8, [[Measure("G4/8v1 <8 >4 E4/4v2", *IMPLICIT), SCALE]]),
}


@pytest.mark.parametrize(("pickup", "parts"), PICKUPS.values(), ids=list(PICKUPS))
def test_a_bar_that_is_short_in_all_parts_is_a_pickup(pickup: int, parts: Sequence[Sequence[str | Measure]]) -> None:
    data = write_score(parts)
    assert imported_onsets(data) == written_onsets(data, 16, pickup)


@pytest.mark.parametrize(
    ("time", "bar", "pickup", "parts"),
    [
        ("3/4", 12, 12, [["C5/4 D5/4 >4", "E5/12"]]),
        ("3/4", 12, 12, [["C5/4@1 D5/8@1 <12 C3/4@2", "E5/12@1 <12 C3/12@2"]]),
        ("3/4", 12, 4, [[Measure("G4/4@1 <4 R/12@2", *IMPLICIT), "C5/12@1 <12 C3/12@2"]]),
        ("3/4", 12, 12, [["C5/12", "E5/12"], ["R/16", "C3/12"]]),  # a bar's rest written as a whole one
        ("6/8", 12, 12, [["C5/6 D5/6", "E5/12"], ["C3/2", "C3/12"]]),
        ("6/8", 12, 12, [["C5/2 >10", "E5/12"]]),
        ("6/8", 12, 2, [[Measure("G4/2", *IMPLICIT), "C5/12"], [Measure("", *IMPLICIT), "C3/12"]]),
        ("6/4", 24, 16, [[Measure("G4/16", *IMPLICIT), "C5/24"], [Measure("", *IMPLICIT), "C3/24"]]),
        ("3+2+3/8", 16, 16, [["C5/6 >10", "E5/16"]]),
        ("2/2", 16, 16, [["C5/8 >8", "E5/16"], ["C3/4", "C3/16"]]),
    ],
)
def test_bars_of_other_metres(time: str, bar: int, pickup: int, parts: Sequence[Sequence[str | Measure]]) -> None:
    data = write_score(parts, time)
    assert imported_onsets(data) == written_onsets(data, bar, pickup)


def test_a_forward_beyond_the_metre_adds_no_bars() -> None:
    (track,) = read_musicxml(write_score([[f"{SCALE} >999999", SCALE]])).tracks
    assert len(track.bars) == 2


@pytest.mark.parametrize("steps", ["1e999999999", "1e-999999999", "nan", "inf", "-4", "four", ""])
def test_absurd_lengths_of_silence_are_passed_over(steps: str) -> None:
    data = write_score([[f"{SCALE} >4", SCALE]]).replace(
        b"<forward><duration>4<", f"<forward><duration>{steps}<".encode()
    )
    assert len(imported_onsets(data)) == 8


def test_lengths_stay_as_written() -> None:
    (_, lower) = read_musicxml(write_score(WHOLE["left hand ends early"])).tracks
    assert [(note.start_step, note.duration_steps) for each in lower.bars for note in each.notes] == [(0, 8), (0, 16)]
