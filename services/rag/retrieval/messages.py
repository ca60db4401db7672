"""Pages as the contract tells them."""

from collections.abc import Sequence

from boumbapp.rag.v2 import rag_service_pb2 as pb

from services.rag.pages.page import Page, PageKind
from services.rag.retrieval.passages import Passage
from services.rag.retrieval.retriever import CATALOGUE, NAME, Found, Retriever

_REASONS = {NAME: pb.MATCH_REASON_NAME, CATALOGUE: pb.MATCH_REASON_CATALOGUE}


def kind_of(kind: PageKind) -> pb.TopicKind.ValueType:
    """The kind of a page in the contract."""
    return pb.TopicKind.Value(f"TOPIC_KIND_{kind.upper()}")


def topic(page: Page, retriever: Retriever) -> pb.Topic:
    """What a page is about; made once, and not to be changed.

    Args:
        page: The page.
        retriever: Whose page it is.
    """
    known = retriever.topics.get((page.slug, page.locale))
    if known is None:
        sentences = retriever.sentences(page.slug, page.locale)
        known = retriever.topics[page.slug, page.locale] = pb.Topic(
            slug=page.slug,
            title=page.title,
            kind=kind_of(page.kind),
            summary=sentences[0].text if sentences else "",
            catalogue=page.catalogue,
        )
    return known


def found_page(found: Found, passages: Sequence[Passage], locale: str, retriever: Retriever) -> pb.FoundPage:
    """A page that was found.

    Args:
        found: Which, and why.
        passages: Of it.
        locale: "fr" or "en".
        retriever: Whose page it is.
    """
    page = retriever.library.pages[found.slug][locale]
    return pb.FoundPage(
        topic=topic(page, retriever),
        score=found.score,
        matches=[
            pb.Match(reason=_REASONS.get(reason.kind, pb.MATCH_REASON_WORDS), evidence=reason.evidence)
            for reason in found.reasons
        ],
        passages=[pb.Passage(heading=each.heading, text=each.text) for each in passages],
    )


def page_response(page: Page, retriever: Retriever) -> pb.GetPageResponse:
    """A whole page.

    Args:
        page: The page.
        retriever: Whose page it is.
    """
    pages = retriever.library.pages
    return pb.GetPageResponse(
        topic=topic(page, retriever),
        sections=[
            pb.PageSection(
                heading=section.heading,
                paragraphs=section.paragraphs,
                examples=[
                    pb.PageExample(kind=example.kind, attributes=example.attributes, lines=example.lines)
                    for example in section.examples
                ],
            )
            for section in page.sections
        ],
        related=[topic(pages[slug][page.locale], retriever) for slug in page.related if slug in pages],
        sources=page.sources,
    )
