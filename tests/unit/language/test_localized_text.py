"""Texts in two languages, and names of parts that sentences can take."""

import pytest

from language.instrument_names import PARTS, part_name
from language.localized_text import LocalizedText
from language.yaml_fields import DataFileError, YamlFields

PLAYS_NOT = LocalizedText("This expert does not play {part}.", "Cet expert ne joue pas {part}.")


@pytest.mark.parametrize(("locale", "text"), [("fr", "basse"), ("en", "bass"), ("", "bass"), ("de", "bass")])
def test_any_other_language_than_french_is_english(locale: str, text: str) -> None:
    assert LocalizedText("bass", "basse").in_(locale) == text


@pytest.mark.parametrize(
    ("role", "english", "french"),
    [
        ("ROLE_DRUMS", "This expert does not play drums.", "Cet expert ne joue pas de batterie."),
        ("chords", "This expert does not play chords.", "Cet expert ne joue pas d'accords."),
        ("ROLE_ARPEGGIO", "This expert does not play arpeggios.", "Cet expert ne joue pas d'arpèges."),
    ],
)
def test_a_text_takes_the_name_of_a_part_in_its_own_language(role: str, english: str, french: str) -> None:
    part = part_name(role).after_not
    assert (PLAYS_NOT.format("en", part=part), PLAYS_NOT.format("fr", part=part)) == (english, french)


def test_french_names_elide_before_a_vowel() -> None:
    for part in PARTS.values():
        before_vowel = part.noun.fr[0] in "aeiouh"
        assert part.after_not.fr.startswith("d'" if before_vowel else "de ")
        assert part.indefinite.fr.split()[0] in ("un", "une", "des")


@pytest.mark.parametrize("role", ["ROLE_UNSPECIFIED", "", "kazoo"])
def test_what_is_no_part_has_no_name(role: str) -> None:
    with pytest.raises(KeyError):
        part_name(role)


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        PLAYS_NOT.format("fr")


@pytest.mark.parametrize(
    ("data", "message"),
    [({"en": "bass"}, "label: fr: a text"), ({"en": "bass", "fr": "basse", "de": "Bass"}, "label: de: no such field")],
)
def test_a_text_of_a_data_file_has_both_languages_and_no_other(data: dict[str, str], message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        LocalizedText.read(YamlFields(data, "label"))
