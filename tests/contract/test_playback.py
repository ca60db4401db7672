"""Every player of this repository plays the cases of playback.json alike, to the millisecond."""

import io
import json
import shutil
import subprocess
import sys
import wave
from collections import defaultdict
from pathlib import Path

import mido
import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_DRUMS, Track
from boumbapp.theory.v2.theory_service_pb2 import FILE_FORMAT_MUSICXML, ExportRequest

from cli.audio.drum_sound import render_drums, strokes
from cli.audio.sound import RATE, render, tones
from music.drum_kit import piece_of_key
from music.midi.writer import write_midi
from music.playback import play
from tests.contract.playback_cases import PATH, TOLERANCE_S, Case, Notes, Strokes, cases
from tests.environments import needs_npm_packages

CASES = cases()
READER = PATH.parents[2] / "clients/web/experts/src"
every_case = pytest.mark.parametrize("case", CASES, ids=str)


def check(case: Case, notes: Notes, struck: Strokes) -> None:
    assert [note[1::2] for note in notes] == [note[1::2] for note in case.notes]
    assert [stroke[1:] for stroke in struck] == [stroke[1:] for stroke in case.strokes]
    heard = [second for note in notes for second in note[::2]] + [stroke[0] for stroke in struck]
    wanted = [second for note in case.notes for second in note[::2]] + [stroke[0] for stroke in case.strokes]
    assert heard == pytest.approx(wanted, abs=TOLERANCE_S)


def test_the_cases_cover_what_the_text_speaks_of() -> None:
    bars = [bar for case in CASES for bar in case.bars]
    assert {bar.divisions for bar in bars} == {0, 3, 6, 8, 12}
    assert {(6, 8), (7, 8)} <= {(bar.meter.beats, bar.meter.beat_unit) for bar in bars}
    hits = [hit for bar in bars for hit in bar.hits]
    assert {hit.WhichOneof("articulation") for hit in hits} == {None, "flam", "roll"}
    assert any(note.HasField("glide") for bar in bars for note in bar.notes)
    assert any(bar.HasField("bpm") for bar in bars)
    assert len({case.name for case in CASES}) == len(CASES)


@every_case
def test_the_one_reading_in_python(case: Case) -> None:
    heard = play(case.bars, case.bpm)
    notes = [(note.onset, note.pitch, note.release, note.velocity) for note in heard.notes]
    check(case, notes, [(stroke.onset, stroke.piece, stroke.velocity) for stroke in heard.strokes])
    assert [note.from_pitch for note in heard.notes] == [pitch for pitch, _ in case.glides]
    assert [note.glide for note in heard.notes] == pytest.approx([seconds for _, seconds in case.glides])
    assert heard.end == pytest.approx(case.end)


@every_case
def test_the_terminal(case: Case) -> None:
    sounding = list(tones(case.bars, case.bpm))
    assert [(tone.start, tone.end) for tone in sounding] == [
        pytest.approx((onset, release), abs=TOLERANCE_S) for onset, _, release, _ in case.notes
    ]
    assert [round(69 + 12 * np.log2(tone.frequency / 440)) for tone in sounding] == [note[1] for note in case.notes]
    assert [tone.strength for tone in sounding] == pytest.approx([note[3] / 127 for note in case.notes])
    slides = [(tone.slide.frequency, tone.slide.length) if tone.slide else None for tone in sounding]
    assert slides == [
        pytest.approx((440 * 2 ** ((pitch - 69) / 12), seconds)) if seconds else None for pitch, seconds in case.glides
    ]
    struck = strokes(case.bars, case.bpm)
    assert [stroke.piece for stroke in struck] == [piece for _, piece, _ in case.strokes]
    assert [stroke.start for stroke in struck] == pytest.approx([s[0] for s in case.strokes], abs=TOLERANCE_S)


@every_case
def test_sound_files_begin_and_end_in_time(case: Case) -> None:
    if case.notes:
        samples = samples_of(render(case.bars, case.bpm, ROLE_BASS))
        assert len(samples) / RATE == pytest.approx(case.end + 0.4, abs=TOLERANCE_S)
        assert first_sound(samples) == pytest.approx(case.notes[0][0], abs=0.004)  # the attack of a bass
    if case.strokes:
        samples = samples_of(render_drums(case.bars, case.bpm))
        assert len(samples) / RATE == pytest.approx(case.end + 0.6, abs=TOLERANCE_S)
        assert first_sound(samples) == pytest.approx(case.strokes[0][0], abs=TOLERANCE_S)


def samples_of(file: bytes) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with wave.open(io.BytesIO(file)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2")


def first_sound(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    return float(np.flatnonzero(np.abs(samples) > 30)[0]) / RATE


@every_case
def test_midi_as_another_program_reads_it(case: Case) -> None:
    role = ROLE_DRUMS if case.strokes else ROLE_BASS
    file = mido.MidiFile(file=io.BytesIO(write_midi(case.bars, case.bpm, None, role)))
    now = 0.0
    notes: Notes = []
    struck: Strokes = []
    open_notes: dict[int, tuple[float, int]] = {}
    bends: dict[float, int] = {}
    for message in file:
        now += message.time
        if message.type == "note_on" and message.channel == 9:
            piece = piece_of_key(message.note)
            assert piece is not None
            struck.append((now, piece, message.velocity))
        elif message.type == "note_on":
            open_notes[message.note] = now, message.velocity
        elif message.type == "note_off" and message.channel != 9:
            onset, velocity = open_notes.pop(message.note)
            notes.append((onset, message.note, now, velocity))
        elif message.type == "pitchwheel":
            bends[now] = message.pitch
    check(case, sorted(notes), sorted(struck))
    assert now == pytest.approx(case.end, abs=TOLERANCE_S)
    check_bends(case, bends)


def check_bends(case: Case, bends: dict[float, int]) -> None:
    """A glide bends from its first pitch to its own; the range is as wide as the widest glide."""
    sliding = [
        (onset, release, pitch, first, seconds)
        for (onset, pitch, release, _), (first, seconds) in zip(case.notes, case.glides, strict=True)
        if seconds
    ]
    assert bool(bends) == bool(sliding)
    for onset, release, pitch, first, seconds in sliding:
        bent = [(second, bend) for second, bend in bends.items() if onset - 0.001 < second < release + 0.001]
        assert bent[0][1] == (8191 if first > pitch else -8192)
        assert bent[-1][1] == 0
        assert bent[-1][0] == pytest.approx(min(onset + seconds, release), abs=TOLERANCE_S)


def overlapping(case: Case) -> bool:
    """Whether a pitch is struck while it sounds in the bars as written."""
    return any(
        one.pitch == other.pitch and one.start_step < other.start_step < one.start_step + one.duration_steps
        for bar in case.bars
        for one in bar.notes
        for other in bar.notes
    )


def in_a_score(case: Case) -> bool:
    """Whether MusicXML can say it: no micro-timing, no roll, no pitch struck while it sounds."""
    notes = [note for bar in case.bars for note in bar.notes]
    hits = [hit for bar in case.bars for hit in bar.hits]
    return not (
        any(note.offset_ticks or note.release_ticks for note in notes)
        or any(hit.offset_ticks or hit.HasField("roll") for hit in hits)
        or overlapping(case)
    )


@pytest.mark.parametrize("case", [case for case in CASES if in_a_score(case)], ids=str)
def test_musicxml_where_it_can_say_it(case: Case) -> None:
    from music21 import converter, note, stream, tempo

    from services.theory.file_io.musicxml.to_score import write_musicxml

    role = ROLE_DRUMS if case.strokes else ROLE_BASS
    request = ExportRequest(tracks=[Track(bars=sorted(case.bars, key=lambda bar: bar.index), role=role)], bpm=case.bpm)
    request.format = FILE_FORMAT_MUSICXML
    score = converter.parseData(write_musicxml(request), format="musicxml")
    assert isinstance(score, stream.Score)
    part = score.parts[0].flatten()
    marks = [(float(m.offset), float(m.getQuarterBPM() or 0)) for m in part.getElementsByClass(tempo.MetronomeMark)]

    def seconds(quarter: float) -> float:
        passed = 0.0
        for (start, bpm), (end, _) in zip(marks, [*marks[1:], (float("inf"), 0.0)], strict=True):
            passed += max(min(quarter, end) - start, 0.0) * 60 / bpm
        return passed

    heard: dict[type, list[tuple[float, ...]]] = defaultdict(list)
    for found in part.notes:
        if found.duration.isGrace:
            continue
        start, end = float(found.offset), float(found.offset + found.quarterLength)
        for single in getattr(found, "notes", [found]):
            pitch = single.pitch.midi if isinstance(single, note.Note) else 0
            onset = seconds(start)
            if single.tie is not None and single.tie.type in ("continue", "stop"):
                held = max(each for each in heard[type(single)] if each[1] == pitch)
                heard[type(single)].remove(held)
                onset = held[0]
            heard[type(single)].append((onset, pitch, seconds(end)))
    onsets = [onset for onset, _, velocity in case.strokes if velocity not in graces(case)]
    assert [each[0] for each in sorted(heard[note.Unpitched])] == pytest.approx(onsets, abs=TOLERANCE_S)
    assert sorted(heard[note.Note]) == [
        pytest.approx((onset, pitch, release), abs=TOLERANCE_S) for onset, pitch, release, _ in case.notes
    ]


def graces(case: Case) -> set[int]:
    return {hit.flam.velocity for bar in case.bars for hit in bar.hits if hit.HasField("flam")}


@needs_npm_packages()
def test_typescript(tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node is not None, "node is needed"
    tsc = PATH.parents[2] / "protos" / "node_modules" / ".bin" / "tsc"
    subprocess.run(
        [tsc, "--strict", "--target", "esnext", "--module", "es2022", "--outDir", tmp_path, READER / "playback.ts"],
        check=True,
    )
    (tmp_path / "package.json").write_text('{"type": "module"}')
    program = (
        "import { readFileSync } from 'node:fs'; import { play } from './playback.js';"
        "const cases = JSON.parse(readFileSync(0, 'utf8'));"
        "console.log(JSON.stringify(cases.map((each) => play(each.bars, each.bpm))));"
    )
    (tmp_path / "run.js").write_text(program)
    run = subprocess.run(
        [node, tmp_path / "run.js"], input=PATH.read_bytes(), stdout=subprocess.PIPE, stderr=sys.stderr, check=True
    )
    heard = json.loads(run.stdout)
    for case, playback in zip(CASES, heard, strict=True):
        notes = [(note["onset"], note["pitch"], note["release"], note["velocity"]) for note in playback["notes"]]
        one = play(case.bars, case.bpm)
        struck = [
            (stroke["onset"], other.piece, stroke["velocity"])
            for stroke, other in zip(playback["strokes"], one.strokes, strict=True)
            if stroke["piece"].removeprefix("DRUM_PIECE_")
        ]
        check(case, notes, struck)
        assert [(note["fromPitch"], note["glide"]) for note in playback["notes"]] == [
            pytest.approx(glide) for glide in case.glides
        ]
        assert playback["end"] == pytest.approx(case.end)
