"""Every notice has two texts, is documented, and comes from the catalogue."""

import ast
import importlib
import re
import string
from pathlib import Path

import pytest
from boumbapp.music.v2.events_pb2 import SEVERITY_UNSPECIFIED, SEVERITY_WARNING, Severity

from music.notices import NoticeKind
from services.composition.notices import ENGINE_FALLBACK

ROOT = Path(__file__).parents[3]
MODULES = sorted(
    [
        *(ROOT / "services").rglob("notices.py"),
        *(ROOT / "services").rglob("notices/__init__.py"),
        ROOT / "music" / "reading" / "notices.py",
    ]
)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


KINDS = [
    kind
    for path in MODULES
    for kind in vars(importlib.import_module(name_of(path))).values()
    if isinstance(kind, NoticeKind)
]
ROWS = {
    cells[0].strip("`"): tuple(cells[1:2] + cells[4:])
    for line in (ROOT / "docs" / "notices.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


def blanks(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


def row(kind: NoticeKind) -> tuple[str, ...]:
    """What the table says of a kind: severity, keys of its metadata, texts."""
    keys = ", ".join(f"`{name}`" for name in sorted(set(blanks(kind.en)) - {"bar"}))
    return Severity.Name(kind.severity).removeprefix("SEVERITY_").lower(), keys, kind.en, kind.fr


def test_docs_and_code_list_the_same_notices_word_for_word() -> None:
    assert {kind.code: row(kind) for kind in KINDS} == ROWS
    assert len(KINDS) == len(ROWS), "no code is used twice"
    assert all(kind.severity != SEVERITY_UNSPECIFIED for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_both_texts_have_the_same_blanks(kind: NoticeKind) -> None:
    assert set(blanks(kind.en)) == set(blanks(kind.fr))
    assert kind.en != kind.fr
    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", kind.code)


def test_a_notice_speaks_the_language_asked_for_and_its_blanks_must_be_filled() -> None:
    filled = {"engine": "a", "stand_in": "b"}
    assert ENGINE_FALLBACK.notice("fr", bar=2, **filled).message.startswith("Le moteur « a »")
    assert ENGINE_FALLBACK.notice("de", bar=2, **filled).message.endswith("from bar 3.")
    with pytest.raises(KeyError):
        ENGINE_FALLBACK.notice("en", engine="a")


def test_a_notice_tells_programs_what_its_text_says() -> None:
    told = ENGINE_FALLBACK.notice("fr", bar=2, track="bass", engine="a", stand_in=4)
    assert (told.severity, told.bar, told.track) == (SEVERITY_WARNING, 2, "bass")
    assert dict(told.metadata) == {"engine": "a", "stand_in": "4"}
    anywhere = NoticeKind("X", "{a}", "{a} !", SEVERITY_WARNING).notice("en", a=1.5)
    assert not anywhere.HasField("bar")
    assert dict(anywhere.metadata) == {"a": "1.5"}


def test_no_notice_is_made_outside_the_catalogue() -> None:
    made = [
        path
        for folder in ("services", "music")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Notice"
    ]
    assert made == [ROOT / "music" / "notices.py"]
