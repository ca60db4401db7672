"""Any text is parsed or refused, with bounded work."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from string import ascii_lowercase
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors.catalogue import ApiError
from services.composition.refining.errors import NOT_DONE_HERE, UNKNOWN_INSTRUCTION
from services.composition.refining.tags import Tag
from services.drums.refine.describe import describe
from services.drums.refine.parse.parser import parse_edits, parse_instruction
from services.drums.refine.parse.words import lexicon


@contextmanager
def refused_at_most() -> Iterator[None]:
    """Nothing worse may happen than an ApiError about the instruction."""
    try:
        yield
    except ApiError as fault:
        if fault.code not in (UNKNOWN_INSTRUCTION, NOT_DONE_HERE):
            raise


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with refused_at_most():
        assert parse_instruction(text).edits


_KNOWN = [" ".join(phrase) for phrase, (tag, _) in lexicon().phrases.items() if tag is not Tag.NOISE]


@given(st.lists(st.sampled_from([*_KNOWN, "2", "4", ",", "et", "16", "%", "0"]), max_size=12))
def test_any_words_of_the_vocabulary_can_be_read_and_described(words: list[str]) -> None:
    with refused_at_most():
        for edit in parse_instruction(" ".join(words)).edits:
            for locale in ("fr", "en"):
                said = describe(edit, locale)
                assert said
                assert "{" not in said


_MOST_LINES = 1_000_000  # of Python run for one instruction: twice what the worst of those below takes, about 40 ms
LONGEST = (
    "plus de kick et " * 200,
    "kick snare " * 200,
    "9" * 2000,
    "1 " * 1000,
    "," * 2000,
    "qz " * 700,
    "mesure 2 " * 220,
    "sur le 2 et " * 200,
    "z" * 2000,
    "abcdefg " * 250 + "kick",
    " ".join(f"w{first}{second}qz" for first in ascii_lowercase for second in ascii_lowercase[:13]),
)


def lines_run(call: Callable[[], object]) -> int:
    """Lines of Python that a call runs: its cost, whatever the speed of the machine."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("text", LONGEST, ids=lambda text: text[:12])
def test_parsing_the_longest_instructions_takes_bounded_work(text: str) -> None:
    lexicon()
    assert 0 < lines_run(lambda: parse_edits(text[:2000])) < _MOST_LINES
