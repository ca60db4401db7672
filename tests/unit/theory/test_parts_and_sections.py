"""Parts and sections that prompts name."""

import pytest
from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM

from music.roles import role_name
from services.theory.prompt.parse.instruments import ensembles, instruments
from tests.unit.theory.intents import read


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("basse et batterie house 124", ["bass", "drums"]),
        ("bass + drums + chords for a disco track in B minor 118bpm", ["bass", "drums", "chords"]),
        ("boucle lofi avec nappes", ["pad"]),
        ("a beat with pads and an arpeggio", ["drums", "pad", "arpeggio"]),
        ("trio jazz en fa", ["chords", "bass", "drums"]),
        ("full band funk in E minor", ["drums", "bass", "chords", "melody"]),
        ("piano, flûte, contrebasse et batterie", ["chords", "melody", "bass", "drums"]),
        ("trap 808s and hats in F minor", ["bass", "drums"]),
        ("riff de basse en la", ["bass"]),
        ("une basse pour ma mélodie", ["bass"]),
        ("cowbell melody phonk", ["melody"]),
        ("en la mineur", []),
    ],
)
def test_parts_are_listed_in_the_order_of_the_prompt(prompt: str, parts: list[str]) -> None:
    assert [role_name(part.role) for part in read(prompt).parts] == parts


def test_a_part_keeps_its_instrument_and_its_words() -> None:
    flute, bass = read("mélodie à la flûte et contrebasse en ré").parts
    assert (flute.instrument, flute.words) == ("flute", "mélodie à la flûte")
    assert (bass.instrument, bass.words) == ("double_bass", "contrebasse")


@pytest.mark.parametrize(
    ("prompt", "sections", "bars"),
    [
        ("intro 4, couplet 8, refrain 8", [("intro", 4), ("verse", 8), ("chorus", 8)], 20),
        ("16 bars verse then 8 bars chorus", [("verse", 16), ("chorus", 8)], 24),
        ("8-bar intro, drop of 16 bars", [("intro", 8), ("drop", 16)], 24),
        ("intro, couplet, refrain, 8 mesures chacun", [("intro", 8), ("verse", 8), ("chorus", 8)], 24),
        ("verse in C minor, chorus in Eb major, 16 bars", [("verse", 0), ("chorus", 0)], 16),
        ("AABA in Bb", [("section", 0)] * 4, 32),
        ("verse 1 of 8 bars", [("verse", 8)], 8),
        ("intro 120 bpm techno", [("intro", 0)], 4),
    ],
)
def test_sections_have_their_lengths(prompt: str, sections: list[tuple[str, int]], bars: int) -> None:
    intent = read(prompt)
    assert [(section.kind, section.bars) for section in intent.sections] == sections
    assert intent.bars == bars


def test_a_key_behind_a_section_is_that_sections_key() -> None:
    intent = read("verse 8 bars in C minor, chorus 4 bars in Eb major")
    assert [(section.key.tonic, section.key.scale) for section in intent.sections] == [("C", "minor"), ("Eb", "major")]
    assert [(change.key.tonic, change.bar) for change in intent.modulations] == [("Eb", 8)]


def test_a_key_behind_all_sections_is_that_of_the_piece() -> None:
    intent = read("intro 4, couplet 8, refrain 8 en do mineur")
    assert (intent.key.tonic, intent.key.scale) == ("C", "minor")
    assert not intent.modulations
    assert not any(section.HasField("key") for section in intent.sections)


def test_the_letter_of_a_section_is_no_tonic() -> None:
    intent = read("a B section in D minor")
    assert intent.key.tonic == "D"
    assert [section.letter for section in intent.sections] == ["B"]


def test_the_energy_of_a_section_is_what_the_words_say_else_what_is_usual() -> None:
    energies = [section.energy for section in read("quiet verse, huge bridge, chorus, intro").sections]
    assert energies == [LEVEL_LOW, LEVEL_HIGH, LEVEL_HIGH, LEVEL_LOW]
    assert read("verse").sections[0].energy == LEVEL_MEDIUM


def test_to_build_is_no_section() -> None:
    assert not read("build me a bass line in C").sections
    assert [section.kind for section in read("epic orchestral build in D minor").sections] == ["build"]


def test_every_ensemble_plays_known_instruments() -> None:
    slugs = {instrument.slug for instrument in instruments()}
    played = {name for group in ensembles().values() for _, name in group.parts if name}
    assert played <= slugs
