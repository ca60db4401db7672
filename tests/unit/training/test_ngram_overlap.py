"""Shared runs are found, all of them, and the shipped index misses none of those it was made of."""

import random
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.melody.line_model.originality import RUN, Move, Originality
from training.data.tunes import Tune, TuneNote
from training.melody_line.ngram_overlap import LONGEST, Moves, longest_shared
from training.melody_line.originality import index_of, moves_of, numbered, report, tune_moves

MOVES = st.lists(st.tuples(st.integers(-2, 2), st.sampled_from([2, 4])), max_size=30)


def shared_by_hand(line: list[Move], song: int, corpus: list[list[Move]], songs: list[int]) -> int:
    best = 0
    for start in range(len(line)):
        for end in range(start + 1, len(line) + 1):
            run = line[start:end]
            for other, whose in zip(corpus, songs, strict=True):
                found = any(other[at : at + len(run)] == run for at in range(len(other) - len(run) + 1))
                if whose != song and found:
                    best = max(best, len(run))
    return best


@given(corpus=st.lists(MOVES, min_size=1, max_size=4), lines=st.lists(MOVES, min_size=1, max_size=3))
def test_the_longest_shared_run_is_the_one_found_by_trying_all(
    corpus: list[list[Move]], lines: list[list[Move]]
) -> None:
    songs = [index // 2 for index in range(len(corpus))]
    asked = [0, 7, 1][: len(lines)]
    found = longest_shared(Moves.of(lines, asked), Moves.of(corpus, songs))
    assert found.tolist() == [
        shared_by_hand(line, song, corpus, songs) for line, song in zip(lines, asked, strict=True)
    ]


def melody(seed: int, notes: int = 40) -> list[Move]:
    human = random.Random(seed)
    return [(human.choice((-4, -2, -1, 0, 1, 2, 3, 5)), human.choice((2, 2, 4, 6, 8))) for _ in range(notes)]


def test_a_whole_copy_is_as_long_as_runs_are_looked_for() -> None:
    tune = melody(1, 100)
    assert longest_shared(Moves.of([tune], [-1]), Moves.of([tune], [0])).tolist() == [LONGEST]


def test_the_index_knows_every_run_of_the_tunes_and_hardly_any_other() -> None:
    tunes = [melody(seed) for seed in range(300)]
    index = Originality(index_of(Moves.of(tunes, list(range(300)))))
    for tune in tunes[:20]:
        assert all(index.copies(tune[:end]) for end in range(RUN, len(tune) + 1))
        assert not index.copies(tune[: RUN - 1])
    others = [melody(seed, RUN) for seed in range(1000, 5000)]
    assert sum(index.copies(other) for other in others) == 0


def test_runs_that_belong_to_everybody_are_no_copies() -> None:
    common = melody(5)
    repeated = [(0, 2)] * 40
    index = Originality(index_of(Moves.of([common, common, common, repeated, melody(6)], [0, 1, 2, 3, 4])))
    assert not index.copies(common)
    assert not index.copies(repeated)
    assert index.copies(melody(6))


def test_the_shipped_index_is_small_and_rarely_mistaken() -> None:
    path = Path(__file__).parents[3] / "models/specialist-line/runs.npz"
    assert path.stat().st_size < 3_000_000
    index = Originality.read(path.read_bytes())
    others = [melody(seed, RUN) for seed in range(4000)]
    assert np.mean([index.copies(other) for other in others]) < 0.005


def tune(name: str, moves: list[Move], role: str = "melody") -> Tune:
    notes, step, pitch = [TuneNote(0, 0, 2, 60)], 0, 60
    for interval, steps in moves:
        step, pitch = step + steps, pitch + interval
        notes.append(TuneNote(*divmod(step, 16), 2, pitch))
    return Tune(name, "", 4, 4, 0, "major", notes[-1].bar + 1, tuple(notes), role)


def test_moves_are_intervals_and_steps_between_onsets() -> None:
    moves = melody(3)
    assert tune_moves(tune("a/1", moves)) == moves
    assert moves_of([(0, 60), (4, 62), (6, 59)]) == [(2, 4), (-3, 2)]


def test_near_copies_show_in_the_report_and_tunes_known_to_be_alike_do_not() -> None:
    tunes = [tune(f"folk/{seed}", melody(seed)) for seed in range(40)]
    twins = [*tunes, tune("folk/again", melody(0)), tune("pop909/1/counter", melody(90), "counter")]
    learned = numbered(twins)
    assert learned.songs[0] == learned.songs[40]
    copied = report(learned, [melody(seed)[5:30] for seed in range(40)])["longest_shared_run_in_notes"]
    assert copied["specialist"]["p50"] == 26
    assert copied["human"]["p99"] < 13
    fresh = report(learned, [melody(seed) for seed in range(500, 540)])["longest_shared_run_in_notes"]
    assert fresh["specialist"]["p99"] < 13
