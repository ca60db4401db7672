"""Answers as they come, in any pieces."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.answers import Reader, checked
from llm.faults import Fault, LanguageModelError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
).filter(lambda value: isinstance(value, list | dict | str))


@given(
    JSON, st.lists(st.integers(1, 5), min_size=1, max_size=30), st.sampled_from(["", " ", "\n\t", " more", '"x"', "}"])
)
def test_json_ends_where_its_value_does_however_it_is_cut(value: object, sizes: list[int], after: str) -> None:
    text, read = json.dumps(value) + after, ""
    reader, at, turn = Reader(is_json=True), 0, 0
    while at < len(text) and not reader.complete:
        size = sizes[turn % len(sizes)]
        read += reader.take(text[at : at + size])
        at, turn = at + size, turn + 1
    reader.end()
    assert json.loads(read) == value


def fault_of(text: str, *, is_json: bool) -> Fault | None:
    """What goes wrong with an answer that comes letter by letter."""
    reader = Reader(is_json=is_json)
    try:
        for piece in text:
            reader.take(piece)
        reader.end()
    except LanguageModelError as error:
        return error.fault
    return None


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_read_or_refused_by_name(text: str, is_json: bool) -> None:
    assert fault_of(text, is_json=is_json) in (None, Fault.EMPTY, Fault.INVALID, Fault.RUNAWAY, Fault.REPEATED)


def test_white_space_without_end_is_stopped() -> None:
    assert fault_of('"' + "\n\t" * 100, is_json=True) is Fault.RUNAWAY
    assert fault_of("words" + " " * 20 + "words", is_json=False) is None


def test_a_server_that_passes_over_a_schema_is_noticed() -> None:
    with pytest.raises(ValueError, match="9"):
        checked(9, {"type": "integer", "maximum": 7})
