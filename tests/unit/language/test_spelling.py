"""Typing errors: one slip is forgiven, two in a long word, none in a word that exists."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from language.spelling import Corrector, slips

VOCABULARY = ("drum", "drums", "caisse", "charleston", "moins", "fort", "tempo", "kick", "rim")
CORRECTOR = Corrector(VOCABULARY, frozenset({"caisses", "temps"}))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("caise", "caisse"),
        ("ciasse", "caisse"),
        ("caissse", "caisse"),
        ("chalreston", "charleston"),
        ("charlestton", "charleston"),
        ("mions", "moins"),
        ("drumm", "drum"),  # a letter doubled, sooner than a wrong one
        ("drumz", "drums"),
        ("kik", "kik"),  # too short to be sure
        ("rims", "rims"),  # so is what is meant
        ("caisses", "caisses"),  # exists
        ("temps", "temps"),
        ("banane", "banane"),
        ("forêt", "forêt"),
    ],
)
def test_a_slip_is_put_right(typed: str, meant: str) -> None:
    assert CORRECTOR.correct(typed) == meant


@given(st.sampled_from([word for word in VOCABULARY if len(word) > 4]), st.data())
def test_any_two_neighbours_may_be_swapped(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    assume(word[at] != word[at + 1])
    assert CORRECTOR.correct(word[:at] + word[at + 1] + word[at] + word[at + 2 :]) == word


@given(st.text("abcdef", max_size=6), st.text("abcdef", max_size=6))
def test_slips_are_a_distance(first: str, second: str) -> None:
    assert slips(first, second) == slips(second, first)
    assert (slips(first, second) == 0) == (first == second)
    assert slips(first, second) <= max(len(first), len(second))


def test_of_words_as_many_slips_away_the_one_that_is_used_most_was_meant() -> None:
    words = ("harmonise", "harmonique")
    assert Corrector(words, frozenset(), {"harmonique": 9, "harmonise": 2}).correct("harmoniqe") == "harmonique"
    assert Corrector(words, frozenset(), {"harmonique": 2, "harmonise": 9}).correct("harmoniqe") == "harmonise"
