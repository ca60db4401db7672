"""Names of the entries of theory's catalogue, by which pages that explain them are found too."""

from collections.abc import Mapping, Sequence

from boumbapp.theory.v2 import theory_service_pb2 as pb
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub
from grpc.aio import Channel

from services.chassis.client.channel import outgoing
from services.chassis.errors.status import dependency

_CALL_S = 2.0
_KINDS = {
    pb.CATALOGUE_KIND_SCALE: "scale",
    pb.CATALOGUE_KIND_STYLE: "style",
    pb.CATALOGUE_KIND_MOOD: "mood",
    pb.CATALOGUE_KIND_ROLE: "role",
    pb.CATALOGUE_KIND_PROGRESSION: "progression",
}
_MOST_ENTRIES = 1000


class CatalogueClient:
    """Asks theory for its catalogue.

    Args:
        channel: An open channel to theory; the caller closes it.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = TheoryServiceStub(channel)

    async def names(self) -> Mapping[str, Sequence[str]]:
        """Labels and aliases by entry, as "style:house". Raises ApiError or UpstreamError."""
        names: dict[str, list[str]] = {}
        for kind, name in _KINDS.items():
            for locale in ("en", "fr"):
                request = pb.ListCatalogueRequest(kind=kind, locale=locale, page_size=_MOST_ENTRIES)
                with dependency("theory"):
                    response = await self._stub.ListCatalogue(request, **outgoing(_CALL_S))
                for entry in response.entries:
                    names.setdefault(f"{name}:{entry.slug}", []).extend((entry.label, *entry.aliases))
        return names
