"""Explanations name the key as musicians do, say why, and what was assumed; suggestions can be typed as they are."""

from typing import Any

import pytest
from boumbapp.music.v2.intent_pb2 import Intent, IntentOptions

from services.theory.catalogue.catalogue import Catalogue
from services.theory.explanation.explanation import explain, suggest
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand

CATALOGUE = Catalogue.load()
PROMPTS = [
    "Fais une basse funky en Sol mineur",
    "sad melody",
    "style japonais",
    "Am F C G arpeggio then in E minor",
    "beat trap à 140",
    "une batterie",
    "mélodie",
    "12 bar blues in E",
    "nappe en Fa# majeur, 3/4",
    "mode hirajoshi",
    "UK garage bass in C# minor",
    "an ambient pad in Ab lydian",
    "en A## mineur",
]


def read(prompt: str, locale: str = "fr", **options: Any) -> Intent:
    return understand(prompt, IntentOptions(**options), locale, CATALOGUE)


def explained(prompt: str, locale: str = "fr", **options: Any) -> str:
    intent = read(prompt, locale, **options)
    return explain(intent, constrain(intent, CATALOGUE), locale, CATALOGUE)


def test_a_french_explanation_names_key_notes_groove_length_and_tempo() -> None:
    text = explained("Fais une basse funky en Sol mineur")
    assert text.startswith("Sol mineur (Sol La Sib Do Ré Mib Fa), comme demandé : ")
    assert "Une basse funk (" in text
    assert "4 mesures à 104 BPM ; tempo et longueur au choix de l'expert." in text


def test_an_english_explanation_uses_letters() -> None:
    text = explained("a funky bass in G minor, 8 bars at 90 bpm", "en")
    assert text.startswith("G minor (G A Bb C D Eb F), as asked: ")
    assert text.endswith("8 bars at 90 BPM.")


def test_accidentals_are_words_in_french_keys() -> None:
    assert explained("en Si bémol dorien").startswith("Si bémol dorien (Sib Do Réb Mib Fa Sol Lab)")


def test_it_says_why_the_scale_was_chosen() -> None:
    assert "for a sad mood" in explained("sad melody", "en")
    assert "a scale typical of Japanese" in explained("japanese melody", "en")
    assert "as the chords ask for" in explained("Am F C G", "en")
    assert "la tonalité du projet" in explained("mélodie", project_key="Ré mineur")
    assert "comme réglé" in explained("mélodie", key_text="Ré mineur")
    assert "faute d'autre indication" in explained("mélodie")


def test_it_names_chords_and_later_keys() -> None:
    text = explained("Am F C G puis en Mi mineur à la mesure 3, 4 mesures")
    assert "sur Am F C G, 4 mesures" in text
    assert "puis Mi mineur à la mesure 3" in text


def test_drums_have_no_key() -> None:
    assert "mineur" not in explained("beat trap à 140")
    assert "trap" in explained("beat trap à 140")


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("prompt", PROMPTS)
def test_three_suggestions_can_be_typed_and_are_understood(prompt: str, locale: str) -> None:
    intent = read(prompt, locale)
    suggestions = suggest(intent, locale, CATALOGUE)
    assert len(set(suggestions)) == 3
    for suggestion in suggestions:
        understood = read(suggestion, locale)
        assert not understood.vague, suggestion
        assert understood.style == intent.style or not intent.style, suggestion


def test_suggestions_offer_another_colour_a_companion_and_a_longer_form() -> None:
    intent = read("Fais une basse funky en Sol mineur")
    colour, companion, longer = (read(text) for text in suggest(intent, "fr", CATALOGUE))
    assert (colour.role, colour.key.tonic) == (intent.role, "G")
    assert colour.key.scale != "minor"
    assert companion.role != intent.role
    assert (companion.key, companion.bpm) == (intent.key, intent.bpm)
    assert (longer.role, longer.bars) == (intent.role, 8)
    assert [(m.key.tonic, m.key.scale) for m in longer.modulations] == [("Bb", "major")]
