"""Fields of data files: every mistake is refused, and the message names the file and the key."""

from collections.abc import Callable
from pathlib import Path

import pytest

from language.yaml_fields import DataFileError, YamlFields

Read = Callable[[YamlFields], object]


def fields_of(tmp_path: Path, text: str) -> YamlFields:
    path = tmp_path / "kind" / "entry.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return YamlFields.of_file(path)


@pytest.mark.parametrize(
    ("text", "read", "value"),
    [
        ("a: ' b '", lambda f: f.string("a"), "b"),
        ("b: 1", lambda f: f.string("a", "usual"), "usual"),
        ("a: [x, y]", lambda f: f.strings("a"), ("x", "y")),
        ("b: 1", lambda f: f.strings("a"), ()),
        ("a: x", lambda f: f.text_or_texts("a"), ("x",)),
        ("a: [x]", lambda f: f.text_or_texts("a"), ("x",)),
        ("a: true", lambda f: f.flag("a"), True),
        ("b: 1", lambda f: f.flag("a"), False),
        ("a: 2", lambda f: f.number("a", 0, 2), 2.0),
        ("b: 1", lambda f: f.number("a", 0, 2, default=1.5), 1.5),
        ("a: [1, 2]", lambda f: f.integers("a", 0, 2, count=2), (1, 2)),
        ("a: {x: {n: 1}}", lambda f: f.mapping("a", lambda item: item.number("n", 0, 2)), {"x": 1.0}),
        ("b: 1", lambda f: f.mapping("a", lambda item: item.number("n", 0, 2)), {}),
        ("a: {b: c}", lambda f: f.nested("a").string("b"), "c"),
        ("b: 1\na: 2", lambda f: f.names(), ("b", "a")),
    ],
)
def test_a_field_is_read_as_its_kind(tmp_path: Path, text: str, read: Read, value: object) -> None:
    assert read(fields_of(tmp_path, text)) == value


@pytest.mark.parametrize(
    ("text", "read", "message"),
    [
        ("b: 1", lambda f: f.string("a"), "a: a text"),
        ("a: 1", lambda f: f.string("a"), "a: a text"),
        ("a: ' '", lambda f: f.string("a", "usual"), "a: a text"),
        ("a: [x, no]", lambda f: f.strings("a"), "a: a list of texts"),
        ("a: x", lambda f: f.strings("a"), "a: a list of texts"),
        ("a: 1", lambda f: f.flag("a"), "a: true or false"),
        ("a: 3", lambda f: f.number("a", 0, 2), "a: a number from 0 to 2"),
        ("a: true", lambda f: f.number("a", 0, 2), "a: a number from 0 to 2"),
        ("a: .nan", lambda f: f.number("a", 0, 2), "a: a number from 0 to 2"),
        ("b: 1", lambda f: f.number("a", 0, 2), "a: a number from 0 to 2"),
        ("a: [1, 3]", lambda f: f.integers("a", 0, 2), "a: a list of whole numbers"),
        ("a: [1, true]", lambda f: f.integers("a", 0, 2), "a: a list of whole numbers"),
        ("a: [1]", lambda f: f.integers("a", 0, 2, count=2), "a: 2 numbers are needed, there are 1"),
        ("a: [1]", lambda f: f.mapping("a", lambda item: item.string("n")), "a: a mapping"),
        ("a: {x: 1}", lambda f: f.mapping("a", lambda item: item.string("n")), r"a\.x: a mapping"),
        ("a: {x: {n: y, m: 1}}", lambda f: f.mapping("a", lambda item: item.string("n")), r"a\.x: m: no such field"),
        ("b: 1", lambda f: f.nested("a"), "a: a mapping"),
        ("a: {b: 1}", lambda f: f.nested("a").string("b"), "a: b: a text"),
        ("a: x\nb: 1", lambda f: (f.string("a"), f.finish()), "b: no such field"),
    ],
)
def test_a_mistake_is_refused_by_file_and_key(tmp_path: Path, text: str, read: Read, message: str) -> None:
    fields = fields_of(tmp_path, text)
    with pytest.raises(DataFileError, match=rf"^kind/entry\.yaml: {message}"):
        read(fields)


@pytest.mark.parametrize("text", ["a: [", "- a", "", "1: x", "a: !!python/object:os.system {}"])
def test_a_file_that_holds_no_fields_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataFileError, match=r"^kind/entry\.yaml: "):
        fields_of(tmp_path, text)
