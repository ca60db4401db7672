"""Every notice has two texts, is documented, and comes from the catalogue."""

import ast
import importlib
import re
import string
from pathlib import Path

import pytest

from services.composition.notices import ENGINE_FALLBACK, NoticeKind

ROOT = Path(__file__).parents[3]
MODULES = sorted((ROOT / "services").rglob("notices.py"))
KINDS = [
    kind
    for path in MODULES
    for kind in vars(importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))).values()
    if isinstance(kind, NoticeKind)
]
ROWS = {
    cells[0].strip("`"): (cells[3], cells[4])
    for line in (ROOT / "docs" / "notices.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


def test_docs_and_code_list_the_same_notices_word_for_word() -> None:
    assert {kind.code: (kind.en, kind.fr) for kind in KINDS} == ROWS
    assert len(KINDS) == len(ROWS), "no code is used twice"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_both_texts_have_the_same_blanks(kind: NoticeKind) -> None:
    blanks = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (kind.en, kind.fr)]
    assert blanks[0] == blanks[1]
    assert kind.en != kind.fr
    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", kind.code)


def test_a_notice_speaks_the_language_asked_for_and_its_blanks_must_be_filled() -> None:
    filled = {"engine": "a", "stand_in": "b", "bar": 3}
    assert ENGINE_FALLBACK.notice("fr", **filled).message.startswith("Le moteur « a »")
    assert ENGINE_FALLBACK.notice("de", **filled).message.endswith("from bar 3.")
    with pytest.raises(KeyError):
        ENGINE_FALLBACK.notice("en", engine="a")


def test_no_notice_is_made_outside_the_catalogue() -> None:
    made = [
        path
        for path in (ROOT / "services").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Notice"
    ]
    assert made == [ROOT / "services" / "composition" / "notices.py"]
