"""What words ask of a line whatever its style: exact triplets, basses that walk and slide; few repeated bars."""

from itertools import pairwise
from statistics import fmean

import pytest
from boumbapp.music.v2.intent_pb2 import (
    NOTE_VALUE_EIGHTH_TRIPLET,
    NOTE_VALUE_QUARTER,
    NOTE_VALUE_QUARTER_TRIPLET,
    NoteValue,
    RhythmSkeleton,
)
from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    SWING_UNIT_EIGHTH,
    Bar,
    Meter,
    Role,
    Swing,
)

from services.composition.brief import CompositionBrief
from tests.unit.melody.pieces import compose, g_minor_piece, minor_loop

TICKS, QUARTER = 120, 480
SEEDS = range(6)


def shaped(
    role: Role.ValueType, seed: int, *values: NoteValue.ValueType, swing: float = 0, bars: int = 4
) -> CompositionBrief:
    brief = g_minor_piece(role, seed, bars=bars)
    brief.intent.shape.note_values.extend(values)
    brief.constraints.swing.CopyFrom(Swing(amount=swing, unit=SWING_UNIT_EIGHTH))
    return brief


def spans(bars: list[Bar]) -> list[tuple[int, int]]:
    """Onset and end of each note in ticks of its bar."""
    return [
        (note.start_step * TICKS + note.offset_ticks, end * TICKS + note.release_ticks)
        for bar in bars
        for note in bar.notes
        for end in (note.start_step + note.duration_steps,)
    ]


@pytest.mark.parametrize("swing", [0, 1 / 3])
@pytest.mark.parametrize("role", [ROLE_MELODY, ROLE_BASS, ROLE_ARPEGGIO, ROLE_CHORDS], ids=Role.Name)
def test_triplets_are_exact_whatever_swings(role: Role.ValueType, swing: float) -> None:
    for value, unit in ((NOTE_VALUE_EIGHTH_TRIPLET, 160), (NOTE_VALUE_QUARTER_TRIPLET, 320)):
        for seed in SEEDS:
            bars = compose(shaped(role, seed, value, swing=swing))
            found = spans(bars[:3])  # the last bar comes to rest
            assert {start % (3 * unit) for start, _ in found} == {0, unit, 2 * unit}
            assert {end - start for start, end in found} == {unit}


def test_triplets_stand_beside_quarters_and_end_on_a_note_that_rests() -> None:
    for seed in SEEDS:
        bars = compose(shaped(ROLE_MELODY, seed, NOTE_VALUE_QUARTER, NOTE_VALUE_EIGHTH_TRIPLET))
        starts = {start % QUARTER for start, _ in spans(bars)}
        assert starts & {160}
        assert starts & {320}
        last = bars[-1].notes[-1]
        assert last.duration_steps >= 3
        assert minor_loop(3).pitch_classes >> last.pitch % 12 & 1


def test_a_dotted_beat_is_divided_in_three_already() -> None:
    brief = g_minor_piece(ROLE_MELODY, 1, meter=Meter(beats=6, beat_unit=8), onsets=(3, 6))
    brief.intent.shape.note_values.append(NOTE_VALUE_EIGHTH_TRIPLET)
    assert all(abs(note.offset_ticks) < 20 for bar in compose(brief) for note in bar.notes)


def test_a_bass_walks_whatever_its_style() -> None:
    beats = RhythmSkeleton(onset_weights=[100, 0, 15, 0] * 4, anchors=[0, 4, 8, 12], gate=0.9)
    for style in ("", "funk", "reggae", "techno"):
        for seed in SEEDS:
            brief = g_minor_piece(ROLE_BASS, seed, bars=8, onsets=(4, 5), rhythm=beats)
            brief.intent.style = style
            brief.intent.shape.walking_bass = True
            bars = compose(brief)
            walked = [note.pitch for bar in bars for note in bar.notes if note.start_step % 4 == 0]
            assert len(walked) == 4 * len(bars)
            assert all(bar.notes[0].pitch % 12 == minor_loop(bar.index).root for bar in bars)
            moves = [abs(after - before) for before, after in pairwise(walked)]
            assert fmean(0 < move <= 5 for move in moves) > 0.85
            assert len(set(walked)) >= 6


def test_slides_come_where_they_are_asked_for() -> None:
    glides = {False: 0, True: 0}
    for slides in glides:
        for seed in SEEDS:
            brief = g_minor_piece(ROLE_BASS, seed)
            brief.intent.shape.slides = slides
            glides[slides] += sum(note.HasField("glide") for bar in compose(brief) for note in bar.notes)
    assert glides[False] == 0
    assert glides[True] >= len(SEEDS)


@pytest.mark.parametrize("meter", [Meter(beats=4, beat_unit=4), Meter(beats=6, beat_unit=8)])
def test_no_lead_of_a_song_repeats_more_than_a_bar_in_eight(meter: Meter) -> None:
    for seed in range(20):
        brief = g_minor_piece(ROLE_MELODY, seed, bars=8, meter=meter, onsets=(2, 5))
        played = [tuple((note.start_step, note.pitch) for note in bar.notes) for bar in compose(brief)]
        assert sum(line in played[:index] for index, line in enumerate(played)) <= 1


@pytest.mark.parametrize("role", [ROLE_BASS, ROLE_CHORDS], ids=Role.Name)
def test_variations_keep_what_a_style_writes(role: Role.ValueType) -> None:
    written = {0: 100, 3: 100, 6: 50, 8: 100, 11: 50, 14: 50}
    rhythm = RhythmSkeleton(onset_weights=[written.get(step, 0) for step in range(16)], anchors=[0, 3, 8], gate=0.9)
    for seed in range(12):
        for bar in compose(g_minor_piece(role, seed, bars=8, onsets=(4, 5), rhythm=rhythm)):
            onsets = {note.start_step for note in bar.notes}
            assert {0, 3, 8} <= onsets <= written.keys()
