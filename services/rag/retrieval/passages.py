"""Passages of a page: the parts that fit a question best, within a budget of tokens."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.rag.pages.page import Page
from services.rag.retrieval.words import content_stems, sentences

CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a page.

    Attributes:
        text: The sentence.
        heading: That it stands under.
        section: Place of its section in the page, from 0.
        place: Place in its section, from 0.
        stems: Of its telling words.
    """

    text: str
    heading: str
    section: int
    place: int
    stems: frozenset[str]

    @property
    def size(self) -> int:
        """Tokens, by its characters."""
        return len(self.text) // CHARACTERS_PER_TOKEN + 1


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences of a section that follow one another, or nearly.

    Attributes:
        heading: That they stand under.
        text: The sentences.
    """

    heading: str
    text: str


def split(page: Page) -> tuple[Sentence, ...]:
    """All sentences of a page."""
    found = []
    for number, section in enumerate(page.sections):
        texts = (sentence for paragraph in section.paragraphs for sentence in sentences(paragraph))
        for place, text in enumerate(texts):
            found.append(Sentence(text, section.heading, number, place, content_stems(text, page.locale)))
    return tuple(found)


def choose(split_page: Sequence[Sentence], stems: Collection[str], tokens: int) -> list[Passage]:
    """The passages of a page that fit a question, in the order of the page; see `choose_sentences`.

    Args:
        split_page: Its sentences.
        stems: Of the telling words of the question.
        tokens: Most tokens of all passages together.
    """
    return list(_joined(choose_sentences(split_page, stems, tokens)))


def choose_sentences(split_page: Sequence[Sentence], stems: Collection[str], tokens: int) -> list[Sentence]:
    """The sentences of a page that fit a question, in its order: what it begins with, and the telling ones.

    Args:
        split_page: Its sentences.
        stems: Of the telling words of the question.
        tokens: Most tokens of all passages together.
    """
    wanted = frozenset(stems)

    def rank(sentence: Sentence) -> tuple[bool, int, int]:
        return sentence.section > 0, -len(wanted & sentence.stems), sentence.section

    chosen: list[Sentence] = []
    for sentence in sorted(split_page, key=rank):
        if sentence.size <= tokens:
            tokens -= sentence.size
            chosen.append(sentence)
    return sorted(chosen, key=lambda each: (each.section, each.place))


def _joined(chosen: Sequence[Sentence]) -> Iterable[Passage]:
    for number in dict.fromkeys(sentence.section for sentence in chosen):
        parts = [sentence for sentence in chosen if sentence.section == number]
        yield Passage(parts[0].heading, " ".join(part.text for part in parts))
