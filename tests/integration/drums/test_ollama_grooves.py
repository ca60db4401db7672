"""Drums with a language model, well and failing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from boumbapp.drums.v2 import drums_service_pb2 as pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.music.v2.events_pb2 import ComposingEvent

from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer, running
from services.drums import main as drums
from tests.fault_server import MODEL, fault_server
from tests.integration.drums.conftest import drums_settings

TEXTS = {
    "ollama_free": '"k 0 6 10 s 4 12 t2"',
    "ollama_colouring": '"cgok"',
    "ollama_plan": '"form AABA A l1 B h3 C m2"',
}


@asynccontextmanager
async def drums_with(address: str, theory: str) -> AsyncIterator[DrumsServiceStub]:
    own = {"BOUMB_OLLAMA_ADDRESS": address, "BOUMB_LLM_MODEL": MODEL, "BOUMB_LLM_WATCH_S": "0.1"}
    settings = drums_settings(theory, **own)
    async with (
        running(settings.server, [drums.mount(settings)]) as server,
        open_channel(server.address) as channel,
    ):
        stub = DrumsServiceStub(channel)
        async with asyncio.timeout(10):
            while not (await stub.Info(pb.InfoRequest())).engines[0].available:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        yield stub


async def composed(stub: DrumsServiceStub, engine: str) -> list[ComposingEvent]:
    request = pb.ComposeRequest(prompt="house drums, 200 bpm, 4 bars", seed=3, engine=engine, locale="en")
    return [response.event async for response in stub.Compose(request, timeout=30)]


@pytest.mark.parametrize("engine", TEXTS)
async def test_grooves_of_a_model_and_of_one_that_fails(theory_server: RunningServer, engine: str) -> None:
    async with fault_server() as server, drums_with(server.address, theory_server.address) as stub:
        server.text = TEXTS[engine]
        events = await composed(stub, engine)
        bars = [event.bar for event in events if event.HasField("bar")]
        assert [bar.engine for bar in bars] == [engine] * 4
        assert all(len(bar.feels) == len(bar.bar.hits) > 0 for bar in bars)
        assert events[-1].completed.corrections == 0
        if engine == "ollama_free":
            kicks = [[hit.step for hit in bar.bar.hits if hit.piece == 1] for bar in bars]
            assert kicks == [[0, 6, 10]] * 4
        server.how = "error line"
        events = await composed(stub, engine)
        assert [event.bar.engine for event in events if event.HasField("bar")] == ["specialist"] * 4
        notices = [event.notice for event in events if event.HasField("notice")]
        assert next(notice.code for notice in notices) == "LANGUAGE_MODEL_FAULT"
        assert len({notice.metadata["reason"] for notice in notices}) == len(notices)
