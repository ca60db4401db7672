"""Lead sheets: melody and chord symbols on one grid."""

import zipfile
from pathlib import Path

from training.data.openewld import read_openewld

SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<score-partwise version="3.0"><work><work-title>A sheet</work-title></work>
<part-list><score-part id="P1"><part-name>Voice</part-name></score-part></part-list>
<part id="P1">{measures}</part></score-partwise>"""
SIGNATURES = """<attributes><divisions>1</divisions><key><fifths>-1</fifths></key>
<time><beats>3</beats><beat-type>4</beat-type></time></attributes>"""
SYMBOLS = {
    "F": "<harmony><root><root-step>F</root-step></root><kind>major</kind></harmony>",
    "C7": "<harmony><root><root-step>C</root-step></root><kind>dominant</kind></harmony>",
}


def written(step: str, octave: int) -> str:
    pitch = f"<pitch><step>{step}</step><octave>{octave}</octave></pitch>"
    return f"<note>{pitch}<duration>1</duration><type>quarter</type></note>"


def write_sheet(path: Path, *, pickup: bool = False) -> None:
    """Six bars of F A C, whose third has its chord on the second beat, after an upbeat if asked."""
    measures = []
    if pickup:
        measures.append(f'<measure number="0" implicit="yes">{SIGNATURES}{written("C", 4)}</measure>')
    for number in range(1, 7):
        parts = [written("F", 4), written("A", 4), written("C", 5)]
        parts.insert(1 if number == 3 else 0, SYMBOLS["F" if number % 2 else "C7"])
        signatures = SIGNATURES if number == 1 and not pickup else ""
        measures.append(f'<measure number="{number}">{signatures}{"".join(parts)}</measure>')
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sheet.xml", SHEET.format(measures="".join(measures)))


def test_a_sheet_is_read_with_its_chords(tmp_path: Path) -> None:
    write_sheet(tmp_path / "001.mxl")
    corpus = read_openewld(tmp_path)
    assert corpus.skipped == {}
    (tune,) = corpus.tunes
    assert (tune.name, tune.beats, tune.tonic, tune.mode) == ("openewld/001", 3, 5, "major")
    assert [(each.bar, each.step, each.steps, each.pitch) for each in tune.notes[:4]] == [
        (0, 0, 4, 65),
        (0, 4, 4, 69),
        (0, 8, 4, 72),
        (1, 0, 4, 65),
    ]
    assert [(chord.step, chord.root) for chord in tune.chords] == [(0, 5), (12, 0), (28, 5), (36, 0), (48, 5), (60, 0)]
    assert tune.chords[1].mask == sum(1 << tone for tone in (0, 4, 7, 10))


def test_chords_stay_with_their_notes_after_an_upbeat(tmp_path: Path) -> None:
    write_sheet(tmp_path / "001.mxl", pickup=True)
    (tune,) = read_openewld(tmp_path).tunes
    assert (tune.notes[0].bar, tune.notes[0].step) == (0, 8)
    assert [chord.step for chord in tune.chords[:2]] == [12, 24]


def test_a_file_that_is_no_sheet_is_counted(tmp_path: Path) -> None:
    (tmp_path / "002.mxl").write_bytes(b"nothing")
    corpus = read_openewld(tmp_path)
    assert corpus.tunes == ()
    assert sum(corpus.skipped.values()) == 1
