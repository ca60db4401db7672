"""A native gRPC client that sends whatever headers a test wants, which a library would refuse to send."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote

from google.protobuf.message import Message
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset, TrailersReceived
from h2.settings import SettingCodes

from tests.e2e.gateway.grpc_web import frame

Headers = Sequence[tuple[str, str]]


@dataclass
class RawAnswer:
    """How a call ended; `status` is None when it ended without one."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def status(self) -> int | None:
        value = self.headers.get("grpc-status")
        return None if value is None else int(value)

    @property
    def message(self) -> str:
        return unquote(self.headers.get("grpc-message", ""))


class RawHttp2:
    """One connection. Its calls run one after the other, or are begun and never read.

    Args:
        reader: Of an open connection.
        writer: Likewise.
        window: Bytes of each stream that the gateway may send unasked.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, window: int) -> None:
        self._reader = reader
        self._writer = writer
        self._h2 = H2Connection(
            H2Configuration(
                client_side=True,
                header_encoding="latin-1",
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self._h2.local_settings[SettingCodes.INITIAL_WINDOW_SIZE] = window
        self._h2.initiate_connection()

    async def begin(self, path: str, request: Message | bytes, headers: Headers) -> int:
        """Send a call and return the number of its stream."""
        stream = self._h2.get_next_available_stream_id()
        first = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "gateway"), *headers]
        self._h2.send_headers(stream, [(name.encode("latin-1"), value.encode("latin-1")) for name, value in first])
        body = request if isinstance(request, bytes) else frame(request)
        self._h2.send_data(stream, body, end_stream=True)
        await self._flush()
        return stream

    async def call(self, path: str, request: Message | bytes, headers: Headers) -> RawAnswer:
        """Make a call and read all of its answer."""
        return await self.finish(await self.begin(path, request, headers))

    async def finish(self, stream: int) -> RawAnswer:
        """Read the answer of a stream to its end."""
        answer = RawAnswer()
        while data := await self._reader.read(65536):
            for event in self._h2.receive_data(data):
                if isinstance(event, ConnectionTerminated):
                    return answer
                if getattr(event, "stream_id", None) != stream:
                    continue
                if isinstance(event, ResponseReceived | TrailersReceived):
                    answer.headers |= {str(name): str(value) for name, value in event.headers}
                elif isinstance(event, DataReceived):
                    answer.body += event.data
                    self._h2.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, StreamEnded | StreamReset):
                    await self._flush()
                    return answer
            await self._flush()
        return answer

    async def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())
        await self._writer.drain()


@asynccontextmanager
async def raw_http2(address: str, window: int = 65535) -> AsyncIterator[RawHttp2]:
    """A connection to a gateway at "host:port" for the time of a block."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield RawHttp2(reader, writer, window)
    finally:
        writer.close()
        await writer.wait_closed()
