"""Services as processes for the length of a benchmark, without a gateway."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc.aio

from launcher.process import ServiceProcess
from launcher.readiness import serving
from services.chassis.client.channel import open_channel

# Only the caller listens.
_ALONE = {"BOUMB_MELODY_WORKERS": "0", "BOUMB_DRUMS_WORKERS": "0"}


@asynccontextmanager
async def running(names: Sequence[str]) -> AsyncIterator[Mapping[str, grpc.aio.Channel]]:
    """Channels to services, by name, which run for the length of a block; each knows of the others.

    Args:
        names: Of the services; those that others call come first.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        log = stack.enter_context((Path(folder) / "log").open("wb"))
        addresses = {name: f"unix:{folder}/{name}.sock" for name in names}
        variables = {f"BOUMB_{name.upper()}_ADDRESS": address for name, address in addresses.items()}
        environment = {**os.environ, **variables, "BOUMB_LOG_LEVEL": "WARNING", **_ALONE}
        for name in names:
            process = await ServiceProcess.start(f"services.{name}.main", environment, log)
            stack.push_async_callback(process.stop, 2.0)
            await serving(addresses[name])
        yield {name: await stack.enter_async_context(open_channel(addresses[name])) for name in names}
