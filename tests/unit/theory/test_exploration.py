"""Vague prompts get ranked keys to choose from and questions; choosing one makes the prompt precise."""

from typing import Any

import pytest
from boumbapp.music.v2.intent_pb2 import Intent, IntentOptions

from services.theory.catalogue.catalogue import Catalogue
from services.theory.explanation.exploration import explore
from services.theory.prompt.understanding import understand

CATALOGUE = Catalogue.load()
VAGUE = ["mélodie triste", "style japonais", "a bass", "something spooky", "un truc joyeux", "en mineur", "🎹"]


def read(prompt: str, **options: Any) -> Intent:
    return understand(prompt, IntentOptions(**options), "fr", CATALOGUE)


@pytest.mark.parametrize("prompt", VAGUE)
def test_a_vague_prompt_gets_distinct_alternatives_with_a_sentence_each(prompt: str) -> None:
    alternatives, questions = explore(read(prompt), 5, "fr", CATALOGUE)
    keys = {(a.key.tonic, a.key.scale) for a in alternatives}
    assert 2 <= len(keys) == len(alternatives) <= 5
    assert all(a.label == CATALOGUE.scales[a.key.scale].label.fr for a in alternatives)
    assert all(a.description[0].isupper() and a.description.endswith(").") for a in alternatives)
    assert questions[0].slot == "key"
    assert all(question.answers for question in questions)


@pytest.mark.parametrize("prompt", VAGUE)
def test_choosing_an_alternative_or_an_answer_makes_the_prompt_precise(prompt: str) -> None:
    intent = read(prompt)
    alternatives, questions = explore(intent, 5, "fr", CATALOGUE)
    for alternative, answer in zip(alternatives, questions[0].answers, strict=True):
        chosen = read(prompt, key_text=f"{alternative.key.tonic} {alternative.key.scale}")
        answered = read(prompt, key_text=answer)
        if intent.evidence[4].source:  # the key's scale may be fixed by the prompt
            assert chosen.key.tonic == answered.key.tonic == alternative.key.tonic
        assert not chosen.vague
        assert not answered.vague


def test_japanese_style_offers_japanese_scales_first() -> None:
    alternatives, _ = explore(read("style japonais"), 3, "fr", CATALOGUE)
    assert alternatives[0].key.scale == "hirajoshi"
    assert alternatives[0].label == "pentatonique hirajoshi"
    assert "5 notes, demi-tons près de la tonique" in alternatives[0].description
    assert {a.key.scale for a in alternatives} <= set(CATALOGUE.styles["japanese"].scales)


def test_a_sad_mood_offers_minor_first_and_no_plain_major() -> None:
    scales = [a.key.scale for a in explore(read("triste"), 5, "fr", CATALOGUE)[0]]
    assert scales[0] == "minor"
    assert "major" not in scales


def test_a_scale_without_tonic_is_offered_on_several_tonics() -> None:
    alternatives, _ = explore(read("mode dorien"), 6, "fr", CATALOGUE)
    assert len({a.key.tonic for a in alternatives if a.key.scale == "dorian"}) == 3


def test_a_precise_prompt_keeps_its_key_first_and_is_not_asked_again() -> None:
    alternatives, questions = explore(read("basse funk en Sol mineur"), 4, "fr", CATALOGUE)
    assert (alternatives[0].key.tonic, alternatives[0].key.scale) == ("G", "minor")
    assert all(a.key.tonic == "G" for a in alternatives)
    assert not {"key", "style", "role"} & {question.slot for question in questions}


def test_drums_are_asked_for_a_style_rather_than_a_key() -> None:
    alternatives, questions = explore(read("une batterie"), 5, "en", CATALOGUE)
    assert not alternatives
    assert questions[0].slot == "style"
    answered = read(f"une batterie {questions[0].answers[0]}")
    assert not answered.vague


@pytest.mark.parametrize("wanted", [1, 2, 20])
def test_no_more_alternatives_come_than_are_wanted(wanted: int) -> None:
    assert 1 <= len(explore(read("mélodie"), wanted, "en", CATALOGUE)[0]) <= wanted
