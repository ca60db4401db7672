"""Answers made of the pages' own sentences: those that answer this kind of question come first."""

from collections.abc import Collection, Iterator, Sequence

from services.rag.chat.question import QuestionKind
from services.rag.chat.said import Said
from services.rag.retrieval.passages import Sentence
from services.rag.retrieval.retriever import NAME, Retrieval, Retriever
from services.rag.retrieval.words import content_stems, fold

_MOST, _PER_PAGE_COMPARED = 5, 2
_TELLING, _SHARED, _LEAD, _EARLY, _HEADING = 2.0, 1.0, 0.9, 0.03, 0.6
_LEAD_SENTENCES = 2
# Questions that one sentence answers: it comes first, whatever the page begins with.
_TO_THE_POINT = ("tempo", "amount", "notes")


def answer(kind: QuestionKind, retrieval: Retrieval, retriever: Retriever, locale: str) -> list[Said]:
    """The sentences that answer a question, a handful.

    Args:
        kind: What is asked for.
        retrieval: What was found; not refused.
        retriever: Who found it.
        locale: Language of the answer, "fr" or "en".
    """
    slugs = [found.slug for found in retrieval.found]
    if kind.name == "comparison" and len(slugs) > 1:
        # "Dorian or phrygian" names both; a page about all modes may fit as well, but is neither.
        named = [found.slug for found in retrieval.found if any(reason.kind == NAME for reason in found.reasons)]
        both = named[:2] if len(named) > 1 else slugs[:2]
        return list(_compared(kind, both, retrieval.stems, retriever, locale))
    page = retriever.sentences(slugs[0], locale)
    name = content_stems(retriever.library.pages[slugs[0]][locale].title, locale)
    wanted = retrieval.stems - name
    ranked = _ranked(kind, page, wanted, locale)
    if kind.name in _TO_THE_POINT and ranked and _tells(kind, ranked[0]):
        chosen = [ranked[0], *_in_order([*_lead(page), *ranked[1:3]], leave_out=ranked[0])]
    else:
        chosen = _in_order([*_lead(page), *ranked[: _MOST - 1]])
    return [Said.of(slugs[0], sentence) for sentence in chosen[:_MOST]]


def _compared(
    kind: QuestionKind, slugs: Sequence[str], stems: frozenset[str], retriever: Retriever, locale: str
) -> Iterator[Said]:
    for slug, other in zip(slugs, reversed(slugs), strict=True):
        page = retriever.sentences(slug, locale)
        about_other = stems | content_stems(retriever.library.pages[other][locale].title, locale)
        best = _ranked(kind, page, about_other, locale)[: _PER_PAGE_COMPARED - 1]
        for sentence in _in_order([*page[:1], *best])[:_PER_PAGE_COMPARED]:
            yield Said.of(slug, sentence)


def _lead(page: Sequence[Sentence]) -> list[Sentence]:
    return [sentence for sentence in page if sentence.section == 0][:_LEAD_SENTENCES]


def _ranked(kind: QuestionKind, page: Sequence[Sentence], wanted: Collection[str], locale: str) -> list[Sentence]:
    """Sentences of a page, the most telling first; those that tell nothing of what is asked are left out."""
    wanted = frozenset(wanted)

    def score(sentence: Sentence) -> float:
        shared = len(wanted & sentence.stems) + _HEADING * len(wanted & content_stems(sentence.heading, locale))
        lead = _LEAD if sentence.section == 0 else 0.0
        return _SHARED * shared + _TELLING * _tells(kind, sentence) + lead - _EARLY * sentence.section

    scored = [(score(sentence), sentence) for sentence in page]
    return [sentence for points, sentence in sorted(scored, key=lambda each: -each[0]) if points >= _SHARED - _LEAD / 2]


def _tells(kind: QuestionKind, sentence: Sentence) -> bool:
    return bool(kind.tells and kind.tells.search(fold(sentence.text)))


def _in_order(sentences: Sequence[Sentence], leave_out: Sentence | None = None) -> list[Sentence]:
    """Sentences as the page has them, each once."""
    chosen = {(each.section, each.place): each for each in sentences if each is not leave_out}
    return [chosen[key] for key in sorted(chosen)]
