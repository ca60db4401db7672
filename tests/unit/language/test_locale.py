"""Which language a caller reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.locale import accepted, choose, guess, said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Fais une basse funky en Sol mineur", "fr"),
        ("une mélodie triste", "fr"),
        ("make a funky bass in G minor", "en"),
        ("sad piano melody, 90 bpm", "en"),
        ("no kick, louder hats", "en"),
        ("demi-tempo", "fr"),
        ("lo-fi", None),
        ("🎹", None),
    ],
)
def test_function_words_tell_the_language(text: str, language: str | None) -> None:
    assert guess(text) == language


def test_the_request_wins_over_the_prompt_and_the_prompt_over_the_header() -> None:
    assert choose("en", "Fais une basse", "fr") == "en"
    assert choose("", "Fais une basse", "en-US,en;q=0.9") == "fr"
    assert choose("", "lo-fi", "de, fr-CA;q=0.8, en") == "fr"
    assert choose("", "lo-fi", "") == "en"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        *((tag, "fr") for tag in ("fr", "fr-FR", "fr_CA", "FR-be", "fr-Latn-FR", "fr-FR-u-ca-gregory")),
        *((tag, "en") for tag in ("en", "en-US", "en_GB", "EN", "de", "de-CH", "fry-NL", "frr", "zh-Hant-TW", "enm")),
    ],
)
def test_a_tag_is_matched_by_its_language_and_others_read_english(tag: str, language: str) -> None:
    assert choose(tag, "Fais une basse", "fr") == language
    assert said(tag, "Fais une basse") == language


@pytest.mark.parametrize(
    ("header", "language"),
    [("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("fry-NL, en", "en"), (" de ; q=1, FR_ca", "fr"), ("*", "en"), ("", "en")],
)
def test_the_first_of_the_two_that_a_header_names_is_spoken(header: str, language: str) -> None:
    assert accepted(header) == language


@given(st.text(max_size=3000), st.text(max_size=200))
def test_any_text_and_header_give_one_of_the_two(text: str, header: str) -> None:
    assert choose("", text, header) in ("fr", "en")
