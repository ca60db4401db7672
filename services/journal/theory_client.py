"""Theory as the journal sees it: the catalogue of styles and scales, asked for once."""

import logging
import time
from collections.abc import AsyncIterator

from boumbapp.theory.v2.theory_service_pb2 import CatalogueEntry, CatalogueKind, ListCatalogueRequest
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub
from grpc.aio import AioRpcError, Channel

from language.localized_text import LocalizedText
from services.chassis.client.channel import outgoing
from services.journal.domain.catalogue import Catalogue, Scale, Style

_log = logging.getLogger("catalogue")
_LIST_S = 2.0
_PAGE = 1000
_RETRY_S = 30.0  # after theory was away


class CatalogueClient:
    """Asks theory for the catalogue, and remembers it.

    Args:
        channel: An open channel to theory; None where there is none. The caller closes it.
    """

    def __init__(self, channel: Channel | None) -> None:
        self._stub = None if channel is None else TheoryServiceStub(channel)
        self._known = Catalogue()
        self._ask_after = 0.0

    async def catalogue(self) -> Catalogue:
        """What there is; empty while theory is away."""
        if self._stub is not None and not self._known.styles and time.monotonic() >= self._ask_after:
            try:
                self._known = await self._ask(self._stub)
            except AioRpcError as error:
                _log.warning("no catalogue: %s", error.code().name)
                self._ask_after = time.monotonic() + _RETRY_S
        return self._known

    async def _ask(self, stub: TheoryServiceStub) -> Catalogue:
        styles = [each async for each in _both(stub, CatalogueKind.CATALOGUE_KIND_STYLE)]
        scales = [each async for each in _both(stub, CatalogueKind.CATALOGUE_KIND_SCALE)]
        return Catalogue(
            {
                entry.slug: Style(label, entry.bpm, f"{entry.meter.beats}/{entry.meter.beat_unit}")
                for entry, label in styles
            },
            {entry.slug: Scale(label, entry.pitch_classes) for entry, label in scales},
        )


async def _both(
    stub: TheoryServiceStub, kind: CatalogueKind.ValueType
) -> AsyncIterator[tuple[CatalogueEntry, LocalizedText]]:
    """The entries of a kind, with their names in both languages."""
    french = {entry.slug: entry.label async for entry in _entries(stub, kind, "fr")}
    async for entry in _entries(stub, kind, "en"):
        yield entry, LocalizedText(entry.label, french.get(entry.slug, entry.label))


async def _entries(
    stub: TheoryServiceStub, kind: CatalogueKind.ValueType, locale: str
) -> AsyncIterator[CatalogueEntry]:
    request = ListCatalogueRequest(kind=kind, locale=locale, page_size=_PAGE)
    while True:
        answer = await stub.ListCatalogue(request, **outgoing(_LIST_S))
        for entry in answer.entries:
            yield entry
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token
