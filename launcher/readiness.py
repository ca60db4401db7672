"""Waits until a service answers, and finds addresses that are taken."""

import asyncio
import socket
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from gateway.config import Address
from services.chassis.client.channel import open_channel

_POLL_S = 0.02
_CALL_S = 5.0


async def serving(address: str) -> None:
    """Return when the service at an address says SERVING."""
    while not await asyncio.to_thread(listens, Address.parse(address)):  # noqa: ASYNC110 - of another process
        await asyncio.sleep(_POLL_S)  # dialling before that would make gRPC pause between its attempts
    async with open_channel(address) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # the stubs name no methods
        while True:
            try:
                answer = await check(health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=_CALL_S)
                if answer.status == health_pb2.HealthCheckResponse.SERVING:
                    return
            except grpc.aio.AioRpcError:  # it ended or hangs; the supervisor decides
                pass
            await asyncio.sleep(_POLL_S)


def listens(address: Address) -> bool:
    """Whether something accepts connections at an address."""
    if address.path:
        return Path(address.path).exists()
    try:
        socket.create_connection((address.host, address.port), timeout=_CALL_S).close()
    except OSError:
        return False
    return True


def taken(text: str) -> bool:
    """Whether another program listens at an address."""
    address = Address.parse(text)
    if address.path:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(address.path) == 0
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind((address.host, address.port))
        except OSError:
            return True
    return False
