"""Whatever the constraints, what the specialist composes keeps to them, and can be composed again."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import ROLE_ARPEGGIO, ROLE_BASS, ROLE_DRUMS, ROLE_MELODY, Bar, Meter
from hypothesis import given, settings
from hypothesis import strategies as st

from music.meter import steps_per_bar
from services.composition.brief import CompositionBrief
from services.melody.engines.rule_based import start_piece
from tests.unit.melody.pieces import PITCHED, briefs, compose, fill, funk_bass, g_minor_piece, models

MONOPHONIC = (ROLE_MELODY, ROLE_BASS, ROLE_ARPEGGIO)


def assert_inside(bar: Bar, constraints: Constraints) -> None:
    steps = steps_per_bar(constraints.meter)
    plan = constraints.plans[bar.index % len(constraints.plans)]
    assert bar.notes
    assert bar.meter == constraints.meter
    assert [(note.start_step, note.pitch) for note in bar.notes] == sorted(
        {(note.start_step, note.pitch) for note in bar.notes}
    )
    for note in bar.notes:
        assert plan.pitch_classes >> note.pitch % 12 & 1
        assert constraints.lowest_pitch <= note.pitch <= constraints.highest_pitch
        assert note.duration_steps >= 1
        assert note.start_step + note.duration_steps <= steps
        assert 1 <= note.velocity <= 127
        assert -120 <= note.offset_ticks <= 120
        assert -120 <= note.release_ticks <= round(240 * constraints.swing.amount)
        assert 120 * note.start_step + note.offset_ticks >= 0
        assert 120 * note.duration_steps + note.release_ticks - note.offset_ticks > 12
    voices = 1 if constraints.role in MONOPHONIC else constraints.max_polyphony
    for step in range(steps):
        sounding = [note for note in bar.notes if note.start_step <= step < note.start_step + note.duration_steps]
        assert len(sounding) <= voices
        assert len({note.pitch for note in sounding}) == len(sounding)


@given(briefs())
@settings(max_examples=150, deadline=None)
def test_every_bar_keeps_to_the_constraints(brief: CompositionBrief) -> None:
    bars = compose(brief)
    assert [bar.index for bar in bars] == list(range(brief.bars))
    for bar in bars:
        assert_inside(bar, brief.constraints)


@given(briefs())
@settings(max_examples=80, deadline=None)
def test_onsets_are_as_many_as_wanted(brief: CompositionBrief) -> None:
    constraints = brief.constraints
    steps = steps_per_bar(constraints.meter)
    most = min(max(constraints.max_onsets, 1), steps)
    fewest = min(max(constraints.min_onsets, 1), most)
    if not constraints.min_onsets and not constraints.max_onsets:
        return  # nothing is wanted
    for bar in compose(brief):
        onsets = {note.start_step for note in bar.notes}
        assert len(onsets) <= max(most, 1)
        if constraints.role != ROLE_ARPEGGIO:  # a steady pulse comes first there
            assert len(onsets) >= fewest


@given(briefs(most_bars=9))
@settings(max_examples=60, deadline=None)
def test_resuming_after_any_bar_gives_the_very_same_rest(brief: CompositionBrief) -> None:
    whole = compose(brief)
    for given_bars in range(1, brief.bars):
        resumed = compose(replace(brief, given_bars=tuple(whole[:given_bars])))
        assert resumed == whole[given_bars:]


@given(briefs(most_bars=9), st.integers(0, 2**9 - 1))
@settings(max_examples=30, deadline=None)
def test_a_gap_is_filled_as_if_all_before_it_were_given(brief: CompositionBrief, kept: int) -> None:
    foreign = compose(replace(brief, seed=(brief.seed + 1) % 2**32))
    there = tuple(bar for bar in reversed(foreign) if kept >> bar.index & 1)
    filled = dict(enumerate(foreign)) | {bar.index: bar for bar in fill(replace(brief, given_bars=there))}
    for index in range(brief.bars):
        if not kept >> index & 1:
            known = tuple(bar for at, bar in filled.items() if at < index or (at > index and kept >> at & 1))
            assert fill(replace(brief, given_bars=known))[0] == filled[index]


@given(briefs(most_bars=5))
@settings(max_examples=60, deadline=None)
def test_any_given_bars_are_gone_on_from(brief: CompositionBrief) -> None:
    foreign = compose(replace(brief, seed=(brief.seed + 1) % 2**32))[: brief.bars - 1]
    for bar in foreign:
        del bar.notes[::2]  # somebody edited them
    for bar in compose(replace(brief, given_bars=tuple(foreign))):
        assert_inside(bar, brief.constraints)


def test_a_bar_of_32_half_notes_is_composed() -> None:
    meter = Meter(beats=32, beat_unit=2)
    for role in PITCHED:
        brief = g_minor_piece(role, 1, bars=2, meter=meter, onsets=(60, 120))
        for bar in compose(brief):
            assert_inside(bar, brief.constraints)


def test_drums_are_refused() -> None:
    brief = CompositionBrief(constraints=Constraints(role=ROLE_DRUMS), intent=funk_bass(1).intent, bars=1, seed=1)
    with pytest.raises(ValueError, match="pitched"):
        start_piece(models(), brief)


def test_another_process_with_another_hash_seed_composes_the_same() -> None:
    root = Path(__file__).resolve().parents[3]
    program = (
        "import hashlib; from tests.unit.melody.pieces import *\n"
        "for role in PITCHED:\n"
        "    for bar in compose(g_minor_piece(role, 99, bars=9)):\n"
        "        print(hashlib.sha256(bar.SerializeToString(deterministic=True)).hexdigest())"
    )
    prints = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={"PYTHONPATH": f"{root}:{root / 'gen' / 'python'}", "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert prints[0] == prints[1]
    assert len(set(prints[0].split())) == 9 * len(PITCHED)


def test_seeds_differ() -> None:
    for role in PITCHED:
        pieces = {
            tuple(bar.SerializeToString(deterministic=True) for bar in compose(g_minor_piece(role, seed)))
            for seed in range(10)
        }
        assert len(pieces) == 10
