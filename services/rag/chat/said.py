"""A sentence of an answer, and where it comes from."""

from dataclasses import dataclass

from services.rag.retrieval.passages import Sentence


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sentence comes from.

    Attributes:
        slug: Of the page.
        heading: That its source stands under.
    """

    slug: str
    heading: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer.

    Attributes:
        text: Plain text.
        sources: Where it comes from; none for what is no claim.
    """

    text: str
    sources: tuple[Source, ...] = ()

    @classmethod
    def of(cls, slug: str, sentence: Sentence) -> "Said":
        """A sentence of a page as it stands.

        Args:
            slug: Of the page.
            sentence: Of it.
        """
        return cls(sentence.text, (Source(slug, sentence.heading),))
