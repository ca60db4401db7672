"""Passages of a page: the parts that fit a question best, within a budget of tokens."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from services.rag.pages.page import Example, ExampleKind, Page
from services.rag.retrieval.words import content_stems, sentences

CHARACTERS_PER_TOKEN = 4
_ENDS = '.!?…»"”'


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a page.

    Attributes:
        text: The sentence.
        heading: That it stands under.
        section: Place of its section in the page, from 0.
        place: Place in its section, from 0.
        stems: Of its telling words.
        size: Tokens, by its characters.
    """

    text: str
    heading: str
    section: int
    place: int
    stems: frozenset[str]
    size: int


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
    """All sentences of a page. One that announces an example ("...:") has it at its end, or goes where that is long."""
    found: list[Sentence] = []
    for number, section in enumerate(page.sections):
        place = 0
        for block, following in zip(section.blocks, (*section.blocks[1:], ""), strict=True):
            if isinstance(block, Example):
                continue
            for text in sentences(block):
                shown = f"{text} {_in_words(following)}".strip() if text.endswith(":") else text
                if not shown.endswith(":"):
                    shown += "" if shown[-1] in _ENDS else "."  # list items often end without
                    stems, size = content_stems(shown, page.locale), len(shown) // CHARACTERS_PER_TOKEN + 1
                    found.append(Sentence(shown, section.heading, number, place, stems, size))
                    place += 1
    return tuple(found)


def _in_words(block: str | Example) -> str:
    """An example as the end of a sentence; empty for what takes more than a line."""
    if not isinstance(block, Example) or block.kind not in (ExampleKind.SCALE, ExampleKind.CHORDS):
        return ""
    lines = [line.strip("| ") for line in block.lines if not line.startswith("roman:")]
    return f"{lines[0]}." if len(lines) == 1 else ""


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
    for _, parts in groupby(chosen, key=lambda sentence: sentence.section):
        first, *others = parts
        yield Passage(first.heading, " ".join((first.text, *(part.text for part in others))))
