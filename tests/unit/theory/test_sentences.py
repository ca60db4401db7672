"""Five hundred explanations: agreement, elision and articles, and nothing in them that the intent does not say."""

import re
from collections.abc import Iterator

import pytest
from boumbapp.music.v2.intent_pb2 import Intent, IntentOptions

from language.locale import guess
from services.theory.analysis import analyse
from services.theory.catalogue.catalogue import Catalogue
from services.theory.explanation.labels import article, tonic_name

CATALOGUE = Catalogue.load()
_FR_PARTS = ("une basse", "une mélodie", "des accords", "un arpège", "une nappe", "une batterie")
_EN_PARTS = ("a bass", "a melody", "chords", "an arpeggio", "a pad", "drums")
_FR_ENDS = (
    "",
    ", 1 mesure",
    ", 8 mesures à 200 bpm",
    " sans swing",
    " en si bémol dorien",
    " à trois temps",
    ", triste",
)
_EN_ENDS = ("", ", 1 bar", ", 8 bars at 60 bpm", " without swing", " in Bb dorian", " in 3/4", ", scary", " in F#")


def prompts() -> Iterator[tuple[str, str]]:
    """Prompts of every style, with the language of their explanation."""
    for number, style in enumerate(CATALOGUE.styles.values()):
        for turn in range(3):
            at = number + turn
            yield f"{_FR_PARTS[at % 6]} {style.label.fr}{_FR_ENDS[(at * 3 + turn) % 7]}", "fr"
            yield f"{_EN_PARTS[at % 6]} {style.label.en}{_EN_ENDS[(at * 5 + turn) % 8]}", "en"


EXPLAINED = [
    (prompt, locale, analysis.intent, analysis.explanation)
    for prompt, locale in prompts()
    for analysis in [analyse(prompt, IntentOptions(), locale, CATALOGUE)]
]
_FRENCH_FAULTS = re.compile(
    r"\b(?:de|le|la|que|ne|se|je|du un|de le|de les|à le|à les) "
    r"(?=[aàâeéèêiîoôuûy])(?!onz|onze|un\b|une\b|et\b|à\b|ou\b|en\b|au)"
    r"|\bun (?:basse|mélodie|nappe|batterie)|\bune (?:accords|arpège)|  | ,|\(\)|\.\.",
    re.IGNORECASE,
)
_ENGLISH_FAULTS = re.compile(r"\ba (?=[aeio])(?!one|uni|eu|e\b)|\ban (?=[bcdgjkpqtvwyz])|  | ,|\(\)|\.\.")


def test_there_are_five_hundred() -> None:
    assert len(EXPLAINED) >= 500


def test_no_sentence_lacks_elision_agreement_or_its_article() -> None:
    faults = [
        (prompt, found[0], text)
        for prompt, locale, _, text in EXPLAINED
        if (found := (_FRENCH_FAULTS if locale == "fr" else _ENGLISH_FAULTS).search(text.split(" : ", 1)[-1]))
    ]
    assert not faults


def test_length_tempo_and_key_are_those_of_the_intent() -> None:
    for prompt, locale, intent, text in EXPLAINED:
        noun = ("mesure" if locale == "fr" else "bar") + ("s" if intent.bars > 1 else "")
        assert re.search(rf"\b{intent.bars} {noun}\b", text), prompt
        assert f"{intent.bpm:g} BPM" in text, prompt
        if "drums" not in prompt and "batterie" not in prompt:
            assert text.startswith(tonic_name(intent.key.tonic, locale)), prompt


def test_nothing_contradicts_what_was_decided() -> None:
    for prompt, locale, intent, text in EXPLAINED:
        assert not re.search("twelve bars|douze mesures", text) or intent.bars == 12, prompt
        assert not re.search(r"\bswung|swingu", text) or intent.swing.amount, prompt
        assert "as nothing else was asked for" not in text or _only_a_part(intent), prompt
        assert "faute d'autre indication" not in text or _only_a_part(intent), prompt
        assert locale in ("fr", "en")


def _only_a_part(intent: Intent) -> bool:
    return all(item.slot == "role" for item in intent.evidence if item.words)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("R&B melody", "an"), ("EDM lead", "an"), ("UK garage bass", "a"), ("808 bass", "an"), ("house bass", "a"),
        ("acid bass", "an"), ("epic mood", "an"), ("unison line", "a"), ("hip-hop beat", "a"),
    ],
)  # fmt: skip
def test_an_article_follows_the_sound(phrase: str, said: str) -> None:
    assert article(phrase) == said


def test_a_mood_is_no_feminine_adjective_that_does_not_agree() -> None:
    text = analyse("nappe effrayante", IntentOptions(), "fr", CATALOGUE).explanation
    assert "pour un caractère effrayant" in text


@pytest.mark.parametrize(
    "prompt",
    [
        "lead trap dark en fa mineur", "beat drill sombre avec des 808", "boucle lofi chill", "un beat boom bap à 90",
        "hats en croches et kick sur chaque temps", "drop techno puis break", "pad ambient planant en do",
        "type beat à la Ninho", "une bass line funk", "couplet 8, refrain 8", "house 124 avec piano",
    ],
)  # fmt: skip
def test_french_with_english_trade_words_is_answered_in_french(prompt: str) -> None:
    assert guess(prompt) == "fr"
