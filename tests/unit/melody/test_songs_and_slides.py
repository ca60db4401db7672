"""Leads of songs breathe, develop and close; hooks keep to themselves; 808s slide."""

from itertools import pairwise
from statistics import fmean

import pytest
from boumbapp.music.v2.intent_pb2 import ENDING_LOOP, RhythmSkeleton
from boumbapp.music.v2.music_pb2 import ROLE_ARPEGGIO, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY, ROLE_PAD, Bar

from services.composition.brief import CompositionBrief
from tests.unit.melody.pieces import compose, g_minor_piece

SEEDS = range(16)
BARS, STEPS = 8, 16
TRESILLO = RhythmSkeleton(
    onset_weights=[100 if step in (0, 3, 6, 8, 11, 14) else 0 for step in range(STEPS)],
    anchors=[0, 3, 6, 8, 11, 14],
    gate=1,
)


def song(seed: int, style: str = "", ending: int = 0) -> CompositionBrief:
    brief = g_minor_piece(ROLE_MELODY, seed, bars=BARS)
    brief.constraints.plans[-1].final = ending != ENDING_LOOP
    brief.constraints.plans[-1].chords[0].CopyFrom(brief.constraints.plans[0].chords[0])
    brief.intent.style = style
    brief.intent.ending = ending  # type: ignore[assignment]  # enum values are ints
    return brief


def silence(bars: list[Bar]) -> float:
    """Share of the steps on which nothing sounds."""
    sounding = {
        bar.index * STEPS + step
        for bar in bars
        for note in bar.notes
        for step in range(note.start_step, note.start_step + note.duration_steps)
    }
    return 1 - len(sounding) / (STEPS * len(bars))


def repeated(bars: list[Bar]) -> float:
    """Share of the bars that were played before, note by note."""
    written = [tuple((note.start_step, note.pitch) for note in bar.notes) for bar in bars]
    return fmean(bar in written[:index] for index, bar in enumerate(written))


def test_leads_of_songs_rest_as_singers_do_and_repeat_few_bars() -> None:
    songs = [compose(song(seed)) for seed in SEEDS]
    assert 0.08 <= fmean(map(silence, songs)) <= 0.3
    assert fmean(map(repeated, songs)) < 0.15


def test_hooks_come_back_and_leave_little_room() -> None:
    hooks = [compose(song(seed, "techno", ENDING_LOOP)) for seed in SEEDS]
    songs = [compose(song(seed)) for seed in SEEDS]
    assert fmean(map(repeated, hooks)) > 2 * fmean(map(repeated, songs))
    assert fmean(map(silence, hooks)) < fmean(map(silence, songs))


def test_a_piece_that_closes_ends_on_its_tonic() -> None:
    last = [compose(song(seed))[-1].notes[-1].pitch % 12 for seed in SEEDS]
    assert fmean(pitch == 7 for pitch in last) >= 0.9
    looped = [compose(song(seed, ending=ENDING_LOOP))[-1].notes[-1].pitch % 12 for seed in SEEDS]
    assert fmean(pitch == 7 for pitch in looped) < 1


def test_a_bass_that_closes_ends_on_the_root() -> None:
    for seed in SEEDS:
        brief = g_minor_piece(ROLE_BASS, seed, bars=4)
        brief.constraints.plans[-1].final = True
        root = brief.constraints.plans[-1].chords[0].root
        assert compose(brief)[-1].notes[-1].pitch % 12 == root


@pytest.mark.parametrize(("style", "slides"), [("drill", True), ("acid", True), ("funk", False), ("", False)])
def test_808s_and_303s_slide_from_the_tone_before(style: str, slides: bool) -> None:
    glides = 0
    for seed in SEEDS:
        brief = g_minor_piece(ROLE_BASS, seed, bars=4)
        brief.intent.style = style
        for bar in compose(brief):
            for before, note in pairwise(bar.notes):
                if note.HasField("glide"):
                    glides += 1
                    assert note.glide.from_pitch == before.pitch != note.pitch
                    assert before.start_step + before.duration_steps == note.start_step
                    assert 0 < note.glide.length_ticks <= note.duration_steps * 120
    assert (glides > 0) == slides


def test_a_written_figure_is_kept_by_pads_and_arpeggios() -> None:
    for role, onsets in ((ROLE_ARPEGGIO, (4, 8)), (ROLE_PAD, (1, 6))):
        for bar in compose(g_minor_piece(role, 3, onsets=onsets, rhythm=TRESILLO)):
            assert sorted({note.start_step for note in bar.notes}) == list(TRESILLO.anchors), role
    # Where more tones are asked for, the pulse is denser.
    dense = compose(g_minor_piece(ROLE_ARPEGGIO, 3, onsets=(12, 16), rhythm=TRESILLO))
    assert all(len(bar.notes) >= 12 for bar in dense)


def test_comping_does_not_stutter() -> None:
    for seed in SEEDS:
        for bar in compose(g_minor_piece(ROLE_CHORDS, seed, bars=4)):
            onsets = sorted({note.start_step for note in bar.notes})
            assert all(after - before > 1 for before, after in pairwise(onsets)), (seed, onsets)
