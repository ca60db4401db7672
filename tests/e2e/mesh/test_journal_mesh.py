"""The journal in the real mesh: what is composed through the gateway is there for its owner, and for nobody else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.intent_pb2 import IntentOptions

from gateway.keys import ensure_keys
from gateway.tokens import mint
from services.chassis.client.channel import open_channel
from tests.e2e.real_mesh import RealMesh, running_real_mesh


@pytest.fixture
async def mesh(tmp_path: Path) -> AsyncIterator[tuple[RealMesh, Path]]:
    async with running_real_mesh(tmp_path, ["theory", "melody", "journal"], BOUMB_MELODY_WORKERS="0") as found:
        yield found, tmp_path / "keys"


async def test_what_is_composed_through_the_gateway_is_its_owners_alone(mesh: tuple[RealMesh, Path]) -> None:
    found, keys = mesh

    def caller(user: str, *roles: str) -> dict[str, Any]:
        token = mint(ensure_keys(keys), user, roles or ("ROLE_USER",))
        return {"metadata": grpc.aio.Metadata(("authorization", f"Bearer {token}")), "timeout": 10}

    async with open_channel(found.gateway) as channel:
        melody, journal = MelodyServiceStub(channel), JournalServiceStub(channel)
        request = ComposeRequest(prompt="basse funk en sol mineur", overrides=IntentOptions(bars=2))
        request_id = ""
        async for response in melody.Compose(request, metadata=caller("ana")["metadata"]):
            request_id = response.event.started.request_id or request_id
        history = pb.HistoryResponse()
        async with asyncio.timeout(10):
            while not history.pieces:  # it arrives a moment later
                await asyncio.sleep(0.05)
                history = await journal.History(pb.HistoryRequest(), **caller("ana"))
        assert [(piece.request_id, piece.bars) for piece in history.pieces] == [(request_id, 2)]
        await journal.Rate(pb.RateRequest(request_id=request_id, stars=4, comment="trop chargé"), **caller("ana"))

        assert not (await journal.History(pb.HistoryRequest(), **caller("eva"))).pieces
        told = []
        for other in (request_id, request_id[::-1]):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await journal.Get(pb.GetRequest(request_id=other), **caller("eva"))
            told.append((refused.value.code(), (refused.value.details() or "").replace(other, "?")))
        assert told[0] == told[1]
        assert told[0][0] is grpc.StatusCode.NOT_FOUND

        for call in (
            journal.Stats(pb.StatsRequest(), **caller("eva")),
            journal.Forget(pb.ForgetRequest(user="ana"), **caller("eva")),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call
            assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
        stats = await journal.Stats(pb.StatsRequest(), **caller("root", "ROLE_USER", "ROLE_OPERATOR"))
        assert (stats.pieces, stats.rated) == (1, 1)

        async def nothing() -> AsyncIterator[pb.RecordRequest]:
            yield pb.RecordRequest()

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await journal.Record(nothing(), **caller("ana"))
        assert refused.value.code() is not grpc.StatusCode.OK  # not among the public methods

        removed = await journal.Forget(pb.ForgetRequest(), **caller("ana"))
        assert {each.left for each in removed.removed} == {0}
        assert not (await journal.History(pb.HistoryRequest(), **caller("ana"))).pieces
