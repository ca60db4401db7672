"""Artists, works, games and scenes: what they stand for, and when a word is one."""

import pytest
from boumbapp.music.v2.intent_pb2 import SOURCE_PROMPT, SOURCE_STYLE, IntentOptions

from services.theory.analysis import analyse
from services.theory.prompt.parse.references import nearest_name, references
from tests.unit.theory.intents import CATALOGUE, read


def test_there_are_enough_and_each_stands_for_what_the_catalogue_has() -> None:
    entries = references()
    assert len(entries) >= 300
    for entry in entries.values():
        assert entry.style in CATALOGUE.styles, entry.name
        assert not entry.mood or entry.mood in CATALOGUE.moods, entry.name
        assert entry.bpm == 0 or 40 <= entry.bpm <= 300


@pytest.mark.parametrize(
    ("prompt", "name", "style"),
    [
        ("à la Travis Scott, en fa mineur", "Travis Scott", "trap"),
        ("travis scott type beat dark 808s F minor 150", "Travis Scott", "trap"),
        ("basse façon Jamiroquai en ré mineur", "Jamiroquai", "funk"),
        ("arpege synthé façon Kavinsky nightcall la mineur 91bpm", "Kavinsky", "synthwave"),
        ("like billie eilish bad guy bass, g minor", "Billie Eilish", "electro"),
        ("zelda style melody in D major", "Zelda", "chiptune"),
        ("Prince style guitar in E", "Prince", "funk"),
        ("à la Drake, en do", "Drake", "hiphop"),
    ],
)
def test_a_name_says_a_style(prompt: str, name: str, style: str) -> None:
    intent = read(prompt)
    assert [reference.name for reference in intent.references] == [name]
    assert intent.style == style
    source = next(item for item in intent.evidence if item.slot == "style")
    assert source.source == SOURCE_PROMPT
    assert source.words in prompt


def test_mood_and_tempo_of_a_name_are_implied_and_give_way_to_words() -> None:
    intent = read("à la Travis Scott")
    assert (intent.references[0].mood, intent.bpm, intent.key.scale) == ("dark", 140, "minor")
    assert next(item.source for item in intent.evidence if item.slot == "bpm") == SOURCE_STYLE
    said = read("à la Travis Scott, joyeux, 150 bpm")
    assert (said.mood, said.bpm, said.key.scale) == ("happy", 150, "major")


def test_a_style_that_is_said_wins_over_a_name() -> None:
    intent = read("bossa nova à la Daft Punk en la")
    assert intent.style == "bossa_nova"
    assert [reference.style for reference in intent.references] == ["french_house"]


@pytest.mark.parametrize("prompt", ["the prince of bass in A", "queen of hearts, lead in C", "give it air, pad in D"])
def test_an_everyday_word_is_no_name_without_a_cue(prompt: str) -> None:
    assert not read(prompt).references


def test_an_unknown_name_is_named_with_the_nearest_offer() -> None:
    notices = analyse("beat façon Travis Scot en fa mineur", IntentOptions(), "fr", CATALOGUE).notices
    assert any("Travis Scott" in notice.message for notice in notices)
    unknown = analyse("basse façon Zorglub en fa mineur", IntentOptions(), "fr", CATALOGUE).notices
    assert any("Zorglub" in notice.message and "style" in notice.message for notice in unknown)
    assert nearest_name("qwertyuiop") == ""


@pytest.mark.parametrize(
    ("prompt", "style"),
    [
        ("footwork 160", "footwork"), ("miami bass", "miami_bass"), ("crunk beat", "crunk"), ("pluggnb", "pluggnb"),
        ("gqom 126", "gqom"), ("basse gnawa", "gnawa"), ("maloya", "maloya"), ("mbalax", "mbalax"),
        ("coupé-décalé", "coupe_decale"), ("valse viennoise", "viennese_waltz"), ("afrobeats 105", "afrobeats"),
        ("afrobeat", "afrobeat"), ("baile funk", "baile_funk"), ("musique pour dormir bebe", "lullaby"),
        ("ukulele chords in C", ""),
    ],
)  # fmt: skip
def test_scenes_have_styles_of_their_own(prompt: str, style: str) -> None:
    assert read(prompt).style == style
