"""A gRPC-Web client written by hand, so that the gateway is tested by bytes and not by a library's good will."""

import base64
import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import unquote

import httpx
from google.protobuf.message import Message
from google.rpc import status_pb2

BINARY = "application/grpc-web+proto"
TEXT = "application/grpc-web-text+proto"
_TRAILERS = 0x80

Response = TypeVar("Response", bound=Message)


@dataclass
class Answer:
    """How a call ended.

    `status` is None when the stream broke off without saying how it ended.
    """

    http_status: int
    headers: httpx.Headers
    messages: list[bytes] = field(default_factory=list)
    trailers: dict[str, str] = field(default_factory=dict)

    def _value(self, name: str) -> str | None:
        value: str | None = self.trailers.get(name, self.headers.get(name))
        return value

    @property
    def status(self) -> int | None:
        value = self._value("grpc-status")
        return None if value is None else int(value)

    @property
    def message(self) -> str:
        return unquote(self._value("grpc-message") or "")

    @property
    def details(self) -> status_pb2.Status:
        encoded = self._value("grpc-status-details-bin") or ""
        return status_pb2.Status.FromString(base64.b64decode(encoded + "=" * (-len(encoded) % 4)))


def frame(message: Message) -> bytes:
    content = message.SerializeToString()
    return struct.pack(">BI", 0, len(content)) + content


class _Frames:
    """Cuts a body into frames as its bytes arrive."""

    def __init__(self, *, text: bool) -> None:
        self._text = text
        self._quartets = b""
        self._buffer = b""

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        if self._text:  # parts are padded one by one, so each group of four characters is decoded alone
            self._quartets += chunk
            whole = len(self._quartets) // 4 * 4
            chunk = b"".join(base64.b64decode(self._quartets[i : i + 4]) for i in range(0, whole, 4))
            self._quartets = self._quartets[whole:]
        self._buffer += chunk
        frames = []
        while len(self._buffer) >= 5:
            flags, length = struct.unpack(">BI", self._buffer[:5])
            if len(self._buffer) < 5 + length:
                break
            frames.append((flags, self._buffer[5 : 5 + length]))
            self._buffer = self._buffer[5 + length :]
        return frames


class Stream:
    """A server stream being read."""

    def __init__(self, response: httpx.Response, *, text: bool) -> None:
        self.answer = Answer(response.status_code, response.headers)
        self._response = response
        self._frames = _Frames(text=text)

    async def messages(self) -> AsyncIterator[bytes]:
        """Messages as they arrive; `answer` is complete after the last one. Raises httpx.TransportError when cut."""
        async for chunk in self._response.aiter_raw():
            for flags, content in self._frames.feed(chunk):
                if flags & _TRAILERS:
                    lines = content.decode().strip().split("\r\n")
                    self.answer.trailers = {k.strip(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
                else:
                    self.answer.messages.append(content)
                    yield content


class GrpcWebClient:
    """Calls through a gateway.

    Args:
        address: "host:port" or "unix:/path".
        token: Bearer token; none is sent when empty.
        content_type: BINARY or TEXT.
    """

    def __init__(self, address: str, token: str = "", *, content_type: str = BINARY) -> None:
        uds = address.removeprefix("unix:") if address.startswith("unix:") else None
        transport = httpx.AsyncHTTPTransport(uds=uds)
        base_url = "http://gateway" if uds else f"http://{address}"
        self.http = httpx.AsyncClient(transport=transport, base_url=base_url, timeout=20, trust_env=False)
        self._headers = {"content-type": content_type, "accept": content_type, "x-grpc-web": "1"}
        if token:
            self._headers["authorization"] = f"Bearer {token}"
        self._text = content_type == TEXT

    @asynccontextmanager
    async def stream(
        self, path: str, request: Message | bytes, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Stream]:
        body = request if isinstance(request, bytes) else frame(request)
        if self._text:
            body = base64.b64encode(body)
        async with self.http.stream(
            "POST", path, content=body, headers={**self._headers, **(headers or {})}
        ) as response:
            yield Stream(response, text=self._text)

    async def call(self, path: str, request: Message | bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Make a call and read all of its answer."""
        async with self.stream(path, request, headers) as stream:
            async for _ in stream.messages():
                pass
            return stream.answer

    async def raw(self, path: str, request: Message, headers: Sequence[tuple[str, str]]) -> Answer:
        """As `call`, with headers in any form: twice, or in bytes that are not text."""
        usual = [item for item in self._headers.items() if item[0] not in dict(headers)]
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in [*usual, *headers]]
        body = base64.b64encode(frame(request)) if self._text else frame(request)
        async with self.http.stream("POST", path, content=body, headers=encoded) as response:
            stream = Stream(response, text=self._text)
            async for _ in stream.messages():
                pass
            return stream.answer

    async def unary(self, path: str, request: Message, response: type[Response]) -> Response:
        """Make a call that must succeed with one message."""
        answer = await self.call(path, request)
        assert answer.status == 0, f"{answer.status} {answer.message}"
        [content] = answer.messages
        return response.FromString(content)

    async def close(self) -> None:
        await self.http.aclose()
