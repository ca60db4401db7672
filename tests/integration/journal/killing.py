"""Many write at once while something is killed: for the tests, and with more of everything for the benchmark."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import grpc.aio
from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_REFINE
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub
from sqlalchemy import func, select

from services.chassis.client.channel import open_channel
from services.journal.storage.database import Database
from services.journal.storage.tables import DOCUMENTS, PIECES
from tests.integration.journal.interactions import interaction


@dataclass(frozen=True)
class Load:
    """Writers, each of whom records batches of versions of one piece.

    Attributes:
        writers: At once.
        batches: Of each.
        batch: Interactions of each batch.
        kills: How often something is killed.
    """

    writers: int = 8
    batches: int = 12
    batch: int = 10
    kills: int = 2

    @property
    def total(self) -> int:
        return self.writers * self.batches * self.batch


async def _write(address: str, load: Load, writer: int, acknowledged: list[str]) -> None:
    """Record batches of versions of one piece, each until the journal says that it has it."""

    async def requests(batch: list[pb.RecordRequest]) -> AsyncIterator[pb.RecordRequest]:
        for each in batch:
            yield each

    async with open_channel(address) as channel:
        stub = JournalServiceStub(channel)
        for number in range(load.batches):
            start = number * load.batch
            batch = [
                interaction(
                    f"{writer}-{start + k:05}",
                    user=f"user {writer % 3}",
                    at=1_000_000 + start + k,
                    kind=INTERACTION_KIND_REFINE,
                    parent_request_id=f"{writer}-{start + k - 1:05}" if start + k else "",
                )
                for k in range(load.batch)
            ]
            sent = [pb.RecordRequest(interaction=each.SerializeToString()) for each in batch]
            while True:
                try:
                    answer = await stub.Record(requests(sent), timeout=10)
                    break
                except (grpc.aio.AioRpcError, asyncio.CancelledError):  # either, when the journal dies meanwhile
                    await asyncio.sleep(0.05)
            assert answer.stored + answer.known == load.batch
            acknowledged += [each.request_id for each in batch]


async def write_while(address: str, crash: Callable[[], None], load: Load) -> list[str]:
    """Write, while something is killed and started again at random moments; what was acknowledged."""
    acknowledged: list[str] = []
    writing = asyncio.gather(*(_write(address, load, writer, acknowledged) for writer in range(load.writers)))
    dice = random.Random(1)
    for _ in range(load.kills):
        await asyncio.sleep(dice.uniform(0.05, 0.3))
        await asyncio.to_thread(crash)
    await writing
    return acknowledged


def check(url: str, acknowledged: list[str], load: Load) -> None:
    """Every record that was acknowledged is there, none twice, and the versions of each piece are in their order."""
    database = Database(url)
    with database.reader.begin() as connection:
        stored = connection.scalars(select(PIECES.c.request_id)).all()
        assert len(stored) == len(set(stored))
        assert set(acknowledged) <= set(stored)
        assert connection.scalar(select(func.count()).select_from(DOCUMENTS)) == len(stored)
        for writer in range(load.writers):
            statement = select(PIECES.c.request_id).where(PIECES.c.root_id == f"{writer}-00000")
            versions = connection.scalars(statement.order_by(PIECES.c.began_us, PIECES.c.id)).all()
            assert versions == sorted(each for each in stored if each.startswith(f"{writer}-"))
    database.close()
