"""Retrieval: the right page for a question, slips and slang included, and none for what is about something else.

`questions/` holds labelled questions: `development.jsonl` was used while the ranking was written, the others were run
once before anything was changed because of them. services/rag/README.md has the figures of those first runs.
"""

import json
import random
import sqlite3
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.locale import guess
from services.rag.pages.library import Library
from services.rag.retrieval.full_text import WEIGHTS, FullText, columns_of
from services.rag.retrieval.passages import choose
from services.rag.retrieval.retriever import CATALOGUE, Retriever
from services.rag.retrieval.words import meaning, word_lists
from training.topicality.fit import catalogue_names

QUESTIONS = Path(__file__).parent / "questions"
LEAST_FIRST, LEAST_FIRST_THREE, LEAST_REFUSED = 0.95, 0.99, 0.95


@cache
def retriever() -> Retriever:
    return Retriever(Library.load(), catalogue_names())


def found(question: str, most: int = 3) -> list[str]:
    retrieval = retriever().find(question, guess(question) or "en", most)
    return [each.slug for each in retrieval.found]


def labelled() -> Iterator[tuple[str, list[str]]]:
    for path in sorted(QUESTIONS.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            content = json.loads(line)
            yield content["question"], content["pages"]


def test_every_label_is_a_page() -> None:
    assert {slug for _, slugs in labelled() for slug in slugs} <= retriever().library.pages.keys()


def test_the_right_page_comes_first() -> None:
    answers = {question: (found(question), set(slugs)) for question, slugs in labelled() if slugs}
    first = {question for question, (pages, right) in answers.items() if pages and pages[0] in right}
    three = {question for question, (pages, right) in answers.items() if right & set(pages)}
    refused = [question for question, (pages, _) in answers.items() if not pages]
    assert not refused
    assert len(first) >= LEAST_FIRST * len(answers), answers.keys() - first
    assert len(three) >= LEAST_FIRST_THREE * len(answers), answers.keys() - three


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


def test_a_question_is_found_when_only_most_of_its_words_are_said(tmp_path: Path) -> None:
    front = "---\ntitle: {0}\nkind: sound\nquestions: [{1}]\n---\nText of {0}.\n"
    for slug, question in (("one", "why does my attic hum at dusk"), ("two", "my cellar hums")):
        for locale in ("en", "fr"):
            (tmp_path / f"{slug}.{locale}.md").write_text(front.format(slug, question), encoding="utf-8")
    small = Retriever(Library.load(tmp_path))
    assert small.find("the attic hums at dusk, why", "en", 1).found[0].slug == "one"
    assert small.find("the cellar hums", "en", 1).found[0].slug == "two"
    assert small.find("the attic", "en", 1).refused


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


def test_a_prompt_in_capitals_or_without_accents_is_the_same() -> None:
    for question, slugs in labelled():
        if slugs:
            assert found(question.upper())[:1] == found(question)[:1], question


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


def test_no_word_is_on_two_lists() -> None:
    lists = word_lists()
    for one, other in (("music", "elsewhere"), ("music", "ambiguous"), ("ambiguous", "elsewhere"), ("stop", "music")):
        assert not getattr(lists, one) & getattr(lists, other), (one, other)


def test_words_are_ranked_as_fts5_of_sqlite_ranks_them() -> None:
    pages = [translations["fr"] for translations in retriever().library.pages.values()]
    index = FullText(pages, "fr")
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE pages USING fts5(title, names, questions, headings, body, tokenize='ascii')")
    for row, page in enumerate(pages, start=1):
        columns = [" ".join(filter(str.isalnum, column)) for column in columns_of(page, "fr")]
        database.execute(
            "INSERT INTO pages(rowid, title, names, questions, headings, body) VALUES (?,?,?,?,?,?)", (row, *columns)
        )
    weights = ", ".join(map(str, WEIGHTS))
    for word in ("dorien", "caisse", "clave", "arpege", "compresseur"):
        term = meaning(word, "fr")
        query = f"SELECT rowid, -bm25(pages, {weights}) FROM pages WHERE pages MATCH ? ORDER BY 2 DESC LIMIT 8"
        theirs = [(pages[row - 1].slug, score) for row, score in database.execute(query, (f'"{term}"',))]
        ours = index.search([word], 8)
        assert [score for _, score in ours] == pytest.approx([score for _, score in theirs], rel=0.01)
        assert ours[0][0] == theirs[0][0]
    database.close()
