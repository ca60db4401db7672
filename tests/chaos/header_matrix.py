"""Every header of gRPC in every form in which it is wrong, over native HTTP/2 and as a page sends it."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

from gateway.config import Address
from tests.chaos.faults import Fault
from tests.chaos.strangers import DATA, END_HEADERS, END_STREAM, HEADERS, INFO, PREFACE, SETTINGS, call, frame

Header = tuple[bytes, bytes]
# What a well-formed one says.
_USUAL = {
    "grpc-timeout": "10S",
    "grpc-encoding": "identity",
    "grpc-accept-encoding": "identity",
    "grpc-previous-rpc-attempts": "1",
    "grpc-retry-pushback-ms": "10",
    "grpc-status": "0",
    "grpc-message": "x",
    "grpc-status-details-bin": "AA",
    "grpc-tags-bin": "AA",
    "grpc-trace-bin": "AA",
    "grpc-internal-encoding-request": "gzip",
    "x-anything-bin": "AA",
    "content-type": "application/grpc",
    "te": "trailers",
    "user-agent": "grpc",
    "accept-language": "fr",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "x-user": "admin",
    "x-user-bin": "AA",
    "x-roles": "W10=",
    "x-request-id": "1",
    "authorization": "Bearer x",
}
_WAIT_S = 1.0


def matrix() -> Iterator[tuple[str, list[Header]]]:
    """Headers that are wrong, by name and form."""
    for name, usual in _USUAL.items():
        key, value = name.encode(), usual.encode()
        yield f"{name} malformed", [(key, b"!!! abc, 5000")]
        yield f"{name} empty", [(key, b"")]
        yield f"{name} twice", [(key, value), (key, value)]
        yield f"{name} twice and different", [(key, value), (key, b"other")]
        yield f"{name} oversized", [(key, b"x" * 9000)]
        yield f"{name} beyond all", [(key, b"x" * 60000)]
        yield f"{name} in upper case", [(name.title().encode(), value)]
        yield f"{name} binary", [(key, bytes(range(1, 10)) + b"\x80\xff\xfe")]
        yield f"{name} with NUL and line ends", [(key, b"a\0b\r\nc: d")]
        yield f"{name} with spaces around", [(key, b"  " + value + b"\t ")]


def sent(seconds: float) -> Fault:
    """All of them, over and over for so long.

    Args:
        seconds: How long.
    """

    async def fault(gateway: str, token: str) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            for _, headers in matrix():
                await asyncio.gather(_native(gateway, token, headers), _web(gateway, token, headers))
                if time.monotonic() > ends:
                    return

    return fault


async def _native(gateway: str, token: str, headers: list[Header]) -> None:
    named = {name.decode("latin-1"): value for name, value in headers[:1]}
    usual = call(INFO, token, *named.items()) if len(headers) == 1 else call(INFO, token, *headers)
    first, rest = usual[:16000], usual[16000:]
    content = PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, 0 if rest else END_HEADERS, 1, first)
    while rest:
        first, rest = rest[:16000], rest[16000:]
        content += frame(9, 0 if rest else END_HEADERS, 1, first)
    await _say(gateway, content + frame(DATA, END_STREAM, 1, bytes(5)))


async def _web(gateway: str, token: str, headers: list[Header]) -> None:
    usual = {
        b"host": b"x",
        b"content-type": b"application/grpc-web+proto",
        b"authorization": f"Bearer {token}".encode(),
        b"content-length": b"5",
        b"connection": b"close",
    }
    named = {name.lower() for name, _ in headers}
    lines = [*((name, value) for name, value in usual.items() if name not in named), *headers]
    head = b"".join(name + b": " + value + b"\r\n" for name, value in lines)
    await _say(gateway, f"POST {INFO} HTTP/1.1\r\n".encode() + head + b"\r\n" + bytes(5))


async def _say(gateway: str, content: bytes) -> None:
    """Say it, and read for a moment what comes back."""
    address = Address.parse(gateway)
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_WAIT_S):
            reader, writer = await asyncio.open_connection(address.host, address.port)
            try:
                writer.write(content)
                await reader.read(1)
                await asyncio.sleep(0.01)
            finally:
                writer.close()
