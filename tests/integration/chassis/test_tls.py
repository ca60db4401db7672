"""TLS between services, with certificates made for each run."""

import ipaddress
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import grpc.aio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer
from services.chassis.settings import Environment, ServerSettings, SettingsError
from services.chassis.tls import TlsIdentity, stays_here
from tests.integration.chassis.echo import KINDS, Ask, ask, launch, nothing

VARIABLES = ("BOUMB_TLS_ROOTS", "BOUMB_TLS_CERTIFICATE", "BOUMB_TLS_KEY")
# The one address of every machine that is not the loopback's and yet leads to itself.
HOST = "0.0.0.0"


class Authority:
    """Signs certificates.

    Args:
        name: Of the authority.
    """

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        self._certificate = self._sign(self._name, self._key.public_key(), constraints)

    def _sign(self, name: x509.Name, key: ec.EllipticCurvePublicKey, extension: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(extension, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def roots(self) -> bytes:
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def identity(self, host: str = HOST, roots: bytes = b"") -> TlsIdentity:
        """A certificate for a host, and what to believe others by: this authority unless others are named."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        certificate = self._sign(x509.Name([]), key.public_key(), names)
        return TlsIdentity(
            roots or self.roots,
            certificate.public_bytes(serialization.Encoding.PEM),
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("mesh")


def variables(identity: TlsIdentity, folder: Path) -> dict[str, str]:
    """The environment of a service with that identity."""
    found = {}
    for name, content in zip(VARIABLES, (identity.roots, identity.certificate, identity.key), strict=True):
        path = folder / name
        path.write_bytes(content)
        found[name] = str(path)
    return found


@asynccontextmanager
async def serving(environment: Mapping[str, str], host: str = HOST) -> AsyncIterator[RunningServer]:
    server = await launch(nothing, BOUMB_BIND_HOST=host, **environment)
    try:
        yield server
    finally:
        await server.stop()


@pytest.mark.parametrize("kind", KINDS)
async def test_services_with_certificates_of_the_mesh_understand_each_other(
    kind: str, authority: Authority, tmp_path: Path
) -> None:
    async with (
        serving(variables(authority.identity(), tmp_path)) as server,
        open_channel(server.address, tls=authority.identity()) as channel,
    ):
        assert await ask(channel, kind, Ask(question="hello"), timeout=10) == ["hello"]


@pytest.mark.parametrize("case", ["plain text", "no certificate", "caller of others", "server of others", "other host"])
async def test_a_stranger_gets_no_answer(case: str, authority: Authority, tmp_path: Path) -> None:
    others = Authority("others")
    ran = []

    async def act(request: object) -> None:
        ran.append(request)

    own = {
        "server of others": others.identity(roots=authority.roots),
        "other host": authority.identity("192.0.2.1"),
    }.get(case, authority.identity())
    server = await launch(act, BOUMB_BIND_HOST=HOST, **variables(own, tmp_path))
    caller = others.identity(roots=authority.roots) if case == "caller of others" else authority.identity()
    if case == "plain text":
        channel = open_channel(server.address)
    elif case == "no certificate":
        channel = grpc.aio.secure_channel(server.address, grpc.ssl_channel_credentials(authority.roots))
    else:
        channel = open_channel(server.address, tls=caller)
    async with channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ask(channel, "unary_unary", Ask(question="hello"), timeout=10)
    await server.stop()
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert not ran


@pytest.mark.parametrize("where", ["loopback", "socket"])
async def test_what_stays_on_the_machine_is_plain_text_on_both_sides(
    where: str, authority: Authority, tmp_path: Path
) -> None:
    environment = variables(authority.identity(), tmp_path)
    if where == "socket":
        environment["BOUMB_ECHO_ADDRESS"] = f"unix:{tmp_path}/e.sock"
    async with serving(environment, "127.0.0.1") as server:
        for tls in (None, authority.identity()):
            async with open_channel(server.address, tls=tls) as channel:
                assert await ask(channel, "unary_unary", Ask(question="here"), timeout=10) == ["here"]


@pytest.mark.parametrize(
    ("address", "here"),
    [
        *((address, True) for address in ("unix:/run/t.sock", "127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1")),
        *((address, False) for address in ("theory:1", "10.0.0.7:1", "0.0.0.0:1", "[::]:1", "localhost.example:1")),
    ],
)
def test_which_addresses_stay_on_the_machine(address: str, here: bool) -> None:
    assert stays_here(address) is here


def read(environment: Mapping[str, str]) -> TlsIdentity | None:
    return ServerSettings.read("echo", Environment({"BOUMB_ECHO_ADDRESS": "h:1", **environment})).tls


def test_the_files_are_read_once_and_the_key_is_never_shown(authority: Authority, tmp_path: Path) -> None:
    identity = authority.identity()
    assert read({}) is None
    assert read(dict.fromkeys(VARIABLES, "")) is None
    found = read(variables(identity, tmp_path))
    assert found == identity
    assert "PRIVATE KEY" not in repr(found)


@pytest.mark.parametrize("name", VARIABLES)
def test_files_that_are_missing_are_named(name: str, authority: Authority, tmp_path: Path) -> None:
    environment = variables(authority.identity(), tmp_path)
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        read({**environment, name: ""})
    with pytest.raises(SettingsError, match=f"{name} is '/nowhere'"):
        read({**environment, name: "/nowhere"})
