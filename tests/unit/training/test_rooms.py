"""The rooms of training: evaluation is the top floor, and a name means one thing."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "training").rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_nothing_but_evaluation_imports_evaluation() -> None:
    importing = {
        str(path.relative_to(ROOT))
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("training.evaluation")
    }
    assert importing
    assert {name for name in importing if not name.startswith("training/evaluation/")} == set()


def test_a_class_has_a_name_of_its_own() -> None:
    places = defaultdict(list)
    for path in FILES:
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                places[node.name.lstrip("_")].append(str(path.relative_to(ROOT)))
    assert len(places) > 50
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
