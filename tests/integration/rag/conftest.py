"""Rag on a free port, over real theory, with a folder of pages that tests may change."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from boumbapp.rag.v2.rag_service_pb2_grpc import RagServiceStub

from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer, running
from services.chassis.settings import Environment
from services.rag import main as rag
from services.rag.config import RagSettings
from services.rag.pages.library import KNOWLEDGE


def rag_settings(theory: str, **variables: str) -> RagSettings:
    addresses = {
        "BOUMB_RAG_ADDRESS": "127.0.0.1:0",
        "BOUMB_THEORY_ADDRESS": theory,
        "BOUMB_OLLAMA_ADDRESS": "off",
        "BOUMB_RAG_WATCH_S": "0.05",
        "BOUMB_GRACE_S": "0.1",
    }
    return RagSettings.read(Environment({**addresses, **variables}))


@asynccontextmanager
async def rag_server(settings: RagSettings) -> AsyncIterator[RunningServer]:
    """Rag."""
    async with rag.mounted(settings) as definition, running(settings.server, [definition]) as server:
        yield server


@asynccontextmanager
async def asking(settings: RagSettings) -> AsyncIterator[RagServiceStub]:
    """A client of rag."""
    async with rag_server(settings) as server, open_channel(server.address) as channel:
        yield RagServiceStub(channel)


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A folder of pages: three of those that ship."""
    for slug in ("dorian", "ii-v-i", "house"):
        for path in KNOWLEDGE.glob(f"{slug}.*.md"):
            shutil.copy(path, tmp_path)
    return tmp_path


@pytest.fixture
async def rag_stub(theory_server: RunningServer) -> AsyncIterator[RagServiceStub]:
    """A client of rag with all pages, which calls theory."""
    async with asking(rag_settings(theory_server.address)) as stub:
        yield stub
