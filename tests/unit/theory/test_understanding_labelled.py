"""Prompts labelled by hand: precision and recall of every slot."""

import pytest

from benchmarks.understanding import SLOTS, ParsingScore, agrees, load_prompts, score
from services.theory.catalogue.catalogue import Catalogue

LEAST = 0.98
CATALOGUE = Catalogue.load()


@pytest.fixture(scope="module")
def held_out() -> dict[str, ParsingScore]:
    return score(load_prompts(split="held_out"), CATALOGUE)


@pytest.mark.parametrize("slot", SLOTS)
def test_a_slot_of_held_out_prompts_is_found_and_right(held_out: dict[str, ParsingScore], slot: str) -> None:
    counted = held_out[slot]
    assert counted.expected >= 8, "too few labels to tell"
    assert counted.precision >= LEAST, counted.wrong
    assert counted.recall >= LEAST, counted.wrong


def test_all_slots_together_are_right(held_out: dict[str, ParsingScore]) -> None:
    right = sum(counted.right for counted in held_out.values())
    assert right / sum(counted.labelled for counted in held_out.values()) >= LEAST


def test_prompts_that_served_to_improve_the_code_stay_right() -> None:
    wrong = [line for counted in score(load_prompts(split="tuning"), CATALOGUE).values() for line in counted.wrong]
    assert wrong == []


def test_there_are_enough_prompts_half_of_them_held_out() -> None:
    prompts = load_prompts()
    assert len(prompts) >= 200
    assert len(load_prompts(split="held_out")) >= len(prompts) / 2
    assert len({labelled.prompt for labelled in prompts}) == len(prompts)


def test_a_wrong_value_counts_against_precision_and_recall() -> None:
    counted = ParsingScore()
    for expected, got in ((1, 1), (1, 2), (1, None), (None, 3), (None, None)):
        counted.add("prompt", expected, got)
    assert (counted.precision, counted.recall, counted.accuracy) == (1 / 3, 1 / 3, 2 / 5)
    assert len(counted.wrong) == 3


def test_labels_may_give_a_range_of_tempos_and_parts_of_later_keys() -> None:
    assert agrees([60, 80], 70)
    assert not agrees([60, 80], None)
    assert not agrees([60, 80], 90)
    assert agrees([{"tonic": 9}], [{"tonic": 9, "mode": "minor", "bar": 2}])
    assert not agrees([{"tonic": 9, "mode": "major"}], [{"tonic": 9, "mode": "minor", "bar": 2}])
    assert not agrees([{"tonic": 9}], [])
