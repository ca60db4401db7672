"""The journal's work: what each method does, on a repository that blocks, from an event loop that must not."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from boumbapp.journal.v2.interaction_pb2 import Interaction
from boumbapp.journal.v2.journal_service_pb2 import SuggestionKind
from google.protobuf.message import DecodeError

from services.chassis.errors.catalogue import ApiError
from services.composition.recording.spool import Spool, left_behind, rewrite
from services.journal.domain.catalogue import Catalogue
from services.journal.domain.figures import Figures
from services.journal.domain.identity import KeyRing
from services.journal.domain.piece import NewPiece, Piece
from services.journal.domain.preferences import Counts, Trait
from services.journal.domain.reading import NotAnInteraction, read_interaction
from services.journal.domain.repository import (
    Cursor,
    HistoryPage,
    Recorded,
    Removal,
    Repository,
    Span,
    StorageDown,
)
from services.journal.domain.suggesting import Situation, Suggested, Suggester
from services.journal.errors import NO_SUCH_PIECE, STORAGE_DOWN
from telemetry import tracing
from telemetry.conventions import REQUEST_ID
from telemetry.tracing import TRACEPARENT

_log = logging.getLogger("journal")
_RETRY_S = 1.0
_READERS = 4
# Pieces of a transaction.
_AT_ONCE = 200
_EXPORTED_AT_ONCE = 50
_UPKEEP_S = 5.0
_PURGE_EVERY_S = 3600.0
_EVERYBODY_S = 60.0  # for which everybody's counts are remembered
_US, _US_PER_DAY = 1_000_000, 86_400_000_000
_SPOOL_BATCH_BYTES = 1024 * 1024
_NO_LIMIT = 2**62

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Received:
    """What became of reported interactions: see `Recorded`; how many were none; and the traces of the others, by id."""

    recorded: Recorded
    refused: int
    traces: tuple[tuple[str, str], ...] = ()


class Journal:
    """Keeps interactions, and answers for them.

    Args:
        repository: Where they are kept.
        keys: For users.
        spool: Folder of the spools of this machine.
        retention_days: Days after which pieces are removed; 0 keeps them for ever.
        writers: Transactions that may write at once.
    """

    def __init__(self, repository: Repository, keys: KeyRing, spool: Path, retention_days: int, writers: int) -> None:
        self._repository = repository
        self._keys = keys
        self._spool = spool
        self._retention_days = retention_days
        self._writing = ThreadPoolExecutor(writers, thread_name_prefix="writer")
        self._reading = ThreadPoolExecutor(_READERS, thread_name_prefix="reader")
        self._everybody: Mapping[Trait, Counts] = {}
        self._everybody_until = 0.0
        self._upkeep: asyncio.Task[None] | None = None

    async def record(self, contents: Sequence[bytes]) -> Received:
        """Store interactions as they were sent. Raises ApiError when the storage is down; none may be stored then."""
        stored = known = forgotten = refused = 0
        for start in range(0, len(contents), _AT_ONCE):
            began_ns = time.time_ns()
            done = await self._write(partial(self._store, contents[start : start + _AT_ONCE]))
            stored += done.recorded.stored
            known += done.recorded.known
            forgotten += done.recorded.forgotten
            refused += done.refused
            for request_id, trace in done.traces:  # each has its own; this call carries many
                tracing.record("stored", began_ns, time.time_ns(), {REQUEST_ID: request_id}, [(TRACEPARENT, trace)])
        return Received(Recorded(stored, known, forgotten), refused)

    def _store(self, contents: Sequence[bytes]) -> Received:
        pieces: list[NewPiece] = []
        for content in contents:
            try:
                pieces.append(read_interaction(content))
            except NotAnInteraction as reason:
                _log.warning("refused: %s", reason)
        traces = tuple((piece.piece.request_id, piece.trace) for piece in pieces if piece.trace)
        return Received(self._repository.record(pieces, self._keys), len(contents) - len(pieces), traces)

    async def rate(self, subject: str, request_id: str, stars: int, comment: str) -> Piece:
        """Rate a piece.

        Args:
            subject: Who rates.
            request_id: Of the piece.
            stars: 1 to 5.
            comment: In words; may be empty.

        Raises:
            ApiError: The user has no such piece, or the storage is down.
        """
        rating = partial(self._repository.rate, request_id, subject, self._keys, stars, comment)
        piece = await self._write(rating)
        if piece is None:
            raise _no_such_piece(request_id)
        return piece

    async def signal(self, subject: str, request_id: str, kind: int) -> None:
        """Note what was done with a piece.

        Args:
            subject: Who did it.
            request_id: Of the piece.
            kind: What was done.

        Raises:
            ApiError: The user has no such piece, or the storage is down.
        """
        if not await self._write(partial(self._repository.signal, request_id, subject, self._keys, kind)):
            raise _no_such_piece(request_id)

    async def history(self, subject: str, style: str, after: Cursor | None, most: int) -> HistoryPage:
        """Pieces of a user, the newest first.

        Args:
            subject: The user.
            style: Slug; empty for all.
            after: Where to begin; None begins with the newest.
            most: Most pieces.

        Raises:
            ApiError: The storage is down.
        """
        return await self._read(partial(self._repository.history, subject, self._keys, style, after, most))

    async def piece(self, subject: str, request_id: str) -> tuple[Piece, Interaction, Sequence[Piece]]:
        """A piece, all of it, and its versions.

        Args:
            subject: The user.
            request_id: Of the piece.

        Raises:
            ApiError: The user has no such piece, or the storage is down.
        """
        found = await self._read(partial(self._repository.piece, request_id, subject, self._keys))
        if found is None:
            raise _no_such_piece(request_id)
        piece, document = found
        versions = await self._read(partial(self._repository.versions, piece.root_id, subject, self._keys))
        return piece, Interaction.FromString(document), versions

    async def preferences(self, subject: str) -> Mapping[Trait, Counts]:
        """What a user likes. Raises ApiError when the storage is down."""
        return await self._read(partial(self._repository.preferences, subject, self._keys))

    async def suggest(
        self,
        subject: str,
        situation: Situation,
        kinds: Collection[SuggestionKind.ValueType],
        count: int,
        seed: int,
        catalogue: Catalogue,
    ) -> list[Suggested]:
        """What a user may try next.

        Args:
            subject: The user.
            situation: What is being worked on.
            kinds: Which kinds.
            count: Most of each kind.
            seed: Draws what is explored.
            catalogue: What there is.

        Raises:
            ApiError: The storage is down.
        """
        own = await self.preferences(subject)
        if time.monotonic() >= self._everybody_until:
            self._everybody = await self._read(partial(self._repository.preferences, None, self._keys))
            self._everybody_until = time.monotonic() + _EVERYBODY_S
        return list(Suggester(own, self._everybody, catalogue).suggest(situation, kinds, count, seed))

    async def figures(self, span: Span) -> Figures:
        """Figures over the pieces of a time. Raises ApiError when the storage is down."""
        return await self._read(partial(self._repository.figures, span))

    async def export(self, span: Span, min_stars: int) -> AsyncGenerator[tuple[Piece, Interaction], None]:
        """Every piece of a time, the oldest first.

        Args:
            span: The time.
            min_stars: Least rating; 0 takes those that were not rated too.

        Raises:
            ApiError: The storage is down.
        """
        pieces = self._repository.export(span, min_stars)
        while page := await self._read(lambda: list(islice(pieces, _EXPORTED_AT_ONCE))):
            for piece, document in page:
                yield piece, Interaction.FromString(document)

    async def forget(self, subject: str) -> tuple[Sequence[Removal], int]:
        """Remove everything of a user; what was removed, and when, in microseconds since 1970.

        Raises:
            ApiError: The storage is down; nothing, or not everything, was removed then.
        """
        at_us = time.time_ns() // 1000
        removed = await self._write(partial(self._repository.forget, subject, self._keys, at_us))
        spooled = await self._write(partial(self._clear_spools, subject))
        self._everybody_until = 0.0
        return [*removed, spooled], at_us

    def _clear_spools(self, subject: str) -> Removal:
        removed = rewrite(self._spool, lambda entry: _user_of(entry) != subject)
        return Removal("spooled", removed, rewrite(self._spool, lambda entry: _user_of(entry) != subject))

    async def begin(self) -> None:
        """Take in what waits in spools, and go on doing so; the tables are there."""
        with suppress(ApiError, OSError):
            await self.take_in()
        self._upkeep = asyncio.create_task(self._keep_up(), name="upkeep")

    async def _keep_up(self) -> None:
        """For ever: take in what processes that ended left in their spools, and remove what is too old."""
        purge_at = time.monotonic()
        while True:
            try:
                await self.take_in()
                if self._retention_days and time.monotonic() >= purge_at:
                    before = time.time_ns() // 1000 - self._retention_days * _US_PER_DAY
                    if removed := await self._write(partial(self._repository.purge, before)):
                        _log.info("removed %d old pieces", removed)
                    purge_at = time.monotonic() + _PURGE_EVERY_S
            except (ApiError, OSError) as reason:
                _log.warning("upkeep: %s", reason)
            await asyncio.sleep(_UPKEEP_S)

    async def take_in(self) -> int:
        """Store what processes that ended left in their spools; how many entries. Raises ApiError or OSError."""
        taken = 0
        for folder, _ in left_behind(self._spool):
            waiting = Spool(folder, _NO_LIMIT)
            while batch := await asyncio.to_thread(waiting.read, _AT_ONCE, _SPOOL_BATCH_BYTES):
                await self.record([entry for entry in batch.entries if entry.strip(b"\0")])
                waiting.done(batch)
                taken += len(batch.entries)
        return taken

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The time of a block, after which nothing of it runs any more."""
        try:
            yield
        finally:
            if self._upkeep is not None:
                self._upkeep.cancel()
                with suppress(asyncio.CancelledError):
                    await self._upkeep
            for pool in (self._writing, self._reading):
                pool.shutdown()
            self._repository.close()

    async def _write(self, work: Callable[[], T]) -> T:
        return await self._in(self._writing, work)

    async def _read(self, work: Callable[[], T]) -> T:
        return await self._in(self._reading, work)

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        except StorageDown as reason:
            raise ApiError(STORAGE_DOWN, private=str(reason), retry_s=_RETRY_S) from reason


def _no_such_piece(request_id: str) -> ApiError:
    return ApiError(NO_SUCH_PIECE, field="request_id", value=request_id)


def _user_of(entry: bytes) -> str:
    try:
        return Interaction.FromString(entry).user
    except DecodeError:
        return ""
