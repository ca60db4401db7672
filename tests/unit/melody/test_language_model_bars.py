"""Bars of a language model: whatever keeps to the pattern becomes a whole bar in key, however it is cut in pieces."""

import re
from collections.abc import Sequence

import pytest
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    Bar,
    Chord,
    Key,
    Meter,
    Note,
    Role,
)
from hypothesis import given
from hypothesis import strategies as st

from llm.faults import Fault, LanguageModelError
from services.composition.brief import CompositionBrief
from services.composition.language_model.song_plan import SongPlan
from services.melody.language_model.bar_symbols import BarSymbols
from services.melody.language_model.readers import ColouredBar, FreeBar, onset_groups
from services.melody.language_model.writer import MelodyWriter
from services.melody.plan.bar_constraints import bar_constraints_of

SCALES = {"minor": 0b0101_1010_1101, "pentatonic": 0b0010_1001_0101, "hijaz": 0b0101_1011_0011}
RANGES = {ROLE_BASS: (28, 52), ROLE_MELODY: (60, 84), ROLE_CHORDS: (48, 76)}


def constraints_of(role: Role.ValueType, scale: str, tonic: int, beats: int) -> Constraints:
    mask = SCALES[scale]
    turned = sum(1 << (tonic + above) % 12 for above in range(12) if mask >> above & 1)
    low, high = RANGES[role]
    plan = BarPlan(
        key=Key(tonic="C", scale=scale),
        tonic=tonic,
        pitch_classes=turned,
        chords=[Chord(root=tonic, bass=tonic, pitch_classes=1 << tonic)],
    )
    return Constraints(
        meter=Meter(beats=beats, beat_unit=4),
        role=role,
        lowest_pitch=low,
        highest_pitch=high,
        max_polyphony=4 if role == ROLE_CHORDS else 1,
        min_onsets=2,
        max_onsets=6,
        plans=[plan],
    )


CONSTRAINTS = st.builds(
    constraints_of, st.sampled_from(list(RANGES)), st.sampled_from(list(SCALES)), st.integers(0, 11), st.integers(3, 5)
)


def symbols_of(constraints: Constraints) -> BarSymbols:
    bar = bar_constraints_of(constraints, 0)
    return BarSymbols(bar, constraints.plans[0].tonic, constraints.role == ROLE_CHORDS)


def pieces(text: str, sizes: Sequence[int]) -> list[str]:
    found, at = [], 0
    for turn in range(len(text)):
        size = sizes[turn % len(sizes)]
        found.append(text[at : at + size])
        at += size
        if at >= len(text):
            break
    return found


def is_whole(bar: Bar, constraints: Constraints) -> bool:
    steps = constraints.meter.beats * 4
    mask = constraints.plans[0].pitch_classes
    return all(
        mask >> note.pitch % 12 & 1
        and constraints.lowest_pitch <= note.pitch <= constraints.highest_pitch
        and 0 < note.duration_steps <= steps - note.start_step
        for note in bar.notes
    )


def drafted(reader: FreeBar) -> Bar | None:
    try:
        return reader.draft()
    except (ValueError, LanguageModelError):
        return None


@given(CONSTRAINTS, st.data(), st.lists(st.integers(1, 7), min_size=1, max_size=5))
def test_all_that_the_pattern_allows_is_a_whole_bar_in_key(
    constraints: Constraints, data: st.DataObject, sizes: list[int]
) -> None:
    symbols = symbols_of(constraints)
    text = data.draw(st.from_regex(symbols.bar_pattern(2, 6), fullmatch=True))
    reader = FreeBar(symbols, [], lambda bar: bar)
    for piece in pieces(f'"{text}"', sizes):
        if reader.take(piece):
            break
    if bar := drafted(reader):
        assert is_whole(bar, constraints)
    else:  # nothing but rests, the same note twice at once, or one stacked on a rest
        assert "+" in text or "r" in text


@given(CONSTRAINTS, st.text(max_size=60))
def test_any_text_is_a_whole_bar_or_refused(constraints: Constraints, text: str) -> None:
    reader = FreeBar(symbols_of(constraints), [], lambda bar: bar)
    for letter in f'"{text}"':
        reader.take(letter)
    bar = drafted(reader) or Bar()
    assert sum(1 for note in bar.notes if note.start_step + note.duration_steps > 4 * constraints.meter.beats) == 0


@given(CONSTRAINTS, st.data(), st.lists(st.integers(0, 11), min_size=1, max_size=8, unique=True))
def test_colours_keep_the_rhythm_the_key_and_the_range(
    constraints: Constraints, data: st.DataObject, starts: list[int]
) -> None:
    symbols = symbols_of(constraints)
    low = symbols.constraints.pitches[0]
    given_bar = Bar(index=0, meter=constraints.meter)
    for start in sorted(starts):
        for pitch in (low, low + 4, low + 7) if symbols.polyphonic else (low,):
            given_bar.notes.add(pitch=pitch, start_step=start, duration_steps=1, velocity=70 + start, offset_ticks=3)
    text = data.draw(st.from_regex(symbols.colour_pattern(sorted(starts)), fullmatch=True))
    reader = ColouredBar(symbols, given_bar)
    assert [reader.take(letter) for letter in f'"{text}"'][-1]
    bar = reader.draft()
    tops = [max(group, key=lambda note: note.pitch) for group in onset_groups(bar)]
    assert [(n.start_step, n.duration_steps, n.velocity, n.offset_ticks) for n in tops] == [
        (start, 1, 70 + start, 3) for start in sorted(starts)
    ]
    mask = constraints.plans[0].pitch_classes
    assert all(mask >> top.pitch % 12 & 1 for top in tops)
    assert all(constraints.lowest_pitch <= top.pitch <= constraints.highest_pitch for top in tops)
    for group in onset_groups(bar):
        assert len({note.pitch for note in group}) == len(group)


def test_a_chord_is_voiced_below_its_new_top() -> None:
    constraints = constraints_of(ROLE_CHORDS, "minor", 9, 4)
    given_bar = Bar(meter=constraints.meter)
    given_bar.notes.extend(Note(pitch=p, start_step=0, duration_steps=16, velocity=80) for p in (57, 60, 64))
    reader = ColouredBar(symbols_of(constraints), given_bar)
    reader.take('"1"')
    assert [note.pitch for note in reader.draft().notes] == [60, 64, 69]


def test_the_same_bar_again_and_again_is_refused() -> None:
    constraints = constraints_of(ROLE_MELODY, "minor", 0, 4)
    same: list[Bar] = []
    for _ in range(3):
        reader = FreeBar(symbols_of(constraints), same, lambda bar: bar)
        reader.take('"1:8 5:8"')
        same.append(reader.draft())
    again = FreeBar(symbols_of(constraints), same, lambda bar: bar)
    again.take('"1:8 5:8"')
    with pytest.raises(LanguageModelError) as raised:
        again.draft()
    assert raised.value.fault is Fault.REPEATED


@given(CONSTRAINTS, st.sampled_from("lmh"), st.integers(1, 3), st.integers(0, 9))
def test_a_plan_never_leaves_what_the_constraints_allow(
    constraints: Constraints, height: str, amount: int, index: int
) -> None:
    brief = CompositionBrief(constraints=constraints, intent=Intent(bpm=120), bars=10, seed=1)
    plan = SongPlan("funk", "AABA", dict.fromkeys("ABC", (height, amount)))
    planned = MelodyWriter().planned(brief, plan, index).constraints
    assert constraints.lowest_pitch <= planned.lowest_pitch < planned.highest_pitch <= constraints.highest_pitch
    assert constraints.min_onsets <= planned.min_onsets <= planned.max_onsets <= constraints.max_onsets
    assert planned.plans == constraints.plans


def test_patterns_hold_no_note_out_of_key() -> None:
    symbols = symbols_of(constraints_of(ROLE_BASS, "minor", 7, 4))
    pattern = re.compile(symbols.bar_pattern(2, 6))
    assert pattern.fullmatch("1:4 b3:4 5:8")
    assert not pattern.fullmatch("1:4 3:4 5:8")
