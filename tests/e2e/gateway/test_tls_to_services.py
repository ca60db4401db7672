"""The gateway and a service on another machine: each believes the other by its certificate and name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import grpc.aio
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub

from gateway.certificates import files_of, issue
from gateway.keys import ensure_keys
from gateway.process import running as running_gateway
from gateway.tokens import mint
from services.chassis.server.server import running as running_server
from services.chassis.settings import Environment, ServerSettings
from services.chassis.tls import TlsIdentity
from tests.e2e.gateway.grpc_web import GrpcWebClient
from tests.e2e.gateway.mesh import settings_for
from tests.e2e.gateway.scripted import MELODY_INFO, ScriptedMelody, mount_melody

pytestmark = pytest.mark.asyncio
OK, UNAVAILABLE = 0, 14
# The one host of every machine that is not the loopback's and yet leads to itself.
ELSEWHERE = "0.0.0.0"
SERVICES = ("melody", "drums")


@asynccontextmanager
async def service(certificates: Path, name: str) -> AsyncIterator[str]:
    """Address of melody, which shows the certificate of a name."""
    files = files_of(certificates, name)
    environment = Environment(
        {
            "BOUMB_SCRIPTED_ADDRESS": f"{ELSEWHERE}:0",
            "BOUMB_BIND_HOST": ELSEWHERE,
            "BOUMB_GRACE_S": "0.1",
            "BOUMB_TLS_ROOTS": str(files.roots),
            "BOUMB_TLS_CERTIFICATE": str(files.certificate),
            "BOUMB_TLS_KEY": str(files.key),
        }
    )
    settings = ServerSettings.read("scripted", environment)
    async with running_server(settings, [mount_melody(ScriptedMelody())]) as server:
        yield server.address


@asynccontextmanager
async def gateway(folder: Path, melody_address: str, certificates: Path) -> AsyncIterator[GrpcWebClient]:
    """A client of a gateway that has melody elsewhere."""
    keys = ensure_keys(folder / "keys")
    usual = settings_for(folder, keys, certificates=certificates)
    settings = replace(usual, upstreams={**usual.upstreams, "melody": (melody_address,)})
    async with running_gateway(settings, folder / "envoy.yaml", grace_s=0.2) as running:
        client = GrpcWebClient(running.address, mint(keys, "ana"))
        yield client
        await client.close()


async def test_a_service_elsewhere_is_called_over_tls(tmp_path: Path) -> None:
    certificates = tmp_path / "certificates"
    issue(certificates, SERVICES)
    async with service(certificates, "melody") as address, gateway(tmp_path, address, certificates) as client:
        for _ in range(300):  # until the gateway has found it healthy
            answer = await client.call(MELODY_INFO, melody.InfoRequest())
            if answer.status == OK:
                break
        assert melody.InfoResponse.FromString(answer.messages[0]).version == "ana"


@pytest.mark.parametrize("who", ["another service", "another authority", "plain text"])
async def test_what_is_not_the_service_gets_no_call(tmp_path: Path, who: str) -> None:
    certificates, others = tmp_path / "certificates", tmp_path / "others"
    issue(certificates, SERVICES)
    issue(others, SERVICES)
    shown = {"another service": (certificates, "drums"), "another authority": (others, "melody")}
    if who == "plain text":
        environment = Environment({"BOUMB_SCRIPTED_ADDRESS": f"{ELSEWHERE}:0", "BOUMB_BIND_HOST": ELSEWHERE})
        serving = running_server(ServerSettings.read("scripted", environment), [mount_melody(ScriptedMelody())])
        async with serving as server:
            await _gets_nothing(tmp_path, server.address, certificates)
    else:
        async with service(*shown[who]) as address:
            await _gets_nothing(tmp_path, address, certificates)


@asynccontextmanager
async def caller(address: str, tls: TlsIdentity) -> AsyncIterator[MelodyServiceStub]:
    """A stub for the service at an address of all hosts, by the name that is in its certificate."""
    credentials = grpc.ssl_channel_credentials(tls.roots, tls.key, tls.certificate)
    async with grpc.aio.secure_channel(f"127.0.0.1:{address.rpartition(':')[2]}", credentials) as channel:
        yield MelodyServiceStub(channel)


async def asked(stub: MelodyServiceStub, user: str = "ana") -> tuple[grpc.StatusCode, str]:
    """The status of a call, and whom the service took for the caller."""
    try:
        info = await stub.Info(melody.InfoRequest(), metadata=(("x-user", user),), timeout=5)
    except grpc.aio.AioRpcError as error:
        return error.code(), ""
    return grpc.StatusCode.OK, info.version


@pytest.mark.parametrize(("who", "believed"), [("gateway", True), ("drums", True), ("backend", False)])
async def test_a_service_believes_who_calls_from_the_gateway_and_services_only(
    tmp_path: Path, who: str, believed: bool
) -> None:
    issue(tmp_path, SERVICES)
    tls = files_of(tmp_path, who).read()
    async with service(tmp_path, "melody") as address, caller(address, tls) as stub:
        expected = (grpc.StatusCode.OK, "ana") if believed else (grpc.StatusCode.UNAUTHENTICATED, "")
        assert await asked(stub) == expected


async def test_a_service_takes_new_certificates_without_a_restart(tmp_path: Path) -> None:
    issue(tmp_path, SERVICES)
    former = files_of(tmp_path, "gateway").read()
    async with service(tmp_path, "melody") as address, caller(address, former) as kept:
        assert await asked(kept) == (grpc.StatusCode.OK, "ana")
        issue(tmp_path, SERVICES, new_authority=True)
        now = files_of(tmp_path, "gateway").read()
        async with caller(address, now) as stub, caller(address, replace(former, roots=now.roots)) as old:
            assert await asked(stub) == (grpc.StatusCode.OK, "ana")
            assert await asked(old) == (grpc.StatusCode.UNAVAILABLE, "")
        assert await asked(kept) == (grpc.StatusCode.OK, "ana"), "an open connection stays"


async def _gets_nothing(folder: Path, address: str, certificates: Path) -> None:
    async with gateway(folder, address, certificates) as client:
        for _ in range(20):
            assert (await client.call(MELODY_INFO, melody.InfoRequest())).status == UNAVAILABLE
