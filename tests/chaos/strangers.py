"""Connections of people who mean no good: held without a word, said a byte at a time, or flooded with frames."""

import asyncio
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from gateway.config import Address
from tests.chaos.faults import Fault

INFO = "/boumbapp.melody.v2.MelodyService/Info"
COMPOSE = "/boumbapp.melody.v2.MelodyService/Compose"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 4, 6, 8, 9
END_STREAM, END_HEADERS = 1, 4
Headers = Iterable[tuple[str | bytes, str | bytes]]
_SOME = 1010  # more than all that the gateway took at a time when this was found
_FEW = 4
_BEGUN = f"POST {INFO} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web+proto\r\n".encode()
_READ_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Stranger:
    """What somebody does on a connection.

    Attributes:
        connections: How many there are at a time; those that are closed are opened again.
        first: What is said at once.
        again: What is said from then on.
        pause_s: Seconds before each time; 0 for as fast as it is taken.
    """

    connections: int
    first: bytes = b""
    again: bytes = b""
    pause_s: float = 2.0


def frame(kind: int, flags: int, stream: int, content: bytes = b"") -> bytes:
    """A frame of HTTP/2.

    Args:
        kind: Its type.
        flags: Of the type.
        stream: Whose it is.
        content: What it holds.
    """
    return struct.pack(">I", len(content))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + content


def block(headers: Headers) -> bytes:
    """Headers as HPACK has them without a table: each spelt out.

    Args:
        headers: Names and values; bytes are sent as they are.
    """
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in headers)


def call(path: str, token: str, *more: tuple[str | bytes, str | bytes]) -> bytes:
    """The headers of a native call.

    Args:
        path: Of the method.
        token: Of the caller; "" for none.
        more: Other headers; those of the same name replace the usual ones.
    """
    usual: dict[str | bytes, str | bytes] = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "x",
        "content-type": "application/grpc",
        "te": "trailers",
    }
    if token:
        usual["authorization"] = f"Bearer {token}"
    named = {name for name, _ in more}
    return block([*((name, value) for name, value in usual.items() if name not in named), *more])


def kinds(token: str) -> Iterator[tuple[str, Stranger]]:
    """Every kind of stranger, by name; most have no token.

    Args:
        token: Of an attacker who has one.
    """
    opened = PREFACE + frame(SETTINGS, 0, 0)
    unknown, known = call(INFO, ""), call(COMPOSE, token)
    yield "idle: nothing said", Stranger(_SOME)
    yield "idle: a byte each 2 s", Stranger(_SOME, b"P", b"O")
    yield "idle: a header each 2 s", Stranger(_SOME, _BEGUN, b"x-more: 1\r\n")
    yield "idle: HTTP/2 preface only", Stranger(_SOME, PREFACE)
    yield "idle: HTTP/2 settings only", Stranger(_SOME, opened)
    yield "idle: HTTP/2 headers without end", Stranger(_SOME, opened + frame(HEADERS, 0, 1, unknown))
    yield "idle: a call refused, again and again", Stranger(_SOME, _refused(), _refused())
    yield (
        "idle: 100 calls each without a body, no token",
        Stranger(_SOME, opened + b"".join(frame(HEADERS, END_HEADERS, at, unknown) for at in range(1, 201, 2))),
    )
    yield (
        "idle: 100 calls each without a body, token",
        Stranger(_FEW, opened + b"".join(frame(HEADERS, END_HEADERS, at, known) for at in range(1, 201, 2))),
    )
    yield (
        "idle: a body of a byte each 2 s, token",
        Stranger(_FEW, opened + frame(HEADERS, END_HEADERS, 1, known), frame(DATA, 0, 1, b"\0")),
    )
    ping, settings = frame(PING, 0, 0, bytes(8)), frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 65535))
    # As many streams as a connection may open: its numbers go up to 2^31.
    rapid = b"".join(
        frame(HEADERS, END_HEADERS, at, unknown) + frame(RST_STREAM, 0, at, struct.pack(">I", 8))
        for at in range(1, 40001, 2)
    )
    yield "flood: PING", Stranger(_FEW, opened, ping * 2000, 0)
    yield "flood: SETTINGS", Stranger(_FEW, opened, settings * 2000, 0)
    yield "flood: RST_STREAM", Stranger(_FEW, opened + rapid, b"", 0.05)
    yield "flood: WINDOW_UPDATE", Stranger(_FEW, opened, frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1") * 2000, 0)
    yield "flood: PRIORITY", Stranger(_FEW, opened, frame(PRIORITY, 0, 1, bytes(5)) * 2000, 0)
    yield (
        "flood: CONTINUATION",
        Stranger(_FEW, opened + frame(HEADERS, 0, 1, unknown), frame(CONTINUATION, 0, 1, block([("x", "y" * 99)])), 0),
    )
    yield (
        "flood: empty DATA",
        Stranger(_FEW, opened + frame(HEADERS, END_HEADERS, 1, known), frame(DATA, 0, 1) * 2000, 0),
    )
    yield "flood: connections", Stranger(64, b"GET / HTTP/1.0\r\n\r\n", b"", 0.05)
    yield "flood: calls without a token", Stranger(16, _refused() * 20, _refused() * 20, 0.01)
    yield "flood: no HTTP", Stranger(64, bytes(range(256)) * 16, b"", 0.05)


def met(stranger: Stranger, seconds: float) -> Fault:
    """A fault that lasts so long.

    Args:
        stranger: What is done.
        seconds: How long.
    """

    async def fault(gateway: str, _token: str) -> None:
        ends = time.monotonic() + seconds
        await asyncio.gather(*(_hold(gateway, stranger, ends) for _ in range(stranger.connections)))

    return fault


async def _hold(gateway: str, stranger: Stranger, ends: float) -> None:
    address = Address.parse(gateway)
    while time.monotonic() < ends:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(max(0.0, ends - time.monotonic())):
                reader, writer = await asyncio.open_connection(address.host, address.port)
                speaking = asyncio.create_task(_speak(stranger, writer))
                try:
                    while await reader.read(_READ_BYTES):
                        pass
                finally:
                    speaking.cancel()
                    writer.close()
        await asyncio.sleep(0.1)


async def _speak(stranger: Stranger, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.write(stranger.first)
        await writer.drain()
        while stranger.again:
            await asyncio.sleep(stranger.pause_s)
            writer.write(stranger.again)
            await writer.drain()


def _refused() -> bytes:
    """A call without a token, whole."""
    return _BEGUN + b"content-length: 5\r\n\r\n" + bytes(5)


def _text(value: str | bytes) -> bytes:
    content = value.encode() if isinstance(value, str) else value
    length, size = len(content), b""
    if length < 0x7F:
        return bytes((length,)) + content
    length -= 0x7F
    while length >= 0x80:
        size += bytes((0x80 | length & 0x7F,))
        length >>= 7
    return b"\x7f" + size + bytes((length,)) + content
