"""The journal service: requests in, domain calls, responses out."""

import secrets
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc.aio
from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceServicer
from boumbapp.music.v2.events_pb2 import Limits

from services.chassis.errors.catalogue import ApiError
from services.chassis.request_context import current
from services.chassis.server.pages import DEFAULT_SIZE, MAX_SIZE
from services.chassis.version import VERSION
from services.journal.domain.reading import bars_of, raw_bar
from services.journal.domain.suggesting import KINDS, Situation
from services.journal.errors import INSIDE_ONLY, NO_USER, OPERATORS_ONLY
from services.journal.journal import Journal
from services.journal.messages import (
    piece_message,
    profile_message,
    span,
    stats_message,
    suggestion_messages,
    timestamp,
)
from services.journal.pages import cursor_of, token_of
from services.journal.theory_client import CatalogueClient

Context = grpc.aio.ServicerContext[Any, Any]
_LIMITS = Limits(max_page_size=MAX_SIZE, max_prompt_characters=4000)
_SUGGESTIONS = 3
# What is held of a Record stream before it is stored.
_MOST_BYTES = 4 * 1024 * 1024


class JournalServicer(JournalServiceServicer):
    """Implements boumbapp.journal.v2.JournalService.

    Args:
        journal: Does the work.
        catalogue: Names of styles and scales.
        storage: "sqlite" or "postgresql".
        retention_days: Days after which pieces are removed; 0 keeps them for ever.
        operator_role: Role of those who may see figures and export.
    """

    def __init__(
        self, journal: Journal, catalogue: CatalogueClient, storage: str, retention_days: int, operator_role: str
    ) -> None:
        self._journal = journal
        self._catalogue = catalogue
        self._storage = storage
        self._retention_days = retention_days
        self._operator_role = operator_role

    async def Info(self, request: pb.InfoRequest, context: Context) -> pb.InfoResponse:
        """Version and limits."""
        return pb.InfoResponse(
            version=VERSION, storage=self._storage, retention_days=self._retention_days, limits=_LIMITS
        )

    async def Record(self, requests: AsyncIterator[pb.RecordRequest], context: Context) -> pb.RecordResponse:
        """Keep interactions."""
        if current().identity.user:
            raise ApiError(INSIDE_ONLY)
        response, waiting, size = pb.RecordResponse(), list[bytes](), 0
        async for request in requests:
            waiting.append(request.interaction)
            size += len(request.interaction)
            if size >= _MOST_BYTES:
                await self._store(waiting, response)
                waiting, size = [], 0
        await self._store(waiting, response)
        return response

    async def _store(self, contents: list[bytes], response: pb.RecordResponse) -> None:
        received = await self._journal.record(contents)
        response.stored += received.recorded.stored
        response.known += received.recorded.known
        response.forgotten += received.recorded.forgotten
        response.refused += received.refused

    async def Rate(self, request: pb.RateRequest, context: Context) -> pb.RateResponse:
        """Say what the caller thinks of a piece."""
        piece = await self._journal.rate(_user(), request.request_id, request.stars, request.comment)
        return pb.RateResponse(piece=piece_message(piece))

    async def Signal(self, request: pb.SignalRequest, context: Context) -> pb.SignalResponse:
        """Say what the caller did with a piece."""
        await self._journal.signal(_user(), request.request_id, request.kind)
        return pb.SignalResponse()

    async def History(self, request: pb.HistoryRequest, context: Context) -> pb.HistoryResponse:
        """List the caller's pieces, a page at a time."""
        after = cursor_of(request.page_token, request.style)
        most = min(request.page_size or DEFAULT_SIZE, MAX_SIZE)
        page = await self._journal.history(_user(), request.style, after, most)
        return pb.HistoryResponse(
            pieces=map(piece_message, page.pieces), next_page_token=token_of(page.following, request.style)
        )

    async def Get(self, request: pb.GetRequest, context: Context) -> pb.GetResponse:
        """Everything that is kept of one piece."""
        piece, interaction, versions = await self._journal.piece(_user(), request.request_id)
        return pb.GetResponse(
            piece=piece_message(piece),
            interaction=interaction,
            raw_bars=[raw_bar(ready) for ready in bars_of(interaction) if ready.corrections],
            versions=map(piece_message, versions),
        )

    async def Profile(self, request: pb.ProfileRequest, context: Context) -> pb.ProfileResponse:
        """What the caller prefers."""
        return profile_message(await self._journal.preferences(_user()))

    async def Suggest(self, request: pb.SuggestRequest, context: Context) -> pb.SuggestResponse:
        """What to try next, and why."""
        suggested = await self._journal.suggest(
            _user(),
            Situation(style=request.style, scale=request.scale, roles=tuple(request.roles)),
            tuple(request.kinds) or KINDS,
            request.count or _SUGGESTIONS,
            request.seed if request.HasField("seed") else secrets.randbits(32),
            await self._catalogue.catalogue(),
        )
        return pb.SuggestResponse(suggestions=suggestion_messages(suggested, current().locale))

    async def Stats(self, request: pb.StatsRequest, context: Context) -> pb.StatsResponse:
        """Figures over all pieces."""
        self._check_operator()
        since, until = _given(request, "since"), _given(request, "until")
        return stats_message(await self._journal.figures(span(since, until)))

    async def Export(self, request: pb.ExportRequest, context: Context) -> AsyncIterator[pb.ExportResponse]:
        """Every piece without who asked for it."""
        self._check_operator()
        pieces = self._journal.export(span(_given(request, "since"), None), request.min_stars)
        async with aclosing(pieces) as stream:
            async for piece, interaction in stream:
                yield pb.ExportResponse(piece=piece_message(piece), interaction=interaction)

    async def Forget(self, request: pb.ForgetRequest, context: Context) -> pb.ForgetResponse:
        """Remove everything that is kept of a user."""
        if request.user:
            self._check_operator()
        removed, at_us = await self._journal.forget(request.user or _user())
        return pb.ForgetResponse(
            removed=[pb.Removed(what=each.what, removed=each.removed, left=each.left) for each in removed],
            at=timestamp(at_us),
        )

    def _check_operator(self) -> None:
        identity = current().identity
        if identity.user and self._operator_role not in identity.roles:
            raise ApiError(OPERATORS_ONLY, value=self._operator_role)


def _user() -> str:
    """Who calls. Raises ApiError for calls from inside, which are nobody's."""
    user = current().identity.user
    if not user:
        raise ApiError(NO_USER)
    return user


def _given(request: Any, field: str) -> Any:  # noqa: ANN401 - two requests have such fields
    return getattr(request, field) if request.HasField(field) else None
