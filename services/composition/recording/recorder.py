"""Records interactions: after the stream, through a bounded queue and a spool on disk, to the journal.

A stream only keeps its events and puts them on the queue when it is over. A thread writes them to the spool, and a task
sends what is there to the journal in batches, in order, again and again until the journal has it. Each entry has its
request id, which the journal stores once.
"""

import asyncio
import contextlib
import contextvars
import logging
import os
import queue
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import ExitStack, aclosing, asynccontextmanager
from typing import Protocol

from boumbapp.journal.v2.interaction_pb2 import Outcome
from boumbapp.music.v2.events_pb2 import ComposingEvent, Notice

from services.chassis.errors.catalogue import ApiError
from services.chassis.request_context import current
from services.composition.recording.entry import Entry, began_of
from services.composition.recording.journal_client import Delivery, JournalClient
from services.composition.recording.measures import JOURNAL_LAG, NOT_RECORDED, SPOOL, SPOOL_ROOM
from services.composition.recording.notices import NOT_RECORDED as NOT_RECORDED_NOTICE
from services.composition.recording.settings import RecordingSettings
from services.composition.recording.spool import Spool, SpoolFull, own_folder
from telemetry import tracing

_log = logging.getLogger("recording")
# Interactions between the stream and the spool. Writing one takes a fraction of a millisecond.
_QUEUE = 1000
# What is sent together: enough that a slow journal keeps up, little enough that a lost answer costs nothing.
_BATCH, _BATCH_BYTES = 200, 1024 * 1024
_MOST_BYTES = 1_500_000  # of an interaction; the contract takes a little more
_LINGER_S = 0.25
_PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
# When stopping, the journal gets this long to take what waits; the rest stays in the spool.
_LAST_S = 1.0


class Recorder(Protocol):
    """Who records interactions."""

    def recorded(
        self, entry: Entry, events: AsyncGenerator[ComposingEvent, None]
    ) -> AsyncGenerator[ComposingEvent, None]:
        """The same events; when they end, however they do, the interaction is recorded.

        Args:
            entry: What is known of it.
            events: Of its stream.
        """

    def put(self, entry: Entry) -> None:
        """Record an interaction that is over."""

    def notices(self, locale: str) -> Sequence[Notice]:
        """What listeners should know: once, that nothing is recorded for now."""


class NoRecorder:
    """Records nothing."""

    def recorded(
        self, entry: Entry, events: AsyncGenerator[ComposingEvent, None]
    ) -> AsyncGenerator[ComposingEvent, None]:
        """The same events. See `Recorder`."""
        del entry
        return events

    def put(self, entry: Entry) -> None:
        """Let it go."""

    def notices(self, locale: str) -> Sequence[Notice]:
        """None."""
        del locale
        return ()


class SpoolingRecorder:
    """Records for the journal; see the module.

    Args:
        service: Short name of the service.
        spool: Where entries wait; None where there is no disk for it, so that none is recorded.
        delivery: Takes batches to the journal.
    """

    def __init__(self, service: str, spool: Spool | None, delivery: Delivery) -> None:
        self._service = service
        self._spool = spool
        self._delivery = delivery
        self._queue: queue.Queue[Entry | None] = queue.Queue(_QUEUE)
        self._waiting = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._failing = False
        self._untold = False
        self._oldest: float | None = None  # when what is being sent began, since the epoch
        self._writer = threading.Thread(target=self._write, name="recording", daemon=True)

    def recorded(
        self, entry: Entry, events: AsyncGenerator[ComposingEvent, None]
    ) -> AsyncGenerator[ComposingEvent, None]:
        """The same events, kept until they end. See `Recorder`."""
        call = current()
        if call.nested:  # who calls records the whole
            return events
        entry.user = call.identity.user
        return self._kept(entry, events)

    async def _kept(
        self, entry: Entry, events: AsyncGenerator[ComposingEvent, None]
    ) -> AsyncGenerator[ComposingEvent, None]:
        entry.outcome = Outcome.OUTCOME_LEFT
        try:
            async with aclosing(events) as stream:
                async for event in stream:
                    entry.events.append(event)
                    yield event
            entry.outcome = Outcome.OUTCOME_COMPLETED
        except Exception as error:
            entry.outcome = Outcome.OUTCOME_FAILED
            entry.error = error.code.name if isinstance(error, ApiError) else "INTERNAL"
            raise
        finally:
            if entry.events:
                self.put(entry)

    def put(self, entry: Entry) -> None:
        """Put an interaction on the queue, which never waits."""
        if current().nested:  # who calls records the whole
            return
        entry.service = self._service
        entry.user = entry.user or current().identity.user
        try:
            self._queue.put_nowait(entry)
        except queue.Full:
            self._fail("the queue is full")

    def notices(self, locale: str) -> Sequence[Notice]:
        """Once after recording failed: that it does. See `Recorder`."""
        if not self._untold:
            return ()
        self._untold = False
        return (NOT_RECORDED_NOTICE.notice(locale),)

    def _write(self) -> None:
        """What the thread does: entries to the spool, in order, until None comes."""
        stopping = False
        while not stopping:
            entries = [self._queue.get()]
            with contextlib.suppress(queue.Empty):
                while len(entries) < _BATCH:
                    entries.append(self._queue.get_nowait())
            stopping = None in entries
            self._spool_all([entry for entry in entries if entry is not None])

    def _spool_all(self, entries: Sequence[Entry]) -> None:
        written = []
        for entry in entries:
            try:
                content = entry.serialised()
            except Exception:  # noqa: BLE001  one that cannot be written must not stop those after it
                _log.exception("%s cannot be recorded", entry.request_id)
                continue
            if len(content) > _MOST_BYTES:
                _log.error("%s is not recorded: %d bytes", entry.request_id, len(content))
                continue
            written.append(content)
        if not written:
            return
        try:
            if self._spool is None:
                raise SpoolFull("there is no folder for it")
            self._spool.append(written)
        except SpoolFull as reason:
            self._fail(str(reason), len(written))
            return
        self._failing = False
        with contextlib.suppress(RuntimeError):  # the loop has ended: it stays in the spool
            self._loop.call_soon_threadsafe(self._waiting.set)

    def _fail(self, reason: str, lost: int = 1) -> None:
        NOT_RECORDED.add(amount=lost)
        if not self._failing:
            self._failing = self._untold = True
            _log.error("interactions are not recorded: %s", reason)

    def lag_s(self) -> float:
        """Age of the oldest interaction that the journal does not have, as far as it was tried; 0 when it has all."""
        return 0.0 if self._oldest is None else max(0.0, time.time() - self._oldest)

    def _watched(self) -> ExitStack:
        """What waits, as it is measured; only while the stack is open."""
        watched = ExitStack()
        watched.enter_context(JOURNAL_LAG.watched(lambda: [(self.lag_s(), {})]))
        if (spool := self._spool) is not None:
            watched.enter_context(SPOOL.watched(lambda: [(spool.waiting_bytes, {})]))
            watched.enter_context(SPOOL_ROOM.watched(lambda: [(spool.most_bytes, {})]))
        return watched

    async def deliver_some(self) -> bool:
        """Send the oldest batch and wait until the journal has it; whether there was one.

        Raises:
            Exception: The journal did not take it; it stays.
        """
        if self._spool is None:
            return False
        batch = await asyncio.to_thread(self._spool.read, _BATCH, _BATCH_BYTES)
        if batch is None:
            return False
        entries = [entry for entry in batch.entries if entry.strip(b"\0")]
        if self._oldest is None and entries and tracing.is_on():
            self._oldest = began_of(entries[0])
        await self._delivery.send(entries)
        self._oldest = None
        done = asyncio.ensure_future(asyncio.to_thread(self._spool.done, batch))
        try:
            await asyncio.shield(done)
        except asyncio.CancelledError:
            await done  # what the journal has taken is not sent once more by who sends the last
            raise
        return True

    async def _deliver(self) -> None:
        """Send what comes, for ever."""
        failures = 0
        while True:
            self._waiting.clear()
            try:
                while await self.deliver_some():
                    failures = 0
            except Exception as error:  # noqa: BLE001  whatever it is, what waits is sent later
                if failures == 0:
                    _log.warning("the journal takes nothing for now: %r", error)
                await asyncio.sleep(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])
                failures += 1
                continue
            await self._waiting.wait()
            await asyncio.sleep(_LINGER_S)  # streams that end together go together

    async def _deliver_last(self) -> None:
        """Send what waits, as far as there is time."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_LAST_S):
                while await self.deliver_some():
                    pass

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SpoolingRecorder"]:
        """Write and send for the time of a block. Afterwards everything is delivered, or in the spool."""
        self._writer.start()
        # On behalf of no call: who records is a service, whoever opened the recorder.
        sending = asyncio.create_task(self._deliver(), name="recording", context=contextvars.Context())
        self._waiting.set()
        watched = self._watched()
        try:
            yield self
        finally:
            watched.close()
            self._queue.put(None)
            await asyncio.to_thread(self._writer.join)
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending
            await asyncio.create_task(self._deliver_last(), context=contextvars.Context())


@asynccontextmanager
async def recording(settings: RecordingSettings, otlp_endpoint: str = "") -> AsyncIterator[Recorder]:
    """A recorder for the time of a block; one that records nothing where there is no journal.

    Args:
        settings: Where to.
        otlp_endpoint: Collector of traces; empty for none.
    """
    if not settings.journal_address:
        yield NoRecorder()
        return
    lock: int | None = None
    spool: Spool | None = None
    try:
        folder, lock = own_folder(settings.spool, settings.service)
        spool = Spool(folder, settings.most_bytes)
    except OSError as reason:
        _log.error("no folder for what is to be recorded: %s", reason)
    client = JournalClient(settings.journal_address, otlp_endpoint, settings.tls)
    try:
        async with SpoolingRecorder(settings.service, spool, client).running() as recorder:
            yield recorder
    finally:
        await client.close()
        if lock is not None:
            os.close(lock)
