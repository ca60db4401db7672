"""A listener as a page in a browser is one: gRPC-Web over a connection of its own, played in real time.

Written by hand on asyncio's streams, so that a thousand of them leave the machine to those who are measured.
"""

import asyncio
import struct
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.music.v2.events_pb2 import ComposingEvent
from boumbapp.music.v2.music_pb2 import Role

from gateway.config import Address

_TRAILERS = 0x80
RESOURCE_EXHAUSTED, UNAVAILABLE = 8, 14
Request: TypeAlias = melody.ComposeRequest | drums.ComposeRequest | arranger.ComposeRequest


@dataclass(frozen=True, slots=True)
class Expert:
    """Whom to ask.

    Attributes:
        path: The method.
        request: Its request.
        response: What its events come in.
    """

    path: str
    request: type[Request]
    response: type[melody.ComposeResponse | drums.ComposeResponse | arranger.ComposeResponse]


MELODY = Expert("/boumbapp.melody.v2.MelodyService/Compose", melody.ComposeRequest, melody.ComposeResponse)
DRUMS = Expert("/boumbapp.drums.v2.DrumsService/Compose", drums.ComposeRequest, drums.ComposeResponse)
ARRANGER = Expert("/boumbapp.arranger.v2.ArrangerService/Compose", arranger.ComposeRequest, arranger.ComposeResponse)


@dataclass(slots=True)
class Played:
    """What became of a listener.

    Attributes:
        first_s: Seconds from the request to the first bar; None when none came.
        bars: Index of each bar that came, by track.
        late_s: How long the music stood still, each time that a bar was not there.
        status: gRPC status of the last call; None where its stream broke.
        refused_s: Seconds until a refusal; None when there was none.
        calls: How many calls it took: one, and one for each time that the stream was taken up again.
        completed: Whether the piece is whole.
        ending: What the last call ended with, as text.
    """

    first_s: float | None = None
    bars: dict[str, list[int]] = field(default_factory=dict)
    late_s: list[float] = field(default_factory=list)
    status: int | None = None
    refused_s: float | None = None
    calls: int = 0
    completed: bool = False
    ending: str = ""


class Listener:
    """Asks for a piece and plays it: bar k sounds k bars after the first one, or when it is there.

    Args:
        gateway: Address of the gateway.
        token: Who listens.
        expert: Whom to ask.
        request: What for; its seed is set.
        bar_s: Seconds that a bar plays.
        resumes: Whether a stream that broke, gave way or is UNAVAILABLE is taken up again with the bars that there are.
    """

    def __init__(
        self, gateway: str, token: str, expert: Expert, request: Request, bar_s: float, *, resumes: bool = False
    ) -> None:
        self._address = Address.parse(gateway)
        self._token = token
        self._expert = expert
        self._request = request
        self._bar_s = bar_s
        self._resumes = resumes
        self._ends = 0.0  # when what there is has been played
        self._sounding: set[int] = set()
        self._roles: dict[str, Role.ValueType] = {}
        self._given: list[tuple[str, bytes]] = []
        self.played = Played()

    async def listen(self, seconds: float) -> Played:
        """Play for so long, or until the piece ends.

        Args:
            seconds: How long; the listener leaves then.
        """
        asked = time.perf_counter()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not await self._call(asked):  # noqa: ASYNC110  the pause before it is asked again
                    await asyncio.sleep(0.2)
        return self.played

    async def _call(self, asked: float) -> bool:
        """One call; whether the listener is content or has to put up with it."""
        played = self.played
        played.calls += 1
        played.status, played.ending = None, "broken off"
        began = time.perf_counter()
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            async for flags, content in self.frames():
                if flags & _TRAILERS:
                    lines = (line.partition(":") for line in content.decode().lower().split("\r\n"))
                    played.ending = content.decode("latin-1").strip()
                    played.status = next((int(value) for name, _, value in lines if name == "grpc-status"), None)
                    break
                self._take(self._expert.response.FromString(content).event, asked)
        if played.status == RESOURCE_EXHAUSTED and played.first_s is None:
            played.refused_s = time.perf_counter() - began
        broke = played.status in (None, UNAVAILABLE) or (played.status == RESOURCE_EXHAUSTED and bool(self._given))
        return played.completed or not (self._resumes and broke)

    def _take(self, event: ComposingEvent, asked: float) -> None:
        now, played = time.perf_counter(), self.played
        if event.HasField("started") and not self._roles:
            self._roles = {track.id: track.role for track in event.started.tracks}
        played.completed |= event.HasField("completed")
        if not event.HasField("bar"):
            return
        bar = event.bar.bar
        played.bars.setdefault(event.bar.track, []).append(bar.index)
        self._given.append((event.bar.track, bar.SerializeToString()))
        if bar.index in self._sounding:  # of another part of an arrangement
            return
        self._sounding.add(bar.index)
        if played.first_s is None:
            played.first_s = now - asked
        elif now > self._ends:
            played.late_s.append(now - self._ends)
        self._ends = max(now, self._ends) + self._bar_s

    async def frames(self) -> AsyncGenerator[tuple[int, bytes], None]:
        """Frames of an answer; those of one without a body are made of its headers."""
        address = self._address
        if address.path:
            reader, writer = await asyncio.open_unix_connection(address.path)
        else:
            reader, writer = await asyncio.open_connection(address.host, address.port)
        try:
            body = self._asked().SerializeToString()
            headers = {
                "host": "gateway",
                "content-type": "application/grpc-web+proto",
                "x-grpc-web": "1",
                "authorization": f"Bearer {self._token}",
                "content-length": str(len(body) + 5),
            }
            lines = [f"POST {self._expert.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
            writer.write("\r\n".join([*lines, "", ""]).encode() + struct.pack(">BI", 0, len(body)) + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            if "\r\ngrpc-status:" in head:
                yield _TRAILERS, head.encode()
                return
            buffer = b""
            while size := int(await reader.readuntil(b"\r\n"), 16):
                buffer += (await reader.readexactly(size + 2))[:-2]
                while len(buffer) >= 5 and len(buffer) >= 5 + (length := int.from_bytes(buffer[1:5], "big")):
                    yield buffer[0], buffer[5 : 5 + length]
                    buffer = buffer[5 + length :]
        finally:
            writer.close()

    def _asked(self) -> Request:
        """The request; once bars came, for what is missing."""
        if not self._given:
            return self._request
        again: Any = type(self._request)()
        again.CopyFrom(self._request)
        if isinstance(again, arranger.ComposeRequest):
            del again.parts[:]
            again.parts.extend(arranger.Part(id=name, role=role) for name, role in self._roles.items())
        for track, content in self._given:
            if isinstance(again, arranger.ComposeRequest):
                part = next(part for part in again.parts if part.id == track)
                part.given_bars.add().ParseFromString(content)
            else:
                again.given_bars.add().ParseFromString(content)
        again.playback.due_in_ms = max(0, round((self._ends - time.perf_counter()) * 1000))
        asked: Request = again
        return asked
