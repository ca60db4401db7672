"""Figures of roles count what they say, and the page is made of the figures beside it."""

import json
from pathlib import Path

import pytest

from training.data.melody_track import TimedNote
from training.data.tunes import TuneChord
from training.evaluation.human_roles import add_part, passages_of
from training.evaluation.role_figures import Passage, PieceEnding, RoleSample, figures_of
from training.evaluation.roles import composed_roles
from training.evaluation.roles_page import page_of

DOCS = Path(__file__).parents[3] / "docs"
BAR = 16
CHORD = ((0, 8, 48), (0, 8, 52), (0, 8, 55))


def test_rests_repeats_range_and_onsets_of_many_voices() -> None:
    again = tuple((start + BAR, steps, pitch) for start, steps, pitch in CHORD)
    figures = figures_of(RoleSample([Passage(BAR, 3, (*CHORD, *again)), Passage(BAR, 1, ())], []))
    assert figures["rests"] == 3 / 4
    assert figures["repeated_bars"] == 1
    assert figures["range"] == 7
    assert figures["onsets_per_bar"] == 2 / 4
    assert figures["notes_per_onset"] == 3
    assert figures["ends_stable"] is figures["ends_on_tonic"] is None


@pytest.mark.parametrize(("pitch", "is_stable"), [(7, True), (11, True), (2, True), (5, False), (9, False)])
def test_stable_are_root_third_and_fifth_of_the_chord_at_the_end(pitch: int, is_stable: bool) -> None:
    ending = PieceEnding(pitch, tonic=0, root=7, tones=frozenset({7, 11, 2, 5}))
    assert figures_of(RoleSample([], [ending]))["ends_stable"] == int(is_stable)


def test_parts_are_cut_into_sixteen_bars_and_end_with_their_chord() -> None:
    notes = [TimedNote(BAR * bar, BAR * bar + 4, 60) for bar in range(1, 35)]
    assert [passage.bars for passage in passages_of(notes, BAR)] == [16, 16]
    sample = RoleSample()
    add_part(sample, notes, BAR, 5, [TuneChord(0, 0, 0b10010001), TuneChord(BAR * 40, 7, 0)])
    (ending,) = sample.endings
    assert (ending.pitch, ending.tonic, ending.root, ending.tones) == (0, 5, 0, frozenset({0, 4, 7}))
    add_part(sample, [], BAR, 5, [])
    assert len(sample.endings) == 1


def test_the_engine_composes_every_style_of_a_role() -> None:
    figures = figures_of(composed_roles(1, ["bass"])["bass"])
    assert figures["passages"] == 16
    assert figures["notes_per_onset"] == 1
    assert 0 <= float(figures["rests"] or 0) < 0.9


def test_the_page_is_made_of_the_figures_beside_it() -> None:
    figures = json.loads((DOCS / "evaluation-roles.json").read_text(encoding="utf-8"))
    assert page_of(figures) == (DOCS / "evaluation-roles.md").read_text(encoding="utf-8")
    assert set(figures["composed"]) == {"lead", "lead in loops", "bass", "chords", "arpeggio", "pad"}
