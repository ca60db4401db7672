import re
from dataclasses import fields

import pytest
from boumbapp.music.v2.intent_pb2 import Source
from boumbapp.music.v2.music_pb2 import Level, SwingUnit

from cli.messages import texts as languages

ENGLISH, FRENCH = languages.of("en"), languages.of("fr")


def placeholders(value: object) -> object:
    if isinstance(value, str):
        return sorted(re.findall(r"\{(\w+)", value))
    if isinstance(value, tuple):
        return [placeholders(item) for item in value]
    if hasattr(value, "items"):
        return {key: placeholders(item) for key, item in value.items()}
    return None


@pytest.mark.parametrize("name", [field.name for field in fields(languages.Texts)])
def test_both_languages_say_the_same_things_with_the_same_parts(name: str) -> None:
    assert placeholders(getattr(ENGLISH, name)) == placeholders(getattr(FRENCH, name))


def test_every_value_of_the_contract_has_its_word() -> None:
    for texts in (ENGLISH, FRENCH):
        assert len(texts.sources) == len(Source.values())
        assert len(texts.levels) == len(Level.values())
        assert len(texts.swing_units) == len(SwingUnit.values())


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr-FR"),
        ({"LANG": "C.UTF-8"}, ""),
        ({"LANG": "en_GB@euro"}, "en-GB"),
        ({"LC_ALL": "fr_CA", "LANG": "en_US"}, "fr-CA"),
        ({"LC_ALL": "", "LANG": "fr"}, "fr"),
        ({}, ""),
    ],
)
def test_the_terminal_says_its_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert languages.accepted_language() == expected


def test_asked_for_beats_the_prompt_which_beats_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert languages.choose("en", "une basse en Sol mineur").locale == "en"
    assert languages.choose("", "a bass in G minor").locale == "en"
    assert languages.choose("", "123").locale == "fr"


@pytest.mark.parametrize(
    ("texts", "number", "expected"),
    [
        (ENGLISH, 0, "0 bars"),
        (ENGLISH, 1, "1 bar"),
        (FRENCH, 0, "0 mesure"),
        (FRENCH, 1, "1 mesure"),
        (FRENCH, 2, "2 mesures"),
    ],
)
def test_numbers_agree_with_their_words(texts: languages.Texts, number: int, expected: str) -> None:
    assert texts.count(number, texts.bar) == expected
