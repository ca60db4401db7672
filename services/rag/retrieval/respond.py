"""A request for pages and its response."""

from collections.abc import Sequence

from boumbapp.rag.v2 import rag_service_pb2 as pb

from services.rag.retrieval.messages import found_page, topic
from services.rag.retrieval.passages import CHARACTERS_PER_TOKEN
from services.rag.retrieval.retriever import Retriever

_PAGES, _TOKENS = 3, 400
_FIRST_SHARE = 0.6  # of the budget, for the best page


def respond(
    request: pb.RetrieveRequest, entries: Sequence[str], locale: str, retriever: Retriever
) -> pb.RetrieveResponse:
    """Find pages, and the passages of them that fit the budget.

    Args:
        request: What is looked for.
        entries: Entries of the catalogue that its intent holds.
        locale: Language of the passages, "fr" or "en".
        retriever: The pages.
    """
    retrieval = retriever.find(request.query, locale, request.max_pages or _PAGES, entries)
    if retrieval.refused:
        pages = retriever.library.pages
        return pb.RetrieveResponse(
            refused=True, near=[topic(pages[slug][locale], retriever) for slug in retrieval.near]
        )
    response = pb.RetrieveResponse()
    rest = request.max_tokens or _TOKENS
    for place, found in enumerate(retrieval.found):
        last = place == len(retrieval.found) - 1
        budget = rest if last else int(rest * _FIRST_SHARE)
        passages = retriever.passages(found.slug, locale, retrieval.stems, budget)
        rest -= sum(len(passage.text) // CHARACTERS_PER_TOKEN + 1 for passage in passages)
        response.pages.append(found_page(found, passages, locale, retriever))
    return response
