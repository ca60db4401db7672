"""Theory and bars whose steps are no sixteenths: nothing of them is lost, and what cannot be is refused."""

import io
import random

import mido
import pytest
from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_CLOSED_HAT,
    ROLE_DRUMS,
    ROLE_MELODY,
    Bar,
    DrumHit,
    Glide,
    Meter,
    Note,
    Track,
)
from boumbapp.theory.v2.theory_service_pb2 import FILE_FORMAT_MIDI, FILE_FORMAT_MUSICXML, ExportRequest, FileFormat
from hypothesis import given
from hypothesis import strategies as st

from music.divisions import DIVISIONS, allowed_divisions, steps_in_bar
from music.event_ids import give_ids, ids_of
from music.midi import read_midi
from services.chassis.errors.catalogue import NOT_ALLOWED, ApiError
from services.theory.detection.key import detect_keys
from services.theory.detection.meter import detect_meter
from services.theory.errors import REPEATED_BAR
from services.theory.file_io.import_export import export_file
from services.theory.validation.bars import validate
from tests.unit.theory.wild_bars import METERS, any_constraints, constraints, wild_bars

FOUR_FOUR = Meter(beats=4, beat_unit=4)
formats = pytest.mark.parametrize("file_format", [FILE_FORMAT_MIDI, FILE_FORMAT_MUSICXML])


@given(st.sampled_from(METERS), st.sampled_from(DIVISIONS), st.data())
def test_every_step_may_hold_a_note_of_the_same_pitch(meter: Meter, divisions: int, data: st.DataObject) -> None:
    bar = Bar(index=2, meter=meter, divisions=divisions, bpm=77)
    if divisions not in allowed_divisions(bar):
        with pytest.raises(ApiError) as refused:
            validate(constraints(meter=meter), bar, "fr")
        assert refused.value.code is NOT_ALLOWED
        assert refused.value.field == "bar.divisions"
        return
    for step in range(steps_in_bar(bar)):
        glide = Glide(from_pitch=55, length_ticks=40) if data.draw(st.booleans()) else None
        bar.notes.append(
            Note(pitch=67, start_step=step, duration_steps=1, velocity=90, id=step + 1, glide=glide, name="G4")
        )
    result = validate(constraints(meter=meter), bar, "fr")
    assert result.bar == bar
    assert not result.corrections


def test_hits_of_triplets_survive_with_ids_flams_and_rolls() -> None:
    bar = Bar(meter=FOUR_FOUR, divisions=6)
    for step in range(24):
        hit = bar.hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=step, velocity=90, id=24 - step)
        if step % 3 == 1:
            hit.flam.lead_ticks, hit.flam.velocity = 7, 50
        elif step % 3 == 2:
            hit.roll.strokes, hit.roll.span_ticks, hit.roll.last_velocity = 3, 80, 20
    result = validate(constraints(role=ROLE_DRUMS), bar, "en")
    assert result.bar == bar
    assert not result.corrections


def test_a_note_over_the_bar_line_of_triplets_is_told_in_steps() -> None:
    bar = Bar(meter=FOUR_FOUR, divisions=3, notes=[Note(pitch=67, start_step=10, duration_steps=4, velocity=90)])
    (correction,) = validate(constraints(), bar, "en").corrections
    assert correction.note_after.duration_steps == 2
    assert "from 4 to 2 step(s)" in correction.explanation
    (correction,) = validate(constraints(), bar, "fr").corrections
    assert "de 4 à 2 pas" in correction.explanation


def exported(bars: list[Bar], file_format: FileFormat.ValueType = FILE_FORMAT_MIDI) -> bytes:
    return export_file(ExportRequest(tracks=[Track(bars=bars, role=ROLE_MELODY)], bpm=120, format=file_format)).file


@formats
def test_bars_without_a_whole_number_of_steps_are_refused(file_format: FileFormat.ValueType) -> None:
    bars = [Bar(meter=FOUR_FOUR), Bar(index=1, meter=Meter(beats=7, beat_unit=8), divisions=3)]
    with pytest.raises(ApiError) as refused:
        exported(bars, file_format)
    assert (refused.value.code, refused.value.field) == (NOT_ALLOWED, "tracks[0].bars[1].divisions")
    assert "4, 6, 8, 12" in refused.value.text("en")


@formats
def test_an_index_twice_is_refused(file_format: FileFormat.ValueType) -> None:
    with pytest.raises(ApiError) as refused:
        exported([Bar(index=3, meter=FOUR_FOUR), Bar(index=3, meter=FOUR_FOUR)], file_format)
    assert (refused.value.code, refused.value.field) == (REPEATED_BAR, "tracks[0].bars[1].index")


def test_a_gap_is_silence_and_comes_back_as_empty_bars() -> None:
    note = Note(pitch=60, duration_steps=4, velocity=90)
    data = exported([Bar(index=4, meter=FOUR_FOUR, notes=[note]), Bar(index=0, meter=FOUR_FOUR, notes=[note])])
    (track,) = read_midi(data).tracks
    assert [len(bar.notes) for bar in track.bars] == [1, 0, 0, 0, 1]
    score = exported([Bar(index=1, meter=FOUR_FOUR, notes=[note])], FILE_FORMAT_MUSICXML).decode()
    assert score.count("<measure ") == 2


def test_tempi_by_bar_are_written_and_read() -> None:
    note = Note(pitch=60, duration_steps=4, velocity=90)
    tempi = [None, 90, 90, None, 131.5]
    bars = [Bar(index=index, meter=FOUR_FOUR, notes=[note], bpm=bpm) for index, bpm in enumerate(tempi)]
    piece = read_midi(exported(bars))
    assert piece.bpm == 120
    assert [bar.bpm for bar in piece.tracks[0].bars] == [0, 90, 0, 0, 131.5]
    assert exported(bars, FILE_FORMAT_MUSICXML).decode().count("<sound tempo") == 3


def test_a_score_has_tuplets_grace_notes_and_tremolos() -> None:
    bar = Bar(meter=FOUR_FOUR, divisions=6)
    for step in range(6):
        bar.notes.add(pitch=60, start_step=step, duration_steps=1, velocity=90)
    assert exported([bar], FILE_FORMAT_MUSICXML).decode().count("<actual-notes>3") >= 6
    hits = Bar(meter=FOUR_FOUR)
    hits.hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=4, velocity=90).flam.lead_ticks = 30
    hits.hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=8, velocity=90).roll.strokes = 4
    score = exported([hits], FILE_FORMAT_MUSICXML).decode()
    assert score.count("<grace") == 1
    assert score.count("<tremolo") == 1


def test_a_glide_under_another_note_is_not_bent() -> None:
    glide = Glide(from_pitch=72, length_ticks=60)
    alone = Note(pitch=60, start_step=0, duration_steps=2, velocity=90, glide=glide)
    covered = Note(pitch=62, start_step=8, duration_steps=2, velocity=90, glide=glide)
    held = Note(pitch=40, start_step=6, duration_steps=10, velocity=90)
    bar = Bar(meter=FOUR_FOUR, notes=[alone, held, covered])
    track = mido.MidiFile(file=io.BytesIO(exported([bar]))).tracks[1]
    now, bent = 0, []
    for message in track:
        now += message.time
        if message.type == "pitchwheel":
            bent.append((now, message.pitch))
    assert bent[0] == (0, 8191)
    assert bent[-1] == (60, 0)
    controls = [(message.control, message.value) for message in track if message.type == "control_change"]
    assert controls == [(101, 0), (100, 0), (6, 12), (38, 0), (101, 127), (100, 127)]


def test_key_and_metre_are_detected_the_same_at_any_divisions() -> None:
    scale = (60, 62, 64, 65, 67, 69, 71, 72)
    plain, fine = Bar(meter=FOUR_FOUR), Bar(meter=FOUR_FOUR, divisions=12)
    for index, pitch in enumerate(scale):
        plain.notes.add(pitch=pitch, start_step=2 * index, duration_steps=2, velocity=90)
        fine.notes.add(pitch=pitch, start_step=6 * index, duration_steps=6, velocity=90)
    for bar in (plain, fine):
        bar.hits.append(DrumHit(piece=DRUM_PIECE_CLOSED_HAT, step=0, velocity=90))
    assert detect_keys([plain]) == detect_keys([fine])
    assert detect_meter([plain]) == detect_meter([fine])


@given(any_constraints(), wild_bars, st.randoms(use_true_random=False))
def test_ids_stay_with_their_notes_and_hits_in_any_order(wanted: Constraints, bar: Bar, draw: random.Random) -> None:
    give_ids(bar, set())
    result = validate(wanted, bar, "en")
    kept = [event.id for events in (result.bar.notes, result.bar.hits) for event in events]
    assert len(set(kept)) == len(kept)
    removed = {each.id for each in result.corrections if each.WhichOneof("after") is None}
    assert {*kept, *removed} == ids_of([bar])
    assert not removed & set(kept)
    for each in result.corrections:
        told = (each.note, each.note_after) if each.HasField("note") else (each.hit, each.hit_after)
        assert each.id == told[0].id
        assert each.WhichOneof("after") is None or each.id == told[1].id
    mixed = Bar()
    mixed.CopyFrom(result.bar)
    for events in (mixed.notes, mixed.hits):
        shuffled = draw.sample(list(events), len(events))
        del events[:]
        events.extend(shuffled)  # type: ignore[arg-type]  # of the same kind
    assert validate(wanted, mixed, "en").bar == result.bar
