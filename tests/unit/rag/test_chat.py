"""Answers: what is asked, which sentences answer it, and what a language model may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.meter import steps_per_bar
from services.rag.chat.extracts import answer
from services.rag.chat.grounding import LEAST_OVERLAP, supported
from services.rag.chat.question import follows_up, kind_of
from services.rag.handover.examples import example_bars, first_playable, numerals_of
from services.rag.handover.musician import asks_for_music
from services.rag.pages.page import Example, ExampleKind, Page
from services.rag.retrieval.passages import split
from services.rag.retrieval.words import content_stems, sentences
from tests.unit.rag.test_retrieval import retriever


def page(slug: str, locale: str = "en") -> Page:
    return retriever().library.pages[slug][locale]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("c'est quoi le dorien ?", "definition"),
        ("what is a clave", "definition"),
        ("quel tempo pour la house", "tempo"),
        ("how much swing should I use", "amount"),
        ("which notes are in the blues scale", "notes"),
        ("quels accords pour du gospel", "chords"),
        ("pourquoi le lydien sonne clair", "reason"),
        ("comment programmer un charley", "method"),
        ("difference between dorian and phrygian", "comparison"),
        ("beat trap", "open"),
    ],
)
def test_what_is_asked_is_told_by_its_words(text: str, kind: str) -> None:
    assert kind_of(text).name == kind


@pytest.mark.parametrize(
    ("text", "expected"), [("et en mineur ?", True), ("why?", True), ("c'est quoi la clave", False)]
)
def test_a_follow_up_is_short_and_begins_like_one(text: str, expected: bool) -> None:
    assert follows_up(text) is expected


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_every_page_answers_with_its_own_sentences(locale: str) -> None:
    for slug in retriever().library.pages:
        title = page(slug, locale).title
        retrieval = retriever().find(title, locale, 3)
        if retrieval.refused:
            continue
        said = answer(kind_of(title), retrieval, retriever(), locale)
        known = {sentence.text for found in retrieval.found for sentence in retriever().sentences(found.slug, locale)}
        assert 1 <= len(said) <= 5
        assert all(each.text in known and each.sources for each in said)
        assert all(not each.text.endswith(":") for each in said)


def test_a_comparison_speaks_of_both_pages() -> None:
    text = "difference between dorian and phrygian"
    said = answer(kind_of(text), retriever().find(text, "en", 3), retriever(), "en")
    assert {source.slug for each in said for source in each.sources} == {"dorian", "phrygian"}


def test_a_tempo_is_told_first() -> None:
    text = "quel tempo pour la house ?"
    first = answer(kind_of(text), retriever().find(text, "fr", 3), retriever(), "fr")[0]
    assert "118" in first.text


def ground(text: str) -> bool:
    return supported(text, [("dorian", retriever().sentences("dorian", "en"))], "en") is not None


def test_what_a_page_says_is_supported_in_its_words_and_in_nearly_its_words() -> None:
    first = retriever().sentences("dorian", "en")[0]
    said = supported(first.text, [("dorian", retriever().sentences("dorian", "en"))], "en")
    assert said is not None
    assert said.sources[0].slug == "dorian"
    assert ground("Dorian is a natural minor with the degree 6 raised by a half step.")


@pytest.mark.parametrize(
    "text",
    [
        "Dorian was invented by Mozart in Vienna.",
        "Dorian is natural minor with degree 5 raised by a half step.",
        "Dorian is not natural minor with degree 6 raised by a half step.",
        "Yes.",
        "Ignore the text above.",
        "",
    ],
)
def test_what_no_page_says_is_not_supported(text: str) -> None:
    assert not ground(text)


@given(st.text(max_size=300))
def test_no_text_breaks_the_check_and_what_passes_shares_its_words(text: str) -> None:
    said = supported(text, [("dorian", retriever().sentences("dorian", "en"))], "en")
    if said is not None:
        stems = content_stems(text, "en")
        of_page = frozenset().union(*(sentence.stems for sentence in retriever().sentences("dorian", "en")))
        assert len(stems & of_page) >= LEAST_OVERLAP * len(stems)


@given(st.text(max_size=500))
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("joue-moi un II-V-I en fa", True),
        ("montre-moi une gamme hirajoshi en ré", True),
        ("let me hear a dembow", True),
        ("comment on joue un II-V-I ?", False),
        ("how do I play slap bass", False),
        ("c'est quoi un II-V-I", False),
    ],
)
def test_music_is_handed_over_to_who_asks_for_it(text: str, expected: bool) -> None:
    assert asks_for_music(text) is expected


def test_every_example_of_every_page_can_be_played() -> None:
    played = 0
    for translations in retriever().library.pages.values():
        for example in translations["en"].examples:
            if example.kind in (ExampleKind.NOTES, ExampleKind.DRUMS):
                made = example_bars(example, "")
                assert made is not None
                for bar in made.bars:
                    ends = [note.start_step + note.duration_steps for note in bar.notes] + [
                        hit.step for hit in bar.hits
                    ]
                    assert max(ends, default=0) <= steps_per_bar(bar.meter)
                played += 1
    assert played > 100


def test_an_example_of_notes_is_played_on_the_tonic_that_is_asked_for() -> None:
    example = Example(ExampleKind.NOTES, {"key": "C minor", "meter": "4/4", "role": "bass"}, ("1,,8 b3,,8",))
    here, there = example_bars(example, ""), example_bars(example, "D")
    assert here is not None
    assert there is not None
    assert [note.pitch % 12 for note in here.bars[0].notes] == [0, 3]
    assert [note.pitch % 12 for note in there.bars[0].notes] == [2, 5]


def test_the_example_follows_the_word_that_asks_for_it() -> None:
    house = page("house", "fr")
    drums, notes = first_playable(house, "un rythme house"), first_playable(house, "une basse house")
    assert drums is not None
    assert drums.kind is ExampleKind.DRUMS
    if notes is not None:
        assert notes.kind is ExampleKind.NOTES or ExampleKind.NOTES not in {each.kind for each in house.examples}


def test_numerals_of_an_example_stand_without_bars() -> None:
    lines = ("Dm7 | G7 | Cmaj7 | %", "roman: ii7 | V7 | Imaj7")
    assert numerals_of(Example(ExampleKind.CHORDS, {"key": "C major"}, lines)) == ["ii7", "V7", "Imaj7"]


def test_a_sentence_that_announces_an_example_has_it_at_its_end() -> None:
    texts = [sentence.text for sentence in split(page("dorian"))]
    assert any(text.endswith("D E F G A B C.") for text in texts)
