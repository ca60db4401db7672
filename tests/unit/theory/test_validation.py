"""Bars from any source are corrected as little as possible, with reasons."""

from typing import Any

import pytest
from boumbapp.music.v2 import events_pb2, music_pb2
from boumbapp.music.v2.events_pb2 import Correction
from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import (
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    Bar,
    DrumHit,
    Flam,
    Note,
    Role,
    Roll,
)
from hypothesis import given
from hypothesis import strategies as st

from music.meter import steps_per_bar
from services.chassis.errors.catalogue import ApiError
from services.theory.validation.bars import validate
from services.theory.validation.micro_timing import MAX_TICKS
from tests.unit.theory.wild_bars import CATALOGUE, METERS, any_constraints, constraints, line, note, wild_bars


def without_names(bar: Bar) -> Bar:
    bare = Bar.FromString(bar.SerializeToString())
    for found in bare.notes:
        found.ClearField("name")
    return bare


def voices_at(bar: Bar, step: int) -> int:
    return sum(found.start_step <= step < found.start_step + found.duration_steps for found in bar.notes)


@given(any_constraints(), wild_bars)
def test_the_result_keeps_to_its_constraints(wanted: Constraints, bar: Bar) -> None:
    result = validate(wanted, bar, "en").bar
    steps = steps_per_bar(wanted.meter)
    plan = wanted.plans[0]
    assert (result.index, result.meter) == (bar.index, wanted.meter)
    assert not result.notes if wanted.role == ROLE_DRUMS else not result.hits
    for found in result.notes:
        assert plan.pitch_classes >> found.pitch % 12 & 1
        assert wanted.lowest_pitch <= found.pitch <= wanted.highest_pitch
        assert found.duration_steps >= 1
        assert found.start_step + found.duration_steps <= steps
        assert 1 <= found.velocity <= 127
        assert -120 <= found.offset_ticks <= 120
        assert -120 <= found.release_ticks <= 120
        assert 120 * found.duration_steps + found.release_ticks - found.offset_ticks > 0
        assert not found.tied or found.start_step == 0
        assert found.name
    assert all(voices_at(result, step) <= wanted.max_polyphony for step in range(steps))
    places = [(found.start_step, found.pitch) for found in result.notes]
    assert places == sorted(set(places))
    struck = [(hit.step, hit.piece) for hit in result.hits]
    assert struck == sorted(set(struck))
    for hit in result.hits:
        assert hit.step < steps
        assert hit.piece
        assert 1 <= hit.velocity <= 127
        assert sum(other.step == hit.step for other in result.hits) <= wanted.max_polyphony


@given(any_constraints(), wild_bars)
def test_a_second_validation_changes_nothing(wanted: Constraints, bar: Bar) -> None:
    once = validate(wanted, bar, "fr").bar
    twice = validate(wanted, once, "fr")
    assert twice.bar == once
    assert not twice.corrections


@given(any_constraints(), wild_bars)
def test_a_valid_bar_is_untouched_apart_from_names(wanted: Constraints, bar: Bar) -> None:
    valid = without_names(validate(wanted, bar, "en").bar)
    result = validate(wanted, valid, "en")
    assert without_names(result.bar) == valid
    assert not result.corrections


@given(any_constraints().filter(lambda wanted: wanted.role != ROLE_DRUMS), wild_bars, st.sampled_from(["en", "fr"]))
def test_undoing_the_corrections_gives_the_notes_as_they_were_made(wanted: Constraints, bar: Bar, locale: str) -> None:
    def bare(found: Note) -> bytes:
        copy = Note.FromString(found.SerializeToString())
        copy.ClearField("name")
        return copy.SerializeToString(deterministic=True)

    bar.ClearField("hits")
    result = validate(wanted, bar, locale)
    notes = [bare(found) for found in result.bar.notes]
    for correction in reversed(result.corrections):
        assert correction.explanation
        assert "{" not in correction.explanation
        if correction.WhichOneof("after"):
            notes.remove(bare(correction.note_after))
        notes.append(bare(correction.note))
    assert sorted(notes) == sorted(bare(found) for found in bar.notes)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ((67, 68, 69), (67, 67, 69)),  # Ab: G and A are equally near and flatten the line alike; the lower wins
        ((62, 64, 65), (62, 63, 65)),  # E in G minor is nearest to Eb
        ((70, 71, 72), (70, 70, 72)),
        ((65, 66, 67), (65, 65, 67)),
    ],
)
def test_foreign_pitches_move_to_the_nearest_degree(made: tuple[int, ...], expected: tuple[int, ...]) -> None:
    result = validate(constraints(), line(*made), "en")
    assert tuple(found.pitch for found in result.bar.notes) == expected


def test_of_two_equally_near_pitches_the_one_that_keeps_the_contour_is_chosen() -> None:
    wanted = constraints("C", "major")
    assert [found.pitch for found in validate(wanted, line(60, 61, 64), "en").bar.notes] == [60, 62, 64]
    assert [found.pitch for found in validate(wanted, line(62, 61, 59), "en").bar.notes] == [62, 60, 59]


def test_a_repeated_foreign_pitch_stays_a_repeated_pitch() -> None:
    result = validate(constraints("C", "major"), line(60, 61, 61, 61, 65), "en")
    assert len({found.pitch for found in result.bar.notes[1:4]}) == 1


def test_chords_do_not_collapse_into_unisons() -> None:
    # Eb may go to D or E; E sounds already.
    bar = Bar(meter=METERS[0], notes=[note(63), note(64), note(67)])
    result = validate(constraints("C", "major", ROLE_CHORDS, voices=4), bar, "en")
    assert [found.pitch for found in result.bar.notes] == [62, 64, 67]


@pytest.mark.parametrize(
    ("pitch", "expected"), [(43, 55), (31, 55), (54, 66), (80, 68), (103, 79), (91, 79), (55, 55), (79, 79)]
)
def test_octaves_into_range(pitch: int, expected: int) -> None:
    wanted = constraints("C", "chromatic")
    assert validate(wanted, line(pitch), "en").bar.notes[0].pitch == expected


def test_tied_notes_and_micro_timing_survive_and_move_alike_across_the_bar_line() -> None:
    wanted = constraints("C", "major")
    first = Bar(index=0, meter=METERS[0], notes=[note(60, 0, 4), note(61, 12, 4, offset_ticks=30)])
    second = Bar(index=1, meter=METERS[0], notes=[note(61, 0, 4, release_ticks=-60), note(67, 8, 2)])
    second.notes[0].tied = True
    held = validate(wanted, first, "en").bar.notes[-1]
    going_on = validate(wanted, second, "en").bar.notes[0]
    assert held.pitch == going_on.pitch
    assert going_on.tied
    assert (held.offset_ticks, going_on.release_ticks) == (30, -60)


def test_one_voice_keeps_the_top_of_a_melody_and_the_bottom_of_a_bass() -> None:
    bar = Bar(meter=METERS[0], notes=[note(55), note(58), note(62)])
    assert [found.pitch for found in validate(constraints(), bar, "en").bar.notes] == [62]
    bass = constraints(role=ROLE_BASS, low=50, high=70)
    assert [found.pitch for found in validate(bass, bar, "en").bar.notes] == [55]


def test_surplus_voices_lose_doublings_first_and_keep_the_outline() -> None:
    bar = Bar(meter=METERS[0], notes=[note(pitch) for pitch in (55, 58, 62, 67, 70)])
    wanted = constraints(role=ROLE_CHORDS, voices=3)
    assert [found.pitch for found in validate(wanted, bar, "en").bar.notes] == [55, 62, 70]


def test_overlaps_are_cut_where_the_voice_is_needed() -> None:
    bar = Bar(meter=METERS[0], notes=[note(60, 0, 8), note(62, 4, 8), note(62, 6, 2)])
    result = validate(constraints("C", "major"), bar, "en")
    assert [(found.pitch, found.start_step, found.duration_steps) for found in result.bar.notes] == [
        (60, 0, 4),
        (62, 4, 2),
        (62, 6, 2),
    ]
    assert {correction.reason for correction in result.corrections} == {events_pb2.CORRECTION_REASON_OVERLAP}


def test_chromatic_chord_tones_are_spelled_by_their_chord() -> None:
    wanted = constraints("A", "minor", low=48, high=84, chords="E7")
    assert validate(wanted, line(68), "en").bar.notes[0].name == "G#4"
    wanted = constraints("C", "major", low=48, high=84, chords="Fm")
    assert validate(wanted, line(68), "en").bar.notes[0].name == "Ab4"


@pytest.mark.parametrize("tonic", ["C", "G", "D", "A"])
@pytest.mark.parametrize("scale", sorted(CATALOGUE.scales))
def test_scale_tones_are_spelled_as_the_scale_wants(tonic: str, scale: str) -> None:
    from music.pitch import PitchName, parse_scientific

    wanted = constraints(tonic, scale, low=40, high=80)
    names = {str((PitchName.parse(tonic) + interval).readable()) for interval in CATALOGUE.scales[scale].intervals}
    for pitch in range(40, 81):
        if wanted.plans[0].pitch_classes >> pitch % 12 & 1:
            name = validate(wanted, line(pitch), "en").bar.notes[0].name
            assert name.rstrip("-0123456789") in names
            assert parse_scientific(name) == pitch


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("fr", "Si n'est pas en Sol mineur : remplacé par Sib."),
        ("en", "B is not in G minor: replaced by Bb."),
    ],
)
def test_explanations_name_spelled_notes_in_the_readers_language(locale: str, sentence: str) -> None:
    result = validate(constraints(), line(67, 71, 67), locale)
    assert [correction.explanation for correction in result.corrections] == [sentence]
    assert result.corrections[0].note_after.name == "Bb4"


@pytest.mark.parametrize(
    ("made", "role", "reason"),
    [
        (note(60, 16), ROLE_MELODY, "OUTSIDE_BAR"),
        (note(60, 14, 4), ROLE_MELODY, "CROSSES_BAR_LINE"),
        (note(31), ROLE_MELODY, "OUT_OF_RANGE"),
        (note(61), ROLE_MELODY, "OUT_OF_KEY"),
        (Note(pitch=60, duration_steps=1), ROLE_MELODY, "IMPOSSIBLE_VALUE"),
        (note(60, 0, 1, release_ticks=-120), ROLE_MELODY, "IMPOSSIBLE_VALUE"),
        (note(60), ROLE_DRUMS, "IMPOSSIBLE_VALUE"),
    ],
)
def test_each_fault_has_its_reason(made: Note, role: Role.ValueType, reason: str) -> None:
    wanted = constraints("C", "major", role)
    corrections = validate(wanted, Bar(meter=METERS[0], notes=[made]), "en").corrections
    assert [events_pb2.CorrectionReason.Name(found.reason) for found in corrections] == [f"CORRECTION_REASON_{reason}"]


def test_hits_outside_doubled_or_unknown_are_explained() -> None:
    kick, snare = music_pb2.DRUM_PIECE_KICK, music_pb2.DRUM_PIECE_SNARE
    bar = Bar(
        meter=METERS[0],
        hits=[
            DrumHit(piece=snare, step=4, velocity=80),
            DrumHit(piece=kick, step=0, velocity=90),
            DrumHit(piece=kick, step=0, velocity=110),
            DrumHit(piece=kick, step=16, velocity=90),
            DrumHit(step=2, velocity=90),
        ],
    )
    result = validate(constraints(role=ROLE_DRUMS, voices=4), bar, "fr")
    assert [(hit.piece, hit.step, hit.velocity) for hit in result.bar.hits] == [(kick, 0, 110), (snare, 4, 80)]
    reasons = sorted(correction.reason for correction in result.corrections)
    assert reasons == sorted(
        [
            events_pb2.CORRECTION_REASON_OUTSIDE_BAR,
            events_pb2.CORRECTION_REASON_DUPLICATE,
            events_pb2.CORRECTION_REASON_IMPOSSIBLE_VALUE,
        ]
    )
    assert any("Grosse caisse" in correction.explanation for correction in result.corrections)
    assert all(correction.HasField("hit") for correction in result.corrections)
    assert not any(correction.WhichOneof("after") for correction in result.corrections)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"velocity": 0}, {"velocity": 1}),
        ({"velocity": 200}, {"velocity": 127}),
        ({"offset_ticks": 300}, {"offset_ticks": MAX_TICKS}),
        ({"flam": Flam(lead_ticks=300, velocity=0)}, {"flam": Flam(lead_ticks=MAX_TICKS, velocity=1)}),
        (
            {"roll": Roll(strokes=1, span_ticks=120, last_velocity=90)},
            {"roll": Roll(strokes=2, span_ticks=120, last_velocity=90)},
        ),
        ({"velocity": 0, "offset_ticks": -300}, {"velocity": 1, "offset_ticks": -MAX_TICKS}),
    ],
)
def test_a_corrected_hit_tells_what_it_was_and_what_it_is(wrong: dict[str, Any], right: dict[str, Any]) -> None:
    made = DrumHit(**{"piece": music_pb2.DRUM_PIECE_RIDE, "step": 3, "velocity": 80, **wrong})
    expected = DrumHit(**{"piece": music_pb2.DRUM_PIECE_RIDE, "step": 3, "velocity": 80, **right})
    result = validate(constraints(role=ROLE_DRUMS, voices=4), Bar(meter=METERS[0], hits=[made]), "en")
    (correction,) = result.corrections
    assert (correction.hit, correction.hit_after) == (made, expected)
    assert result.bar.hits[0] == correction.hit_after
    assert correction.WhichOneof("before") == "hit"


def test_a_note_in_a_drum_part_and_a_hit_in_a_line_are_told_as_what_they_are() -> None:
    both = Bar(meter=METERS[0], notes=[note(60)], hits=[DrumHit(piece=music_pb2.DRUM_PIECE_KICK, velocity=90)])
    (of_drums,) = validate(constraints(role=ROLE_DRUMS, voices=4), both, "en").corrections
    assert (of_drums.WhichOneof("before"), of_drums.note) == ("note", both.notes[0])
    (of_line,) = validate(constraints("C", "major"), both, "en").corrections
    assert (of_line.WhichOneof("before"), of_line.hit) == ("hit", both.hits[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda wanted: wanted.ClearField("plans"),
        lambda wanted: wanted.plans[0].ClearField("pitch_classes"),
        lambda wanted: setattr(wanted, "highest_pitch", 60),
        lambda wanted: setattr(wanted, "highest_pitch", 200),
        lambda wanted: setattr(wanted, "role", 0),
        lambda wanted: setattr(wanted, "max_polyphony", 0),
    ],
)
def test_constraints_that_nothing_can_meet_are_refused(change: object) -> None:
    wanted = constraints()
    assert callable(change)
    change(wanted)
    with pytest.raises(ApiError) as caught:
        validate(wanted, line(60), "en")
    assert caught.value.field.startswith("constraints.")


def test_a_range_without_room_for_an_octave_is_told_by_its_lower_end() -> None:
    wanted = constraints()
    wanted.lowest_pitch, wanted.highest_pitch = 127, 0
    with pytest.raises(ApiError, match="lowest_pitch is 127; it must lie between 0 and 115"):
        validate(wanted, line(60), "en")


def test_a_correction_without_after_means_removed() -> None:
    correction: Correction = validate(constraints(), Bar(meter=METERS[0], notes=[note(60, 20)]), "en").corrections[0]
    assert correction.WhichOneof("after") is None
