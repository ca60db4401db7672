"""A new champion takes over while streams go on: none loses a bar, and later ones are composed by it."""

import asyncio
import shutil
import time
from pathlib import Path

import pytest
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest, InfoRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.intent_pb2 import IntentOptions

from modelstore.manifest import load_files, save_files
from modelstore.registry import Registry, Version
from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer, running
from services.composition.worker_pool import WorkerPool
from services.melody import main as melody
from services.melody.worker import MODULE
from tests.integration.conftest import melody_settings

SHIPPED = Path(__file__).parents[3] / "models/specialist-line"
STREAMS, BARS = 20, 8


def add_champion(registry: Registry) -> str:
    """The model that ships under another version, as a champion."""
    files, manifest = load_files(SHIPPED)
    name = registry.next_name()
    save_files(registry.folder / name, manifest.name, f"2+{name}", files)
    registry.add(Version(name=name, digest=manifest.sha256, parent="shipped", made=time.time(), decision="promoted"))
    return name


async def test_twenty_streams_go_on_while_the_champion_changes_and_back(
    theory_server: RunningServer, tmp_path: Path
) -> None:
    settings = melody_settings(
        theory_server.address, BOUMB_STATE_DIR=str(tmp_path), BOUMB_MELODY_PACE_MS="600", BOUMB_MELODY_WORKERS="1"
    )
    registry = Registry(settings.champions / "specialist-line")

    async def compose(stub: MelodyServiceStub, seed: int) -> tuple[str, list[int]]:
        request = ComposeRequest(prompt="basse funk en sol mineur", seed=seed, overrides=IntentOptions(bars=BARS))
        model, bars = "", []
        async for response in stub.Compose(request):
            model = response.event.started.model or model
            if response.event.HasField("bar"):
                bars.append(response.event.bar.bar.index)
        return model, bars

    async with (
        WorkerPool([MODULE, str(settings.models), str(settings.champions)], settings.workers) as workers,
        running(settings.server, [melody.mount(settings, workers)]) as server,
        open_channel(server.address) as channel,
    ):
        stub = MelodyServiceStub(channel)
        streams = [asyncio.create_task(compose(stub, seed)) for seed in range(STREAMS)]
        await asyncio.sleep(0.3)
        name = await asyncio.to_thread(add_champion, registry)
        for model, bars in await asyncio.gather(*streams):
            assert model == "specialist-line 2"
            assert bars == list(range(BARS))
        await wait_for_model(stub, f"specialist-line 2+{name}")
        assert (await compose(stub, 1))[0] == f"specialist-line 2+{name}"
        await asyncio.to_thread(registry.rollback)
        await wait_for_model(stub, "specialist-line 2")


async def wait_for_model(stub: MelodyServiceStub, model: str) -> None:
    async with asyncio.timeout(20):
        while (await stub.Info(InfoRequest())).engines[0].model != model:  # noqa: ASYNC110  it tells no test
            await asyncio.sleep(0.1)


def test_a_champion_that_is_damaged_leaves_the_one_in_use(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from services.melody.engines.champion import ChampionEngine
    from services.melody.engines.rule_based import open_specialist

    registry = Registry(tmp_path)
    engine = ChampionEngine(open_specialist, SHIPPED, registry)
    name = add_champion(registry)
    shutil.copy(SHIPPED / "manifest.json", tmp_path / name / "kinds.onnx")
    engine.look()
    assert engine.info.model == "specialist-line 2"
    assert "stays" in caplog.text
