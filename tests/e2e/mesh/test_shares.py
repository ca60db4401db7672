"""Whoever holds as many streams as they may, and reads none, leaves room for everybody else."""

from contextlib import AsyncExitStack
from pathlib import Path

import grpc.aio
import pytest
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.theory.v2 import theory_service_pb2 as theory
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub
from google.rpc import error_details_pb2

from gateway.keys import ensure_keys
from gateway.tokens import mint
from services.chassis.errors.status import read_details
from tests.e2e.gateway.raw_http2 import raw_http2
from tests.e2e.real_mesh import RealMesh, running_real_mesh

MELODY = "/boumbapp.melody.v2.MelodyService/Compose"
DRUMS = "/boumbapp.drums.v2.DrumsService/Compose"
OPTIONS = IntentOptions(bars=128)
PLACES = 12  # few, so that the machine of the tests holds them out; the rules are in parts of all


def token_of(state: Path, user: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {mint(ensure_keys(state / 'keys'), user)}")


async def hold(stack: AsyncExitStack, mesh: RealMesh, user: tuple[str, str], calls: int) -> None:
    """Begin that many streams on each expert, over connections on which nothing is ever read."""
    headers = [("content-type", "application/grpc"), ("te", "trailers"), user]
    for _ in range(2):
        connection = await stack.enter_async_context(raw_http2(mesh.gateway, window=0))
        for _ in range(calls // 2):
            await connection.begin(MELODY, melody.ComposeRequest(prompt="Une basse funky", hints=OPTIONS), headers)
            await connection.begin(DRUMS, drums.ComposeRequest(prompt="Une batterie funk", hints=OPTIONS), headers)


async def other_composes(channel: grpc.aio.Channel, user: tuple[str, str]) -> None:
    """Somebody else composes on every expert, each piece with a deadline, to its end."""
    metadata = (user, ("accept-language", "en"))
    info = await TheoryServiceStub(channel).Analyse(
        theory.AnalyseRequest(prompt="Une basse"), metadata=metadata, timeout=30
    )
    assert info.explanation
    line = MelodyServiceStub(channel).Compose(melody.ComposeRequest(prompt="A bass"), metadata=metadata, timeout=60)
    assert [response async for response in line][-1].event.HasField("completed")
    groove = DrumsServiceStub(channel).Compose(drums.ComposeRequest(prompt="A beat"), metadata=metadata, timeout=60)
    assert [response async for response in groove][-1].event.HasField("completed")


async def test_one_user_who_holds_all_they_may_shuts_nobody_out(tmp_path: Path) -> None:
    limits = {f"BOUMB_{name}_MAX_IN_FLIGHT": str(PLACES) for name in ("MELODY", "DRUMS")}
    # A pause before each bar: pieces last, however fast the machine is.
    paces = {f"BOUMB_{name}_PACE_MS": "500" for name in ("MELODY", "DRUMS")}
    async with running_real_mesh(tmp_path, **limits, **paces) as mesh, AsyncExitStack() as stack:
        attacker = token_of(tmp_path, "attacker")
        await hold(stack, mesh, attacker, 2 * PLACES)
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(mesh.gateway))
        line = MelodyServiceStub(channel).Compose(melody.ComposeRequest(prompt="A bass"), metadata=(attacker,))
        groove = DrumsServiceStub(channel).Compose(drums.ComposeRequest(prompt="A beat"), metadata=(attacker,))
        for read in (line.read, groove.read):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await read()
            assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            status = read_details(caught.value)
            assert status is not None
            reason = error_details_pb2.ErrorInfo()
            assert any(detail.Unpack(reason) for detail in status.details)
            assert reason.reason == "USER_SHARE"
        await other_composes(channel, token_of(tmp_path, "other"))
