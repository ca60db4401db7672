"""The gates of training from the journal: each lets through what it should, and nothing else."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM

from modelstore.registry import Gate
from training.data.tunes import Tune, TuneNote
from training.journal.composing import Composed
from training.journal.config import JournalTrainingConfig
from training.journal.gates import data_gates, different, likelihood_gates, music_gates, style_gate, variety

CONFIG = JournalTrainingConfig(least_pieces=3)


def tune(name: str, start: int, shift: int = 0) -> Tune:
    """A line of its own for each start, moved by a number of semitones."""
    notes = tuple(TuneNote(n // 4, n % 4 * 4, 4, 60 + shift + (start * n * n + n) % 12) for n in range(32))
    return Tune(name, "", 4, 4, 0, "major", 8, notes)


def composed(moves: list[int], density: int = LEVEL_MEDIUM, onsets: float = 8, corrections: int = 0) -> Composed:
    return Composed(tuple((move, 2) for move in moves), density, onsets, corrections)  # type: ignore[arg-type]


VARIED = [
    composed([(n * n + 3 * k) % 11 - 5 for n in range(40)], density, onsets)
    for k, (density, onsets) in enumerate([(LEVEL_LOW, 4.0), (LEVEL_MEDIUM, 8.0), (LEVEL_HIGH, 12.0)])
]


def names(gates: Sequence[Gate]) -> list[str]:
    return [gate.name for gate in gates if not gate.passed]


def test_one_loop_liked_a_thousand_times_is_one_piece() -> None:
    loops = [tune(f"loop {n}", 3, n % 12) for n in range(1000)]
    groups = different([*loops, *(tune(f"own {n}", n) for n in (4, 5, 7))])
    assert [len(group) for group in groups] == [1000, 1, 1, 1]
    assert names(data_gates(groups, CONFIG)) == ["repetition"]
    assert names(data_gates(different([tune(f"own {n}", n) for n in (4, 5, 7, 8)]), CONFIG)) == []
    assert names(data_gates(different([tune("alone", 4)]), replace(CONFIG, most_alike=1.0))) == ["pieces"]
    assert names(data_gates([], CONFIG)) == ["pieces"]


def test_what_is_known_must_stay_known_and_the_journal_must_be_gained() -> None:
    assert names(likelihood_gates({"songs": (1.0, 1.019)}, (2.0, 1.9), CONFIG)) == []
    assert names(likelihood_gates({"songs": (1.0, 1.03)}, (2.0, 1.9), CONFIG)) == ["frozen songs"]
    assert names(likelihood_gates({"songs": (1.0, 1.0)}, (2.0, 2.0), CONFIG)) == ["held-out pieces"]


def test_noise_is_no_style() -> None:
    assert style_gate(1.5, 1.0, CONFIG).passed
    assert not style_gate(5.6, 1.0, CONFIG).passed


def test_a_model_that_collapsed_to_a_loop_loses_its_variety() -> None:
    collapsed = [replace(each, moves=((1, 2), (-1, 2)) * 20) for each in VARIED]
    assert variety([each.moves for each in collapsed]) < 0.1 < variety([each.moves for each in VARIED])
    assert names(music_gates(VARIED, collapsed, [tune("own", 4)], CONFIG)) == ["variety"]
    assert names(music_gates(VARIED, VARIED, [tune("own", 4)], CONFIG)) == []


def test_a_model_that_repeats_the_journal_is_not_original() -> None:
    learned = tune("own", 5)
    pitches = [note.pitch for note in learned.notes]
    copied = tuple((after - before, 4) for before, after in itertools.pairwise(pitches))
    copies = [replace(each, moves=copied) for each in VARIED]
    assert "originality" in names(music_gates(VARIED, copies, [learned], CONFIG))


def test_masks_and_controls_must_act_as_before() -> None:
    off = [replace(each, corrections=1) for each in VARIED]
    assert names(music_gates(VARIED, off, [tune("own", 4)], CONFIG)) == ["masks"]
    deaf = [replace(each, onsets=8.0) for each in VARIED]
    assert names(music_gates(VARIED, deaf, [tune("own", 4)], CONFIG)) == ["controls"]
