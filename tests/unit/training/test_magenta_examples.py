"""Encoded melodies come back as they were put in, and batches give every melody its turn."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.magenta.examples import Examples, batches, room

lengths = st.lists(st.integers(1, 700), min_size=1, max_size=12)


def melodies(of: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    draws = np.random.default_rng(sum(of))
    return [(draws.integers(-1, 2, (n, 5)).astype(np.float32), draws.integers(0, 40, n)) for n in of]


@given(lengths)
def test_padding_keeps_melodies_and_adds_zeros(of: list[int]) -> None:
    made = melodies(of)
    examples = Examples.of(made)
    assert len(examples) == len(of)
    rows = np.arange(len(of))[::-1]
    inputs, labels = examples.padded(rows, 700)
    for place, row in enumerate(rows):
        shown, following = made[row]
        assert np.array_equal(inputs[place, : of[row]], shown)
        assert np.array_equal(labels[place, : of[row]], following)
        assert not inputs[place, of[row] :].any()
        assert not labels[place, of[row] :].any()


def test_files_hold_what_was_saved(tmp_path: Path) -> None:
    examples = Examples.of(melodies([3, 17, 9]))
    examples.save(tmp_path / "some.npz")
    found = Examples.load(tmp_path / "some.npz")
    for part in ("inputs", "labels", "lengths"):
        assert np.array_equal(getattr(found, part), getattr(examples, part))
    assert [path.name for path in tmp_path.iterdir()] == ["some.npz"]


def test_inputs_that_a_file_could_not_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        Examples.of([(np.full((2, 3), 0.5, np.float32), np.zeros(2, np.int64))])


@given(st.lists(st.integers(1, 700), min_size=8, max_size=60), st.integers(1, 5), st.integers(0, 9))
def test_every_melody_has_its_turn_before_any_has_many(of: list[int], size: int, seed: int) -> None:
    drawn = batches(np.array(of), size, seed)
    turns = np.zeros(len(of), int)
    while turns.min() < 3:
        rows, steps = next(drawn)
        assert len(rows) == size
        assert {room(of[row]) for row in rows} == {steps}
        np.add.at(turns, rows, 1)
        # Where few are of a length they wait until more have come round.
        assert turns.max() <= turns.min() + size + 1


@given(st.integers(1, 3000))
def test_melodies_have_room_and_not_much_more(length: int) -> None:
    assert length <= room(length) <= max(128, length + 128, -(-length // 512) * 512)
    assert room(room(length)) == room(length)


def test_the_order_is_the_seeds() -> None:
    of = np.arange(100, 160)
    first, same, other = (
        [list(next(drawn)[0]) for _ in range(5)] for drawn in (batches(of, 4, seed) for seed in (1, 1, 2))
    )
    assert first == same != other
