"""No English name of a part stands in a French text, in any catalogue of the code or the data."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from boumbapp.music.v2.music_pb2 import ROLE_UNSPECIFIED, Role

from language.instrument_names import PARTS, part_name
from services.drums.styles.loader import DATA as GROOVES
from services.theory.catalogue.catalogue import DATA as ENTRIES
from services.theory.catalogue.catalogue import Catalogue

ROOT = Path(__file__).parents[2]
CODE = ("services", "cli", "launcher", "gateway", "language", "music")
# Calls whose last text is the French one.
PAIRS = {"LocalizedText", "NoticeKind", "Text"}
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
ENGLISH = re.compile(r"\b(melody|melodies|bass|chords?|arpeggios?|pads?|drums?)\b", re.IGNORECASE)


def strings(node: ast.expr) -> Iterator[str]:
    """Texts of an expression, those of a mapping without its keys."""
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from strings(value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from strings(child)


def french_of_code(tree: ast.AST) -> Iterator[str]:
    """French texts of a module: values of "fr", the last text of a pair, and calls that say they are French."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "fr":
                    yield from strings(value)
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            literals = [arg for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if name in PAIRS and len(literals) > 1:
                yield from strings(literals[-1])
            options = {option.arg: option.value for option in node.keywords}
            if "fr" in options:
                yield from strings(options["fr"])
            language = options.get("locale")
            if isinstance(language, ast.Constant) and language.value == "fr":
                for value in options.values():
                    yield from strings(value)


def french_of_data(content: object) -> Iterator[str]:
    """Values of the keys "fr" of a data file."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "fr":
                yield str(value)
            else:
                yield from french_of_data(value)


def offending(french: Iterator[str], names: frozenset[str] = frozenset()) -> list[str]:
    """Texts with an English name of a part; `names` are those of styles, which stay as they are."""
    found = []
    for text in french:
        said = PLACEHOLDER.sub("", text)
        for name in names:
            said = said.replace(name, "")
        if ENGLISH.search(said):
            found.append(text)
    return found


def test_no_french_text_of_the_code_has_an_english_part() -> None:
    french = {
        f"{path.relative_to(ROOT)}: {text}"
        for folder in CODE
        for path in (ROOT / folder).rglob("*.py")
        for text in french_of_code(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(french) > 150  # of errors, notices, corrections, descriptions of edits, and the command
    for folder in ("services/chassis", "services/drums", "services/melody", "services/theory", "cli"):
        assert any(text.startswith(folder) for text in french), folder
    assert offending(text.partition(": ")[2] for text in french) == []


def test_no_french_text_of_the_data_has_an_english_part() -> None:
    # "drum and bass" is called that in both languages, and the log drum of amapiano has no other name.
    styles = Catalogue.load().styles.values()
    names = frozenset({"log drum", *(style.label.fr for style in styles if style.label.fr == style.label.en)})
    files = [*ENTRIES.rglob("*.yaml"), *GROOVES.rglob("*.yaml")]
    french = [text for path in files for text in french_of_data(yaml.safe_load(path.read_bytes()))]
    assert len(french) > 400
    assert offending(iter(french), names) == []


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ('NOTICES = {"A": {"en": "no pad", "fr": "pas de pad"}}', ["pas de pad"]),
        ('NAMES = {"fr": {"drums": "drums"}}', ["drums"]),
        ('NAMES = {"fr": {"drums": "batterie {drums}"}}', []),
        ('NoticeKind("NAME", "The bass.", "La bass.")', ["La bass."]),
        ('LocalizedText("melody", "melody")', ["melody"]),
        ('LocalizedText(en="chords", fr="les chords")', ["les chords"]),
        ('Texts(locale="fr", roles=("", "arpeggio"))', ["arpeggio"]),
        ('Texts(locale="en", roles=("", "arpeggio"))', []),
        ('Text("bass", "basse")', []),
    ],
)
def test_an_english_part_in_a_french_text_would_be_found(code: str, wrong: list[str]) -> None:
    assert offending(french_of_code(ast.parse(code))) == wrong


def test_every_role_of_the_contract_has_a_name() -> None:
    roles = [Role.Name(role) for role in Role.values() if role != ROLE_UNSPECIFIED]
    assert {role.removeprefix("ROLE_").lower() for role in roles} == PARTS.keys()
    for role in roles:
        name = part_name(role)
        assert offending(iter((name.noun.fr, name.indefinite.fr, name.after_not.fr))) == []
        assert ENGLISH.fullmatch(name.noun.en)
