"""Refinements in words that no exact edit knows: a language model names edits; locks hold; without one, the refusal."""

import grpc
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as pb

from services.chassis.server.server import RunningServer
from tests.fault_server import fault_server
from tests.integration.composition.test_ollama_engine import composed, melody_with, seen

WORDS = "honey dripping from a spoon"


async def test_a_model_names_an_edit_and_locks_hold(theory_server: RunningServer) -> None:
    async with fault_server() as server, melody_with(server.address, theory_server.address) as stub:
        await seen(stub)
        piece = await composed(stub, "specialist")
        bars = [event.bar.bar for event in piece if event.HasField("bar")]
        server.text = '"higher usual"'
        request = pb.RefineRequest(instruction=WORDS, bars=bars, bpm=200, locked_bars=[0, 2], locale="en")
        events = [response.event async for response in stub.Refine(request, timeout=20)]
        notices = [event.notice for event in events if event.HasField("notice")]
        assert [notice.code for notice in notices] == ["READ_BY_LANGUAGE_MODEL"]
        assert [edit.action for edit in events[0].started.edit_data] == ["higher"]
        made = [event.bar for event in events if event.HasField("bar")]
        assert [bar.changed for bar in made] == [False, True, False, True]
        assert [made[0].bar, made[2].bar] == [bars[0], bars[2]]
        assert min(note.pitch for note in made[1].bar.notes) > min(note.pitch for note in bars[1].notes)
        # The words themselves are read exactly where they can be, and nobody asks a model then.
        asked = len(server.asked)
        request.instruction = "an octave lower"
        assert [response.event async for response in stub.Refine(request, timeout=20)]
        assert len(server.asked) == asked


@pytest.mark.parametrize("how", ["503", "flood", "error line", "no end"])
async def test_a_model_that_fails_leaves_the_refusal(theory_server: RunningServer, how: str) -> None:
    async with fault_server() as server, melody_with(server.address, theory_server.address) as stub:
        await seen(stub)
        piece = await composed(stub, "specialist")
        bars = [event.bar.bar for event in piece if event.HasField("bar")]
        server.how, server.text = how, '"higher all'
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            async for _ in stub.Refine(
                pb.RefineRequest(instruction=WORDS, bars=bars, bpm=200, locale="en"), timeout=20
            ):
                pass
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "nothing here tells what to change" in str(refused.value.details())
