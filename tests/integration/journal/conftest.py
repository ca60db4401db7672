"""The journal on both databases."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub

from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer, running
from services.chassis.settings import Environment
from services.journal import main as journal
from services.journal.config import JournalSettings
from services.journal.storage.database import Database
from services.journal.storage.sql_repository import SqlRepository
from tests.integration.journal.postgres import Cluster, is_there, running_cluster

KEY = "1:" + "ab" * 32
needs_postgres = pytest.mark.skipif(
    not is_there() and os.environ.get("CI") != "true", reason="PostgreSQL is missing: apt install postgresql"
)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as found:
        yield found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"journal_{uuid.uuid4().hex}"
    cluster.sql(f"CREATE DATABASE {name}")
    return cluster.url(name)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    found = Database(url)
    found.migrate()
    yield found
    found.close()


@pytest.fixture
def repository(database: Database) -> SqlRepository:
    return SqlRepository(database)


def journal_settings(url: str, folder: Path, **variables: str) -> JournalSettings:
    own = {
        "BOUMB_JOURNAL_ADDRESS": "127.0.0.1:0",
        "BOUMB_JOURNAL_URL": url,
        "BOUMB_JOURNAL_KEYS": KEY,
        "BOUMB_STATE_DIR": str(folder),
        "BOUMB_GRACE_S": "0.1",
    }
    return JournalSettings.read(Environment({**own, **variables}))


@asynccontextmanager
async def running_journal(settings: JournalSettings) -> AsyncIterator[RunningServer]:
    async with journal.mounted(settings) as definition, running(settings.server, [definition]) as server:
        yield server


@pytest.fixture
async def server(url: str, tmp_path: Path) -> AsyncIterator[RunningServer]:
    async with running_journal(journal_settings(url, tmp_path)) as found:
        yield found


@pytest.fixture
async def stub(server: RunningServer) -> AsyncIterator[JournalServiceStub]:
    async with open_channel(server.address) as channel:
        yield JournalServiceStub(channel)
