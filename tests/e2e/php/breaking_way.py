"""A way to the gateway that breaks while answers come."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

# gRPC drops what it has not handed on when a connection ends: what was sent is to be read before.
_READ_S = 1.0


class _Way:
    def __init__(self, address: str, after_bytes: Iterable[int]) -> None:
        self._host, _, self._port = address.rpartition(":")
        self._limits = iter(after_bytes)
        self.carrying: set[asyncio.Task[None]] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass a connection on until it breaks, or the test is over."""
        task = asyncio.current_task()
        assert task is not None
        self.carrying.add(task)
        far_reader, far_writer = await asyncio.open_connection(self._host, int(self._port))
        there = asyncio.create_task(_pass_on(reader, far_writer, None))
        try:
            await _pass_on(far_reader, writer, next(self._limits, None))
            if not writer.is_closing():
                await asyncio.sleep(_READ_S)
                writer.write_eof()
            far_writer.transport.abort()
            await there
        except asyncio.CancelledError:
            pass
        finally:
            there.cancel()
            for each in (writer, far_writer):
                each.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int | None) -> None:
    """Pass bytes on until they end, or so many have passed."""
    while data := await reader.read(1024):
        writer.write(data[:most])
        if most is not None and (most := most - len(data)) <= 0:
            return


@asynccontextmanager
async def breaking(address: str, after_bytes: Iterable[int]) -> AsyncIterator[str]:
    """An address that leads to another one; each connection breaks after so many bytes of answers, later ones never."""
    way = _Way(address, after_bytes)
    server = await asyncio.start_server(way.carry, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in way.carrying:
            task.cancel()
        await asyncio.gather(*way.carrying, return_exceptions=True)
        await asyncio.sleep(0)  # transports are closed in the loop's next round
