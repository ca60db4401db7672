"""Retrieval: the right page for a question, slips and slang included, and none for what is about something else.

`questions/` holds labelled questions: `development.jsonl` was used while the ranking was written, the others were run
once before anything was changed because of them. services/rag/README.md has the figures of those first runs.
`hard.jsonl` holds troubles and wishes of people who lack the term, with chatter around them; a third of `mixed.jsonl`
is so too.
"""

import json
import math
import random
import string
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.locale import guess
from services.rag.pages.library import Library
from services.rag.retrieval.elsewhere import texts_elsewhere
from services.rag.retrieval.naive_bayes import NaiveBayes
from services.rag.retrieval.page_words import words_of
from services.rag.retrieval.passages import choose
from services.rag.retrieval.retriever import CATALOGUE, Retriever
from services.rag.retrieval.words import lines_of_tokens, tokens
from training.topicality.examples import catalogue_names

QUESTIONS = Path(__file__).parent / "questions"
LEAST_REFUSED = 0.95  # of texts about something else


@cache
def retriever() -> Retriever:
    return Retriever(Library.load(), catalogue_names())


def found(question: str, most: int = 3) -> list[str]:
    retrieval = retriever().find(question, guess(question) or "en", most)
    return [each.slug for each in retrieval.found]


def labelled(pattern: str = "*") -> Iterator[tuple[str, list[str]]]:
    for path in sorted(QUESTIONS.glob(f"{pattern}.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            content = json.loads(line)
            yield content["question"], content["pages"]


def test_every_label_is_a_page() -> None:
    assert {slug for _, slugs in labelled() for slug in slugs} <= retriever().library.pages.keys()


@pytest.mark.parametrize(
    ("pattern", "least_first", "least_three", "most_refused"),
    [("dev*", 0.95, 0.99, 0), ("held*", 0.95, 0.99, 0), ("mixed", 0.94, 0.98, 1), ("hard", 0.88, 0.95, 1)],
)
def test_the_right_page_comes_first(pattern: str, least_first: float, least_three: float, most_refused: int) -> None:
    answers = {question: (found(question), set(slugs)) for question, slugs in labelled(pattern) if slugs}
    first = {question for question, (pages, right) in answers.items() if pages and pages[0] in right}
    three = {question for question, (pages, right) in answers.items() if right & set(pages)}
    refused = [question for question, (pages, _) in answers.items() if not pages]
    assert len(refused) <= most_refused, refused
    assert len(first) >= least_first * len(answers), answers.keys() - first
    assert len(three) >= least_three * len(answers), answers.keys() - three


def test_what_is_about_something_else_is_refused_with_topics_to_ask_about() -> None:
    others = [question for question, slugs in labelled() if not slugs]
    accepted = [question for question in others if found(question)]
    assert len(accepted) <= (1 - LEAST_REFUSED) * len(others), accepted
    assert retriever().find("clé USB", "fr", 3).near


@pytest.mark.parametrize(
    "question", [line for line in (QUESTIONS / "casual.txt").read_text("utf-8").splitlines() if line]
)
def test_questions_in_everyday_words_are_not_refused(question: str) -> None:
    assert found(question)


def test_every_page_is_found_by_its_title_and_aliases() -> None:
    missed = [
        (page.slug, page.locale, name)
        for page in retriever().library.all()
        for name in (page.title, *page.aliases)
        if page.slug not in found(name)
    ]
    assert len(missed) <= 0.01 * sum(len(page.aliases) + 1 for page in retriever().library.all()), missed


def test_every_question_of_a_page_leads_to_it() -> None:
    asked = [(page, question) for page in retriever().library.all() for question in page.questions]
    answers = {(page.slug, question): retriever().find(question, page.locale, 3) for page, question in asked}
    assert not [key for key, retrieval in answers.items() if retrieval.refused]
    elsewhere = [key for key, retrieval in answers.items() if retrieval.found[0].slug != key[0]]
    assert len(elsewhere) <= 0.02 * len(answers), elsewhere


def small_library(folder: Path, **questions: str) -> Library:
    """Pages that have questions and hardly any text."""
    (folder / "questions").mkdir()
    for slug, question in questions.items():
        for locale in ("en", "fr"):
            front = f"---\ntitle: {slug}\nkind: sound\n---\nText of {slug}.\n"
            (folder / f"{slug}.{locale}.md").write_text(front, encoding="utf-8")
            (folder / "questions" / f"{slug}.{locale}.txt").write_text(f"{question}\n", encoding="utf-8")
    return Library.load(folder)


def test_a_question_is_found_when_only_most_of_its_words_are_said(tmp_path: Path) -> None:
    small = Retriever(small_library(tmp_path, one="why does my attic hum at dusk", two="my cellar hums"), elsewhere={})
    assert small.find("the attic hums at dusk, why", "en", 1).found[0].slug == "one"
    assert small.find("the cellar hums", "en", 1).found[0].slug == "two"


def test_the_forms_of_a_word_share_its_letters(tmp_path: Path) -> None:
    small = Retriever(small_library(tmp_path, one="attics that hum", two="cellars that hum"), elsewhere={})
    assert small.find("an attic that hums", "en", 1).found[0].slug == "one"
    assert small.find("cellared hum", "en", 1).found[0].slug == "two"


def test_a_word_speaks_for_the_page_that_has_it_most_beside_the_others(tmp_path: Path) -> None:
    library = small_library(tmp_path, one="attic hum attic", two="cellar hum", three="cellar door cellar")
    found = NaiveBayes(words_of(library), {})
    counts = {slug: defaultdict[str, float](float) for slug in library.pages}
    for words in words_of(library):
        for lines, weight in (([*words.names, *words.questions], 1.0), (words.sentences, 0.2)):
            for line in lines:
                for word in line:
                    counts[words.page.slug][word] += weight
    for one, other in (("attic", "door"), ("cellar", "attic")):
        ratio = math.log(_odds(counts, "one", one) / _odds(counts, "three", one))
        weighed = found.weigh([one], "en").likelihoods - found.weigh([other], "en").likelihoods
        order = found.slugs.index("one"), found.slugs.index("three")
        assert math.copysign(1, weighed[order[0]] - weighed[order[1]]) == math.copysign(1, ratio)
    assert found.weigh([], "en").weight == found.weigh(["unseen"], "en").weight == 0


def _odds(counts: Mapping[str, Mapping[str, float]], slug: str, word: str) -> float:
    """How often a page has a word against how often all others do."""
    others = sum(count.get(word, 0.0) for each, count in counts.items() if each != slug)
    return (counts[slug].get(word, 0.0) + 0.1) / (others + 0.1)


def test_texts_about_something_else_lean_the_other_way(tmp_path: Path) -> None:
    library = small_library(tmp_path, one="why does my attic hum at dusk")
    found = NaiveBayes(words_of(library), {"en": lines_of_tokens(["sell my attic", "paint the door"])})
    assert sum(found.weigh(["hum"], "en").leans) > 0 > sum(found.weigh(["paint"], "en").leans)
    assert sum(found.weigh(["paint"], "en").leans) < sum(found.weigh(["attic"], "en").leans)


def test_courtesy_changes_nothing() -> None:
    for question in ("what is a hi-hat", "comment faire une gamme dorienne", "c'est quoi l'enveloppe ADSR"):
        for polite in (
            f"Bonjour, {question}, s'il vous plaît ? Merci d'avance !",
            f"hi, {question} please, thanks a lot",
        ):
            assert found(polite) == found(question)
    assert tokens("merci") == ["merci"]


def test_a_text_about_something_else_is_no_question_of_a_page() -> None:
    asked = {tuple(words) for page in retriever().library.all() for words in lines_of_tokens(page.questions)}
    for texts in texts_elsewhere().values():
        assert not [words for words in lines_of_tokens(texts) if words and tuple(words) in asked]


def test_a_slip_in_a_name_changes_nothing() -> None:
    """A letter too many, missing or swapped in a long word of a title still leads to the page."""
    draws = random.Random(3)
    tried = missed = 0
    for page in retriever().library.all():
        words = [word for word in page.title.split() if len(word) >= 6 and word.isalpha()]
        for word in words[:1]:
            place = draws.randrange(1, len(word) - 1)
            slipped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
            tried += 1
            missed += page.slug not in found(page.title.replace(word, slipped))
    assert tried > 50
    assert missed <= 0.05 * tried


@pytest.mark.parametrize(
    ("by_ear", "written"),
    [
        ("le mode lidyen", "lydian"),
        ("what are gost notes", "ghost-notes"),
        ("gamme mineure armonique", "harmonic-minor"),
        ("c'est quoi un filtre pase bas", "filter"),
        ("comment faire un arpèje", "arpeggio"),
        ("la progression andalouze", "andalusian-cadence"),
        ("singcopation", "syncopation"),
        ("what is a pollyrithm", "polyrhythm"),
        ("boucle de reggaetton", "reggaeton"),
        ("fazer et flanjer", "filter"),
    ],
)
def test_words_written_by_ear_are_understood(by_ear: str, written: str) -> None:
    assert written in found(by_ear)


def test_a_prompt_in_capitals_or_without_accents_is_the_same() -> None:
    for question, slugs in labelled():
        if slugs:
            assert found(question.upper())[:1] == found(question)[:1], question


def test_names_of_the_catalogue_may_come_later() -> None:
    without = Retriever(Library.load())
    later = without.with_names({"style:house": ["zazou"]})
    assert later.find("zazou", "en", 1).found[0].slug == "house"
    assert without.find("zazou", "en", 1).refused
    assert later.find("what is swing", "en", 3) == without.find("what is swing", "en", 3)


def test_an_intent_adds_its_pages_and_says_so() -> None:
    retrieval = retriever().find("", "fr", 3, ["style:house", "scale:dorian"])
    assert {"house", "dorian"} <= {each.slug for each in retrieval.found}
    assert all(each.reasons[0].kind == CATALOGUE for each in retrieval.found)


@given(st.text(max_size=400), st.sampled_from(["fr", "en"]))
def test_no_text_breaks_it(text: str, locale: str) -> None:
    retrieval = retriever().find(text, locale, 3)
    assert retrieval.refused == (not retrieval.found)


@pytest.mark.parametrize("text", ['dorian" OR "x', "dorian NEAR(a b)", "title:dorian*", "'; DROP TABLE pages; --"])
def test_signs_of_the_query_language_are_words(text: str) -> None:
    retriever().find(text, "en", 3)
    assert found("dorian mode") == found("dorian mode")[:3]


@pytest.mark.parametrize("text", ["<b>what is</b> swing", "<script>alert(1)</script> what is swing"])
def test_markup_is_no_part_of_a_question(text: str) -> None:
    assert found(text) == found("what is swing")


def test_a_text_of_two_thousand_letters_is_searched() -> None:
    draws = random.Random(1)
    assert retriever().find("".join(draws.choices(string.ascii_lowercase + " ", k=2000)), "en", 3) is not None


@pytest.mark.parametrize("tokens", [0, 10, 60, 400])
def test_passages_keep_to_their_budget_and_begin_with_what_it_is(tokens: int) -> None:
    sentences = retriever().sentences("dorian", "en")
    passages = choose(sentences, {"sixth"}, tokens)
    assert sum(len(passage.text) // 4 for passage in passages) <= tokens
    if tokens >= 60:
        assert passages[0].text.startswith(sentences[0].text)
