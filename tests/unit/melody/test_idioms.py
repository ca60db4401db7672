"""What styles do beyond their rhythm: basses walk, pump and alternate, machines keep to the grid, hands do not."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, pstdev

import pytest
from boumbapp.music.v2.intent_pb2 import RhythmSkeleton
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_CHORDS, ROLE_MELODY, Bar, Role

from services.melody.styles.style_idiom import BassFigure, idiom_of
from tests.unit.melody.pieces import compose, g_minor_piece, minor_loop

SEEDS = range(10)
ON_BEATS = RhythmSkeleton(onset_weights=[100, 0, 20, 0] * 4, anchors=[0, 4, 8, 12], gate=0.9)
EIGHTHS = RhythmSkeleton(onset_weights=[100, 0, 80, 0] * 4, anchors=[0, 4, 8, 12], gate=0.7)
HALVES = RhythmSkeleton(onset_weights=[100, 0, 0, 0, 10, 0, 0, 0] * 2, anchors=[0, 8], gate=0.8)


def played(style: str, role: Role.ValueType, seed: int, rhythm: RhythmSkeleton | None = None) -> list[Bar]:
    brief = g_minor_piece(role, seed, bars=8, onsets=(4, 8), rhythm=rhythm)
    brief.intent.style = style
    return compose(brief)


def fifth_of(bar: Bar) -> int:
    return (minor_loop(bar.index).root + 7) % 12


def test_an_unknown_style_is_played_by_hand_on_a_riff() -> None:
    idiom = idiom_of("")
    assert (idiom.bass, idiom.machine, idiom.loop) == (BassFigure.RIFF, False, False)


def test_a_walking_bass_walks_from_root_to_root() -> None:
    arrivals, moves, tones = [], [], []
    for seed in SEEDS:
        bars = played("jazz", ROLE_BASS, seed, ON_BEATS)
        for bar in bars:
            beats = {note.start_step: note.pitch for note in bar.notes if note.start_step % 4 == 0}
            assert set(beats) == {0, 4, 8, 12}
            assert beats[0] % 12 == minor_loop(bar.index).root
            tones.append(len(set(beats.values())))
            moves += [abs(after - before) for before, after in pairwise(beats.values())]
        arrivals += [
            abs(after.notes[0].pitch - bar.notes[-1].pitch) for bar, after in pairwise(bars) if bar.index % 4 != 3
        ]
    assert fmean(tones) > 3.4  # no bar of root and third alone
    assert fmean(move == 0 for move in moves) < 0.03
    assert fmean(move <= 5 for move in moves) > 0.9
    assert fmean(arrival in (1, 2) for arrival in arrivals) > 0.6
    assert fmean(arrival in (1, 2, 5, 7) for arrival in arrivals) > 0.75


@pytest.mark.parametrize("seed", SEEDS)
def test_a_disco_bass_jumps_octaves_between_the_beats(seed: int) -> None:
    for bar in played("disco", ROLE_BASS, seed, EIGHTHS):
        root = minor_loop(bar.index).root
        assert {note.pitch % 12 for note in bar.notes if note.start_step % 4 == 0} == {root}
        pitches = {note.start_step: note.pitch for note in bar.notes}
        for beat in (0, 4, 8):
            if beat + 2 in pitches:
                assert abs(pitches[beat + 2] - pitches[4]) in (12, 7, 5)
        assert len(pitches) >= 7


@pytest.mark.parametrize("style", ["country", "bossa_nova"])
def test_root_and_fifth_alternate(style: str) -> None:
    for seed in SEEDS:
        for bar in played(style, ROLE_BASS, seed, HALVES):
            pitches = {note.start_step: note.pitch % 12 for note in bar.notes}
            assert pitches[0] == minor_loop(bar.index).root
            assert pitches[8] == fifth_of(bar)


def test_an_anticipating_bass_plays_the_next_root_before_its_bar() -> None:
    early = RhythmSkeleton(onset_weights=[50] * 16, anchors=[0, 6, 8, 14], gate=0.9)
    for bar in played("bossa_nova", ROLE_BASS, 1, early):
        if bar.index % 4 != 3:  # a phrase comes to rest on its own chord
            assert bar.notes[-1].pitch % 12 == minor_loop(bar.index + 1).root


@pytest.mark.parametrize("role", [ROLE_MELODY, ROLE_BASS, ROLE_CHORDS])
def test_machines_keep_to_the_grid_and_hands_do_not(role: Role.ValueType) -> None:
    machine, hand = ([played(style, role, seed) for seed in SEEDS] for style in ("techno", "rock"))
    assert all(note.offset_ticks == 0 for bars in machine for bar in bars for note in bar.notes)
    assert any(note.offset_ticks for bars in hand for bar in bars for note in bar.notes)
    assert unevenness(machine) < 0.6 * unevenness(hand)
    assert all(note.velocity > 45 for bars in machine for bar in bars for note in bar.notes)  # no ghosts


def unevenness(pieces: Sequence[Sequence[Bar]]) -> float:
    """How far velocities on one step scatter."""
    struck = defaultdict(list)
    for bars in pieces:
        for bar in bars:
            struck[bar.notes[0].start_step].append(bar.notes[0].velocity)
    return fmean(pstdev(velocities) for velocities in struck.values() if len(velocities) > 10)


def test_the_top_of_a_chord_leads_and_its_tones_are_struck_from_below() -> None:
    for bar in played("soul", ROLE_CHORDS, 3):
        for onset in {note.start_step for note in bar.notes}:
            voices = sorted((note for note in bar.notes if note.start_step == onset), key=lambda note: note.pitch)
            assert voices[-1].velocity >= max(note.velocity for note in voices)
            assert [note.offset_ticks for note in voices] == sorted(note.offset_ticks for note in voices)
            assert voices[-1].offset_ticks - voices[0].offset_ticks < 24
