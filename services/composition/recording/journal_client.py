"""The journal as those who record see it: batches of serialised interactions."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from boumbapp.journal.v2.journal_service_pb2 import RecordRequest
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub

from services.chassis.client.channel import open_channel, outgoing
from services.chassis.tls import TlsIdentity

_log = logging.getLogger("recording")
_RECORD_S = 30.0


class NotDeliveredError(Exception):
    """A batch may not have been stored."""


class Delivery(Protocol):
    """Takes entries where they are kept."""

    async def send(self, entries: Sequence[bytes]) -> None:
        """Return when all are stored. Raises anything when they may not be."""


class JournalClient:
    """Calls the journal.

    Args:
        address: Where it listens.
        otlp_endpoint: Collector of traces; empty for none.
        tls: What to encrypt with; None for plain text.
    """

    def __init__(self, address: str, otlp_endpoint: str = "", tls: TlsIdentity | None = None) -> None:
        self._channel = open_channel(address, otlp_endpoint, tls)
        self._stub = JournalServiceStub(self._channel)

    async def send(self, entries: Sequence[bytes]) -> None:
        """Have entries stored. Raises AioRpcError or NotDeliveredError."""
        if not entries:
            return
        try:
            response = await self._stub.Record(_requests(entries), **outgoing(_RECORD_S))
        except asyncio.CancelledError:
            # So a call ends, too, whose journal died while it was being written to.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise NotDeliveredError("the journal was lost in the middle of a batch") from None
        if response.refused:
            _log.error("the journal refused %d of %d interactions", response.refused, len(entries))

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()


async def _requests(entries: Sequence[bytes]) -> AsyncIterator[RecordRequest]:
    for entry in entries:
        yield RecordRequest(interaction=entry)
