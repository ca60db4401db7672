"""The hybrid engine as a client of the gateway meets it: with Magenta, without it, and when it dies."""

import os
import signal
from pathlib import Path

import pytest
from boumbapp.magenta.v2.magenta_service_pb2 import ContinueRequest, ContinueResponse
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest, ComposeResponse
from boumbapp.music.v2.events_pb2 import ComposingEvent
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import Note

from services.chassis.service_manifest import manifests
from tests.e2e.real_mesh import running_real_mesh
from tests.environments import needs

COMPOSE = "/boumbapp.melody.v2.MelodyService/Compose"
CONTINUE = "/boumbapp.magenta.v2.MagentaService/Continue"
D_DORIAN = {0, 2, 4, 5, 7, 9, 11}


def request(bars: int = 8) -> ComposeRequest:
    return ComposeRequest(
        prompt="a melody in D dorian", engine="hybrid", seed=3, hints=IntentOptions(bars=bars, bpm=90)
    )


def told(contents: list[bytes]) -> list[ComposingEvent]:
    return [ComposeResponse.FromString(content).event for content in contents]


@needs("magenta")
@pytest.mark.timeout(300)
async def test_magenta_goes_on_and_when_it_is_killed_the_specialist_does(tmp_path: Path) -> None:
    async with running_real_mesh(tmp_path, manifests()) as mesh, mesh.client() as client:
        answer = await client.call(COMPOSE, request())
        assert answer.status == 0
        bars = [event.bar for event in told(answer.messages) if event.HasField("bar")]
        assert [bar.engine for bar in bars] == ["specialist", *["magenta"] * 7]
        assert {note.pitch % 12 for bar in bars for note in bar.bar.notes} <= D_DORIAN
        assert not [bar for bar in bars if bar.corrections], "what Magenta makes under masks needs no correction"
        assert all(note.name for bar in bars for note in bar.bar.notes)

        primer = [Note(pitch=62, duration_steps=8, velocity=90)]
        answer = await client.call(CONTINUE, ContinueRequest(primer_notes=primer, total_steps=48))
        kinds = [ContinueResponse.FromString(content).event.WhichOneof("event") for content in answer.messages]
        assert kinds == ["started", "bar", "bar", "completed"]

        events: list[ComposingEvent] = []
        async with client.stream(COMPOSE, request(bars=128)) as stream:
            async for content in stream.messages():
                events += told([content])
                if len(events) == 4:
                    os.kill(mesh.supervisor.pids["magenta"], signal.SIGKILL)
        assert stream.answer.status == 0
        assert [event.notice.code for event in events if event.HasField("notice")] == ["ENGINE_FALLBACK"]
        assert events[-1].completed.bars == 128
        assert next(event for event in reversed(events) if event.HasField("bar")).bar.engine == "specialist"


async def test_without_magenta_the_studio_is_ready_and_the_specialist_plays_with_a_notice(tmp_path: Path) -> None:
    async with running_real_mesh(tmp_path) as mesh, mesh.client() as client:
        assert (await client.http.get("/readyz")).status_code == 200
        events = told((await client.call(COMPOSE, request(bars=4))).messages)
    assert [event.WhichOneof("event") for event in events] == ["started", "bar", "notice", *["bar"] * 3, "completed"]
    assert {event.bar.engine for event in events if event.HasField("bar")} == {"specialist"}
    assert events[2].notice.code == "ENGINE_FALLBACK"
    assert "bar 2" in events[2].notice.message
