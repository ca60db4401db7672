"""Know-how in a composing stream: named in `Started` where rag runs, and nothing where it does not."""

import asyncio

import pytest
from boumbapp.melody.v2 import melody_service_pb2 as pb
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.intent_pb2 import Intent

from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer, running
from services.composition.know_how import NOTHING, KnowHowClient
from services.melody import main as melody
from tests.integration.conftest import melody_settings
from tests.integration.rag.conftest import rag_server, rag_settings


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rag may take long: what is tested is what comes of its answer, on however busy a machine."""
    monkeypatch.setattr("services.composition.know_how._BUDGET_S", 20.0)


async def events(theory: str, rag: str, prompt: str) -> list[pb.ComposeResponse]:
    settings = melody_settings(theory, BOUMB_RAG_ADDRESS=rag)
    async with (
        running(settings.server, [melody.mount(settings)]) as server,
        open_channel(server.address) as channel,
    ):
        request = pb.ComposeRequest(prompt=prompt, seed=1)
        return [response async for response in MelodyServiceStub(channel).Compose(request)]


@pytest.mark.usefixtures("patient")
async def test_started_names_the_pages_and_the_music_is_the_same(theory_server: RunningServer) -> None:
    prompt = "basse house, II-V-I en fa, 2 mesures"
    without = await events(theory_server.address, "", prompt)
    async with rag_server(rag_settings(theory_server.address)) as rag:
        with_pages = await events(theory_server.address, rag.address, prompt)
    named = [page.slug for page in with_pages[0].event.started.know_how]
    assert named[0] == "ii-v-i"
    assert "house" in named
    assert all(page.title and page.evidence for page in with_pages[0].event.started.know_how)
    assert not without[0].event.started.know_how

    def bars(responses: list[pb.ComposeResponse]) -> list[bytes]:
        found = [response.event.bar.bar for response in responses if response.event.WhichOneof("event") == "bar"]
        return [bar.SerializeToString(deterministic=True) for bar in found]

    assert bars(without) == bars(with_pages)


async def test_without_rag_there_is_nothing_and_after_some_failures_it_is_left_alone() -> None:
    assert await KnowHowClient(None).find("dorian", Intent(), "en") == NOTHING
    async with open_channel("127.0.0.1:1") as channel:
        client = KnowHowClient(channel)
        for _ in range(5):
            assert await client.find("dorian", Intent(), "en") == NOTHING


async def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with open_channel(f"127.0.0.1:{port}") as channel, asyncio.timeout(5):
            assert await KnowHowClient(channel).find("dorian", Intent(), "en") == NOTHING
        await asyncio.wait_for(ended.wait(), 5)
    finally:
        server.close()
        await server.wait_closed()
