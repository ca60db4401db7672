"""What musicians would say of the specialist: basses groove, lines breathe, parts differ, phrases answer each other."""

from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from statistics import fmean, pstdev

import pytest
from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    ROLE_PAD,
    Bar,
    Meter,
    Note,
    Role,
)

from music.meter import BEAT, SIXTEENTH, step_weights
from tests.unit.melody.pieces import FOUR_FOUR, compose, funk_bass, g_minor_piece, minor_loop

_BAR, _HALF_BAR = 16, 8  # steps
SEEDS = range(20)
WEIGHTS = step_weights(FOUR_FOUR)


def onsets(bar: Bar) -> list[int]:
    return sorted({note.start_step for note in bar.notes})


def notes(bars: Sequence[Bar]) -> list[Note]:
    return [note for bar in bars for note in bar.notes]


def top_line(bars: Sequence[Bar]) -> list[int]:
    return [max(note.pitch for note in bar.notes if note.start_step == onset) for bar in bars for onset in onsets(bar)]


def intervals(bars: Sequence[Bar]) -> list[int]:
    return [after - before for before, after in pairwise(top_line(bars))]


def share(values: Sequence[bool]) -> float:
    return fmean(map(float, values))


def off_beat(steps: Sequence[int]) -> float:
    return share([WEIGHTS[step] < BEAT for step in steps])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_funk_bass_is_syncopated_beyond_a_straight_line(seed: int) -> None:
    bars = compose(funk_bass(seed))
    played = [onset for bar in bars for onset in onsets(bar)]
    straight = list(range(0, 16, 2))  # eighths, half of them on the beat
    assert off_beat(played) > off_beat(straight)
    assert share([WEIGHTS[step] == SIXTEENTH for step in played]) > 0.15
    # Notes that begin off the beat and sound over it.
    over_the_beat = sum(
        note.start_step % 4 != 0 and note.start_step // 4 != (note.start_step + note.duration_steps - 1) // 4
        for note in notes(bars)
    )
    anticipations = sum(onset % 4 == 3 and (onset + 1) % 16 not in onsets(bar) for bar in bars for onset in onsets(bar))
    assert over_the_beat + anticipations >= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_funk_bass_starts_on_the_one_with_the_root(seed: int) -> None:
    bars = compose(funk_bass(seed))
    for bar in bars:
        assert bar.notes[0].start_step == 0
        assert bar.notes[0].pitch % 12 == minor_loop(bar.index).root
        assert bar.notes[0].velocity >= 80


@pytest.mark.parametrize("seed", SEEDS)
def test_a_funk_bass_is_no_scale_exercise(seed: int) -> None:
    bars = compose(funk_bass(seed))
    moves = intervals(bars)
    assert len({note.pitch for note in notes(bars)}) >= 6
    assert len({note.duration_steps for note in notes(bars)}) >= 2
    assert share([0 < abs(move) <= 2 for move in moves]) < 0.5
    directions = [move > 0 for move in moves if move]
    assert max(len(list(run)) for _, run in groupby(directions)) <= 5
    assert max(map(abs, moves)) <= 12


def test_a_funk_bass_has_ghost_notes_and_space() -> None:
    played = [bar for seed in SEEDS for bar in compose(funk_bass(seed))]
    ghosts = share([note.velocity < 45 for note in notes(played)])
    assert 0.02 < ghosts < 0.3
    # Staccato: a good part of the time is silent.
    sounding = sum(note.duration_steps + note.release_ticks / 120 for note in notes(played))
    assert sounding < 0.75 * 16 * len(played)


def test_basses_mostly_play_chord_tones_and_melodies_more_than_chance() -> None:
    def chord_tones(role: Role.ValueType) -> float:
        bars = [bar for seed in SEEDS for bar in compose(g_minor_piece(role, seed, bars=8))]
        return share(
            [bool(minor_loop(bar.index).pitch_classes >> note.pitch % 12 & 1) for bar in bars for note in bar.notes]
        )

    assert chord_tones(ROLE_BASS) > 0.75
    assert 3 / 7 + 0.08 < chord_tones(ROLE_MELODY) < 0.85  # three of seven tones would be chance
    assert chord_tones(ROLE_ARPEGGIO) == 1
    assert chord_tones(ROLE_CHORDS) == 1


def test_roles_differ_in_polyphony_intervals_and_rhythm() -> None:
    pieces = {
        role: [compose(g_minor_piece(role, seed, bars=8, onsets=None)) for seed in SEEDS]
        for role in (ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD)
    }

    def mean(role: Role.ValueType, figure: Callable[[list[Bar]], float]) -> float:
        return fmean(figure(bars) for bars in pieces[role])

    def voices(bars: list[Bar]) -> float:
        return len(notes(bars)) / len(top_line(bars))

    def steps(bars: list[Bar]) -> float:
        return share([0 < abs(move) <= 2 for move in intervals(bars)])

    def wide(bars: list[Bar]) -> float:
        return share([abs(move) >= 5 for move in intervals(bars)])

    def unevenness(bars: list[Bar]) -> float:
        return fmean(pstdev(after - before for before, after in pairwise([*onsets(bar), 16])) for bar in bars)

    def busyness(bars: list[Bar]) -> float:
        return fmean(len(onsets(bar)) for bar in bars)

    for role in (ROLE_MELODY, ROLE_BASS, ROLE_ARPEGGIO):
        assert mean(role, voices) == 1
    for role in (ROLE_CHORDS, ROLE_PAD):
        assert mean(role, voices) >= 3
    assert mean(ROLE_MELODY, steps) > 0.3  # 0.43 in eight bars of POP909
    assert mean(ROLE_BASS, steps) < 0.3
    assert mean(ROLE_ARPEGGIO, steps) < 0.15
    assert mean(ROLE_BASS, wide) > 2 * mean(ROLE_MELODY, wide)
    assert mean(ROLE_ARPEGGIO, unevenness) == 0
    assert mean(ROLE_MELODY, unevenness) > 0.4
    assert mean(ROLE_PAD, busyness) < mean(ROLE_CHORDS, busyness) < mean(ROLE_ARPEGGIO, busyness)


@pytest.mark.parametrize("role", [ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO])
def test_more_density_is_more_onsets(role: Role.ValueType) -> None:
    def mean_onsets(wanted: tuple[int, int]) -> float:
        pieces = [compose(g_minor_piece(role, seed, onsets=wanted)) for seed in SEEDS]
        return fmean(len(onsets(bar)) for bars in pieces for bar in bars)

    means = [mean_onsets(wanted) for wanted in ((1, 4), (4, 8), (8, 14), (14, 16))]
    assert means == sorted(means)
    assert all(later - earlier >= 1 for earlier, later in pairwise(means))


@pytest.mark.parametrize("role", [ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD])
def test_a_higher_register_sounds_higher(role: Role.ValueType) -> None:
    def mean_pitch(lowest: int) -> float:
        pieces = [compose(g_minor_piece(role, seed, pitches=(lowest, lowest + 19))) for seed in SEEDS]
        return fmean(note.pitch for bars in pieces for note in notes(bars))

    means = [mean_pitch(lowest) for lowest in (36, 45, 54, 66)]
    assert all(later - earlier > 4 for earlier, later in pairwise(means))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_melody_answers_its_question_and_closes(seed: int) -> None:
    bars = compose(g_minor_piece(ROLE_MELODY, seed, bars=8))
    # The answer begins like the question.
    question, answer = ({step for step in onsets(bars[place]) if step < _HALF_BAR} for place in (0, 4))
    assert question <= answer
    # A phrase ends on a tone of its last chord.
    for bar in (bars[3], bars[7]):
        assert minor_loop(bar.index).pitch_classes >> bar.notes[-1].pitch % 12 & 1


def test_a_phrase_leaves_more_room_after_its_last_note_than_inside() -> None:
    last, inner = [], []
    for seed in SEEDS:
        bars = compose(g_minor_piece(ROLE_MELODY, seed, bars=8))
        last += [_BAR - onsets(bar)[-1] for bar in (bars[3], bars[7])]
        inner += [after - before for bar in bars for before, after in pairwise(onsets(bar))]
    assert fmean(last) > 1.3 * fmean(inner)


def test_melodies_recall_their_first_bar_more_than_strangers_do() -> None:
    def likeness(first: Bar, second: Bar) -> float:
        one, other = ({(note.start_step, note.pitch) for note in bar.notes} for bar in (first, second))
        return len(one & other) / len(one | other)

    pieces = [compose(g_minor_piece(ROLE_MELODY, seed, bars=8)) for seed in SEEDS]
    within = fmean(likeness(bars[0], bars[4]) for bars in pieces)
    across = fmean(likeness(one[0], other[4]) for one, other in pairwise(pieces))
    assert within > 0.4 > 2 * across
    assert fmean(likeness(bars[0], bars[1]) for bars in pieces) < 0.5  # and yet they are no loop of one bar


@pytest.mark.parametrize("seed", SEEDS)
def test_a_melody_moves_but_does_not_run(seed: int) -> None:
    bars = compose(g_minor_piece(ROLE_MELODY, seed, bars=8))
    moves = intervals(bars)
    assert len({note.pitch for note in notes(bars)}) >= 4
    assert share([abs(move) <= 4 for move in moves]) > 0.5
    assert max(map(abs, moves)) <= 14
    ways = [1 if 0 < move <= 2 else -1 if -2 <= move < 0 else 0 for move in moves]
    assert max(len(list(run)) for way, run in groupby(ways) if way) <= 9
    assert share([move == 0 for move in moves]) < 0.6


def test_velocities_live_and_follow_the_metre() -> None:
    for role in (ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO):
        played = [note for seed in SEEDS for note in notes(compose(g_minor_piece(role, seed)))]
        assert pstdev(note.velocity for note in played) > 3
        strong = fmean(note.velocity for note in played if WEIGHTS[note.start_step] > BEAT)
        weak = fmean(note.velocity for note in played if WEIGHTS[note.start_step] < BEAT)
        assert strong > weak + 2


def test_swing_delays_off_beat_sixteenths_only() -> None:
    brief = g_minor_piece(ROLE_MELODY, 3, bars=8, onsets=(10, 14))
    brief.constraints.swing.amount = 0.33
    played = notes(compose(brief))
    late = [note.offset_ticks for note in played if note.start_step % 2]
    straight = [note.offset_ticks for note in played if note.start_step % 2 == 0]
    assert fmean(late) == pytest.approx(40, abs=6)
    assert abs(fmean(straight)) < 6


def test_chords_change_with_the_harmony_by_small_steps() -> None:
    bars = compose(g_minor_piece(ROLE_CHORDS, 5, bars=8))
    voicings = [sorted(note.pitch for note in bar.notes if note.start_step == onsets(bar)[0]) for bar in bars]
    for bar, voicing in zip(bars, voicings, strict=True):
        tones = {pitch % 12 for pitch in voicing}
        assert sum(1 << tone for tone in tones) == minor_loop(bar.index).pitch_classes
    assert fmean(abs(after[-1] - before[-1]) for before, after in pairwise(voicings)) <= 3


def test_a_pad_holds_common_tones_over_the_bar_line() -> None:
    bars = compose(g_minor_piece(ROLE_PAD, 5, bars=8, onsets=(1, 1)))
    for before, bar in pairwise(bars):
        held = {note.pitch for note in bar.notes if note.tied}
        until_the_line = {n.pitch for n in before.notes if n.start_step + n.duration_steps == 16}
        assert held <= until_the_line
        assert any(not note.tied for note in bar.notes)
    assert any(note.tied for note in notes(bars))


def test_parts_follow_a_change_of_chord_inside_the_bar() -> None:
    brief = g_minor_piece(ROLE_BASS, 2, bars=4)
    for plan in brief.constraints.plans:
        second = plan.chords.add()
        second.CopyFrom(minor_loop(1))
        second.start_step = 8
    for bar in compose(brief):
        first_over_second = next(note for note in bar.notes if note.start_step >= 8)
        assert first_over_second.pitch % 12 == 3


@pytest.mark.parametrize("meter", [(3, 4), (6, 8), (7, 8), (5, 4)])
def test_bass_and_melody_lean_on_the_beats_of_any_metre(meter: tuple[int, int]) -> None:
    signature = Meter(beats=meter[0], beat_unit=meter[1])
    weights = step_weights(signature)
    for role in (ROLE_MELODY, ROLE_BASS):
        pieces = [compose(g_minor_piece(role, seed, meter=signature, onsets=(3, 6))) for seed in SEEDS]
        played = [note.start_step for bars in pieces for note in notes(bars)]
        assert share([weights[step] >= 1 for step in played]) > 0.7
        assert share([step == 0 for step in played]) > 1 / len(weights)
