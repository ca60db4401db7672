"""kill -9 of the journal, of a composing service and of PostgreSQL while many write, on both databases.

Every record that was acknowledged is there, none is there twice, and the versions of a piece are in their order.
`./boumb bench journal_kills` does the same with ten thousand.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import grpc.aio
import pytest
from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_REFINE
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub
from sqlalchemy import func, select

from launcher.settings import ROOT
from services.chassis.client.channel import open_channel
from services.composition.recording.frames import read_frames
from services.journal.storage.database import Database
from services.journal.storage.tables import DOCUMENTS, PIECES
from tests.integration.journal.conftest import needs_postgres
from tests.integration.journal.interactions import interaction
from tests.integration.journal.journal_process import JournalProcess
from tests.integration.journal.postgres import Cluster

WRITERS, BATCHES, BATCH = 8, 12, 10


@pytest.fixture
def journal(url: str, tmp_path: Path) -> Iterator[JournalProcess]:
    process = JournalProcess(url, tmp_path)
    process.start()
    process.wait_until_serving()
    yield process
    process.stop()


async def write(address: str, writer: int, acknowledged: list[str]) -> None:
    """Record batches of versions of one piece, each until the journal says that it has it."""
    async with open_channel(address) as channel:
        stub = JournalServiceStub(channel)
        for number in range(BATCHES):
            batch = [
                interaction(
                    f"{writer}-{number * BATCH + k:05}",
                    user=f"user {writer % 3}",
                    at=1_000_000 + number * BATCH + k,
                    kind=INTERACTION_KIND_REFINE,
                    parent_request_id=f"{writer}-{number * BATCH + k - 1:05}" if number or k else "",
                )
                for k in range(BATCH)
            ]

            async def requests(batch: list[pb.RecordRequest]) -> AsyncIterator[pb.RecordRequest]:
                for each in batch:
                    yield each

            sent = [pb.RecordRequest(interaction=each.SerializeToString()) for each in batch]
            while True:
                try:
                    answer = await stub.Record(requests(sent), timeout=10)
                    break
                except grpc.aio.AioRpcError:
                    await asyncio.sleep(0.05)
            assert answer.stored + answer.known == BATCH
            acknowledged += [each.request_id for each in batch]


async def write_while(address: str, crash: Callable[[], None], times: int) -> list[str]:
    """Many write at once, while something is killed and started again at random moments; what was acknowledged."""
    acknowledged: list[str] = []
    writing = asyncio.gather(*(write(address, writer, acknowledged) for writer in range(WRITERS)))
    dice = random.Random(1)
    for _ in range(times):
        await asyncio.sleep(dice.uniform(0.05, 0.3))
        await asyncio.to_thread(crash)
    await writing
    return acknowledged


def check(url: str, acknowledged: list[str]) -> None:
    database = Database(url)
    with database.reader.begin() as connection:
        stored = connection.scalars(select(PIECES.c.request_id)).all()
        assert len(stored) == len(set(stored))
        assert set(acknowledged) <= set(stored)
        assert connection.scalar(select(func.count()).select_from(DOCUMENTS)) == len(stored)
        for writer in range(WRITERS):
            statement = select(PIECES.c.request_id).where(PIECES.c.root_id == f"{writer}-00000")
            versions = connection.scalars(statement.order_by(PIECES.c.began_us, PIECES.c.id)).all()
            assert versions == sorted(each for each in stored if each.startswith(f"{writer}-"))
    database.close()


async def test_the_journal_is_killed(journal: JournalProcess) -> None:
    def crash() -> None:
        journal.kill()
        journal.start()

    acknowledged = await write_while(journal.address, crash, 2)
    assert len(acknowledged) == WRITERS * BATCHES * BATCH
    check(journal.url, acknowledged)


@pytest.mark.parametrize("url", [pytest.param("postgresql", marks=needs_postgres)], indirect=True)
async def test_postgresql_is_killed(journal: JournalProcess, cluster: Cluster) -> None:
    def crash() -> None:
        cluster.kill()
        cluster.start()

    acknowledged = await write_while(journal.address, crash, 2)
    assert len(acknowledged) == WRITERS * BATCHES * BATCH
    check(journal.url, acknowledged)


def test_a_composing_service_is_killed(journal: JournalProcess) -> None:
    """What it had written to its spool comes through the next process, once; what it had not is a moment's worth."""
    command = [sys.executable, "-P", "-m", "tests.integration.journal.recording_process", "melody", "100000"]
    environment = journal.environment(PYTHONPATH=str(ROOT))
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ended = [process.stdout.readline().strip() for _ in range(300)]
        os.kill(process.pid, signal.SIGKILL)
        ended += process.stdout.read().split("\n")
    ended = [each for each in ended if len(each) == len("melody-000000")]
    spooled = [entry for path in journal.folder.glob("spool/*/*.frames") for entry, _ in read_frames(path)]
    last = subprocess.run([*command[:-1], "1"], cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    assert last.stdout.strip() == "melody-000000"  # known already: the same id is stored once
    database = Database(journal.url)
    with database.reader.begin() as connection:
        stored = connection.scalars(select(PIECES.c.request_id).order_by(PIECES.c.id)).all()
    database.close()
    assert stored == sorted(set(stored))  # in their order, none twice
    missing = set(ended) - set(stored)
    assert missing <= set(ended[-20:]), "only what ended a moment before the kill may be missing"
    assert len(stored) >= len(spooled)
