"""The one server factory: a service's life from start to stop."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.chassis.logs import configure_logs
from services.chassis.measures import IN_FLIGHT, PLACES
from services.chassis.server import validation
from services.chassis.server.admission import Admission
from services.chassis.server.interceptor import CallInterceptor
from services.chassis.server.offload import Offloader
from services.chassis.server.peers import server_credentials
from services.chassis.settings import ServerSettings
from services.chassis.tls import stays_here
from telemetry.export import configure_telemetry, flush_telemetry

_log = logging.getLogger("server")
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDefinition:
    """A servicer and how to put it on a server.

    Attributes:
        descriptor: The service in the contract.
        add: Adds the servicer to a server: the generated `add_..._to_server`, bound to the servicer.
        warm: Loads what the first call needs; health says NOT_SERVING until it is done.
        offloader: Runs calls that would block the event loop; None where there are no such calls.
        close: Ends what it holds open, after its last call; None where there is nothing.
    """

    descriptor: ServiceDescriptor
    add: Callable[[grpc.aio.Server], None]
    warm: Callable[[], Awaitable[None]]
    offloader: Offloader | None = None
    close: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that accepts calls.

    Attributes:
        address: Where it listens, with the real port when 0 was asked for.
        stop: Announces NOT_SERVING, lets streams finish, closes.
        in_flight: Calls being handled now.
    """

    address: str
    stop: Callable[[], Coroutine[Any, Any, None]]
    in_flight: Callable[[], int]


async def start(settings: ServerSettings, mounts: Sequence[ServiceDefinition]) -> RunningServer:
    """Start a server and return once it is warm.

    Args:
        settings: Where it listens, and its limits.
        mounts: The services that it offers.

    Raises:
        OSError: The address is taken.
    """
    admission = Admission(settings.max_in_flight, settings.user_share)
    offloaders = {mount.descriptor.full_name: mount.offloader for mount in mounts if mount.offloader is not None}
    server = grpc.aio.server(
        interceptors=[CallInterceptor(admission, offloaders)],
        options=[
            ("grpc.max_receive_message_length", settings.max_message_bytes),
            # Two servers on one port would each get half of the calls; a taken port is an error.
            ("grpc.so_reuseport", 0),
            # Clients may ping an idle stream as often as they like.
            ("grpc.http2.max_ping_strikes", 0),
        ],
    )
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    names = ["", *(mount.descriptor.full_name for mount in mounts)]
    for name in names:
        await servicer.set(name, _NOT_SERVING)
    for mount in mounts:
        mount.add(server)
        for method in mount.descriptor.methods:
            validation.compile_rules(method.input_type)
            validation.compile_language(method.input_type)
    reflection.enable_server_reflection(
        [*names[1:], health.SERVICE_NAME, reflection.SERVICE_NAME],
        server,
    )
    port = _listen(server, settings)
    await server.start()
    for mount in mounts:
        await mount.warm()
    # What was loaded stays until the end: the garbage collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    for name in names:
        await servicer.set(name, _SERVING)

    watched = ExitStack()
    watched.enter_context(IN_FLIGHT.watched(lambda: [(admission.in_flight, {})]))
    watched.enter_context(PLACES.watched(lambda: [(settings.max_in_flight, {})]))

    async def stop() -> None:
        watched.close()
        for name in names:
            await servicer.set(name, _NOT_SERVING)
        await asyncio.sleep(settings.drain_s)
        admission.close()
        handover = asyncio.get_running_loop().call_later(settings.handover_s, admission.end_streams)
        await server.stop(settings.grace_s)
        handover.cancel()
        await _close(mounts)

    host, _, _ = settings.address.rpartition(":")
    address = settings.address if settings.address.startswith("unix:") else f"{host}:{port}"
    return RunningServer(address, stop, lambda: admission.in_flight)


async def _close(mounts: Sequence[ServiceDefinition]) -> None:
    """End what services hold open."""
    for mount in mounts:
        if mount.offloader is not None:
            await mount.offloader.close()
        if mount.close is not None:
            await mount.close()


def _listen(server: grpc.aio.Server, settings: ServerSettings) -> int:
    """Open the port; the real one when 0 was asked for. Raises OSError when it is taken."""
    port = _open(server, settings, settings.address)
    for address in settings.more_addresses:
        host, _, asked = address.rpartition(":")
        _open(server, settings, f"{host}:{asked if int(asked) else port}")
    return port


def _open(server: grpc.aio.Server, settings: ServerSettings, address: str) -> int:
    tls = settings.tls
    try:
        if tls is None or stays_here(address):
            return server.add_insecure_port(address)
        return server.add_secure_port(address, server_credentials(tls))
    except RuntimeError as error:
        raise OSError(f"cannot listen on {address}: {error}") from error


@asynccontextmanager
async def running(settings: ServerSettings, mounts: Sequence[ServiceDefinition]) -> AsyncIterator[RunningServer]:
    """A server for the time of a block, as tests and benchmarks use it.

    Args:
        settings: As in `start`.
        mounts: As in `start`.
    """
    server = await start(settings, mounts)
    try:
        yield server
    finally:
        await server.stop()


async def serve(settings: ServerSettings, mounts: Sequence[ServiceDefinition]) -> None:
    """Run a server until SIGTERM or SIGINT, then stop it gracefully. The main function of every service.

    Args:
        settings: As in `start`.
        mounts: As in `start`.
    """
    configure_logs(settings.name, settings.log_level)
    configure_telemetry(settings.name, settings.otlp_endpoint)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    server = await start(settings, mounts)
    _log.info("serving on %s", server.address)
    await stopping.wait()
    _log.info("stopping")
    await server.stop()
    flush_telemetry()
    _log.info("stopped")
