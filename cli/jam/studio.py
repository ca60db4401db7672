"""What a jam needs of the experts: the command's client of the gateway has it."""

from collections.abc import AsyncGenerator
from typing import Protocol

from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.music.v2.music_pb2 import Role
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest, CatalogueKind

from cli.messages.events import Response


class Studio(Protocol):
    """Calls to the experts."""

    def compose(self, request: arranger.ComposeRequest) -> AsyncGenerator[Response, None]:
        """Events of a composition as they arrive."""

    def refine(self, request: arranger.RefineRequest) -> AsyncGenerator[Response, None]:
        """Events of a refinement as they arrive."""

    async def parts(self, request: AnalyseRequest) -> set[Role.ValueType]:
        """The parts that a prompt names."""

    async def labels(self, kind: CatalogueKind.ValueType, locale: str) -> dict[str, str]:
        """Names of the catalogue's entries in a language, by slug.

        Args:
            kind: Which part of the catalogue.
            locale: Language, "en" or "fr".
        """
