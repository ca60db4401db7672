"""kill -9 of the journal, of a composing service and of PostgreSQL while many write, on both databases.

Every record that was acknowledged is there, none is there twice, and the versions of a piece are in their order.
`./boumb bench journal_kills` does the same with ten thousand.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from launcher.settings import ROOT
from services.composition.recording.frames import read_frames
from services.journal.storage.database import Database
from services.journal.storage.tables import PIECES
from tests.integration.journal.conftest import needs_postgres
from tests.integration.journal.journal_process import JournalProcess
from tests.integration.journal.killing import Load, check, write_while
from tests.integration.journal.postgres import Cluster

LOAD = Load()


@pytest.fixture
def journal(url: str, tmp_path: Path) -> Iterator[JournalProcess]:
    process = JournalProcess(url, tmp_path)
    process.start()
    process.wait_until_serving()
    yield process
    process.stop()


async def test_the_journal_is_killed(journal: JournalProcess) -> None:
    def crash() -> None:
        journal.kill()
        journal.start()

    acknowledged = await write_while(journal.address, crash, LOAD)
    assert len(acknowledged) == LOAD.total
    check(journal.url, acknowledged, LOAD)


@pytest.mark.parametrize("url", [pytest.param("postgresql", marks=needs_postgres)], indirect=True)
async def test_postgresql_is_killed(journal: JournalProcess, cluster: Cluster) -> None:
    def crash() -> None:
        cluster.kill()
        cluster.start()

    acknowledged = await write_while(journal.address, crash, LOAD)
    assert len(acknowledged) == LOAD.total
    check(journal.url, acknowledged, LOAD)


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
