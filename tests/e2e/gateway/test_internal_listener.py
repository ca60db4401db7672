"""The listener of backends: who gets in, for whom a backend may speak, and new certificates under live streams."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import grpc.aio
import pytest
import pytest_asyncio
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2 import intent_pb2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.certificates import files_of, issue
from gateway.config import Limits, Quota
from services.chassis.tls import BACKEND, TlsFiles
from tests.e2e.gateway.mesh import Mesh, running_mesh
from tests.e2e.gateway.scripted import VALIDATE_STREAM

pytestmark = pytest.mark.asyncio(loop_scope="module")
SERVICES = ("melody",)
ROLES = base64.b64encode(b'["ROLE_USER"]').decode()
UNAVAILABLE, DENIED = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.PERMISSION_DENIED
INVALID, EXHAUSTED = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED


@dataclass
class Deployment:
    """A gateway with certificates, and where they are."""

    mesh: Mesh
    folder: Path

    @asynccontextmanager
    async def backend(self, files: TlsFiles | None = None, *, secure: bool = True) -> AsyncIterator[grpc.aio.Channel]:
        """A channel of the backend, or of somebody with other certificates."""
        files = files_of(self.folder, "backend") if files is None else files
        content = [path.read_bytes() if path.exists() else None for path in (files.roots, files.key, files.certificate)]
        credentials = grpc.ssl_channel_credentials(*content)
        address = self.mesh.gateway.internal
        opened = grpc.aio.secure_channel(address, credentials) if secure else grpc.aio.insecure_channel(address)
        async with opened as channel:
            yield channel

    async def ask(
        self, channel: grpc.aio.Channel, *metadata: tuple[str, str | bytes]
    ) -> tuple[str, grpc.StatusCode, str]:
        """Whom a service sees as the caller, the status, and its text."""
        try:
            info = await MelodyServiceStub(channel).Info(melody.InfoRequest(), metadata=metadata, timeout=5)
        except grpc.aio.AioRpcError as error:
            return "", error.code(), error.details() or ""
        return info.version, grpc.StatusCode.OK, ""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    folder = tmp_path_factory.mktemp("certificates")
    issue(folder, SERVICES)
    limits = Limits(calls=Quota(burst=1000, per_minute=1000), streams=Quota(burst=2, per_minute=1))
    async with running_mesh(tmp_path_factory.mktemp("mesh"), limits, certificates=folder) as mesh:
        yield Deployment(mesh, folder)


def self_signed(folder: Path, roots: Path) -> TlsFiles:
    """A certificate of the backend's name that nobody but itself vouches for."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    expired = x509.load_pem_x509_certificate((roots.parent / "backend.crt").read_bytes())
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(expired.not_valid_before_utc)
        .not_valid_after(expired.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(BACKEND)]), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = replace(files_of(folder, "self"), roots=roots)
    files.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


class TestWhoGetsIn:
    """Only a certificate of the backend, by the deployment's authority, of today."""

    async def test_the_backend_does_and_its_word_names_the_user(self, deployment: Deployment) -> None:
        async with deployment.backend() as channel:
            said = [("x-user", "ana"), ("x-roles", ROLES), ("accept-language", "fr")]
            assert await deployment.ask(channel, *said) == ("ana", grpc.StatusCode.OK, "")
        received = deployment.mesh.melody.headers
        assert json.loads(base64.b64decode(received["x-roles"])) == ["ROLE_USER"]
        assert received["accept-language"] == "fr"

    @pytest.mark.parametrize(
        "who", ["missing", "expired", "foreign", "self-signed", "service", "gateway", "plain text"]
    )
    async def test_others_do_not(self, deployment: Deployment, tmp_path: Path, who: str) -> None:
        roots = files_of(deployment.folder, "").roots
        files = replace(files_of(tmp_path, "backend"), roots=roots)
        if who == "foreign":
            issue(tmp_path, SERVICES)
        elif who == "expired":
            for name in ("ca.crt", "ca.key"):
                (tmp_path / name).write_bytes((deployment.folder / name).read_bytes())
            issue(tmp_path, SERVICES, valid_for=-timedelta(hours=1))
        elif who == "self-signed":
            files = self_signed(tmp_path, roots)
        elif who in ("service", "gateway"):
            files = files_of(deployment.folder, {"service": "melody"}.get(who, who))
        deployment.mesh.melody.reset()
        async with deployment.backend(files, secure=who != "plain text") as stranger:
            _, code, _ = await deployment.ask(stranger, ("x-user", "ana"))
        assert code is UNAVAILABLE
        assert deployment.mesh.melody.headers == {}
        async with deployment.backend() as channel:  # with the same files otherwise, it would have been let in
            assert (await deployment.ask(channel, ("x-user", "victim")))[0] == "victim"

    async def test_a_backend_knows_a_false_gateway(self, deployment: Deployment, tmp_path: Path) -> None:
        issue(tmp_path, SERVICES)
        files = replace(files_of(deployment.folder, "backend"), roots=files_of(tmp_path, "").roots)
        async with deployment.backend(files) as channel:
            assert (await deployment.ask(channel, ("x-user", "ana")))[1] is UNAVAILABLE

    async def test_a_token_opens_nothing_here(self, deployment: Deployment) -> None:
        bearer = ("authorization", f"Bearer {deployment.mesh.token('ana')}")
        async with deployment.backend() as channel:
            assert await deployment.ask(channel, bearer) == (BACKEND, grpc.StatusCode.OK, "")

    async def test_the_list_of_methods_holds_here_too(self, deployment: Deployment) -> None:
        async with deployment.backend() as channel:
            for path in (VALIDATE_STREAM, "/grpc.health.v1.Health/Check", "/nothing"):
                call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await call(b"", metadata=(("x-user", "ana"),), timeout=5)
                assert caught.value.code() is DENIED


class TestForWhom:
    """What a backend says of its user is read exactly, or refused."""

    @pytest.mark.parametrize(
        "user", ["ana", "a b;c=d", "zoé@exemple.fr", "名前", "🎹", "x" * 1024, "é" * 1024], ids=ascii
    )
    async def test_every_name_can_be_said(self, deployment: Deployment, user: str) -> None:
        said: tuple[str, str | bytes] = ("x-user", user) if user.isascii() else ("x-user-bin", user.encode())
        async with deployment.backend() as channel:
            assert await deployment.ask(channel, said) == (user, grpc.StatusCode.OK, "")

    @pytest.mark.parametrize(
        "said",
        [
            [("x-user", "")],
            [("x-user", "ana"), ("x-user", "root")],
            [("x-user", "ana"), ("x-user-bin", b"root")],
            [("x-user-bin", b"")],
            [("x-user-bin", b"\xff\xfe")],
            [("x-user-bin", b"a\nb")],
            [("x-user-bin", b"a\x00")],
            [("x-user-bin", b"\xc2\x85")],
            [("x-user-bin", b"\xc0\xaf")],
            [("x-user-bin", b"\xed\xa0\x80")],
            [("x-user", "x" * 1025)],
            [("x-user", "x" * 5000)],
            [("x-user-bin", "é".encode() * 1025)],
            [("x-user", "ana"), ("x-roles", ROLES), ("x-roles", ROLES)],
            [("x-user", "ana"), ("x-roles", "A" * 5000)],
        ],
        ids=lambda said: " ".join(f"{name}={value!r:.24}" for name, value in said),
    )
    async def test_what_is_not_readable_is_refused(
        self, deployment: Deployment, said: list[tuple[str, str | bytes]]
    ) -> None:
        deployment.mesh.melody.reset()
        async with deployment.backend() as channel:
            _, code, text = await deployment.ask(channel, *said)
            assert code in (INVALID, DENIED), text
            assert "malformed" in text
            assert (await deployment.ask(channel, ("x-user", "victim")))[0] == "victim"

    async def test_a_call_for_nobody_is_the_backends_own(self, deployment: Deployment) -> None:
        async with deployment.backend() as channel:
            assert await deployment.ask(channel) == (BACKEND, grpc.StatusCode.OK, "")

    async def test_users_have_quotas_of_their_own_here_too(self, deployment: Deployment) -> None:
        request = melody.ComposeRequest(prompt="x", hints=intent_pb2.IntentOptions(bars=1))
        async with deployment.backend() as channel:
            stub = MelodyServiceStub(channel)

            async def compose(user: str) -> None:
                deployment.mesh.melody.let.release()
                call = stub.Compose(request, metadata=(("x-user", user),), timeout=5)
                async for _ in call:
                    pass

            for _ in range(2):
                await compose("greedy")
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await compose("greedy")
            assert caught.value.code() is EXHAUSTED
            assert 1 <= int(str(caught.value.trailing_metadata()["retry-after"])) <= 60
            await compose("modest")


async def test_the_public_side_cannot_say_who_it_is(deployment: Deployment) -> None:
    client = deployment.mesh.client(deployment.mesh.token("ana"))
    for name in ("x-user", "x-user-bin", "x-roles", "x-nested", "x-forwarded-client-cert"):
        answer = await client.call("/boumbapp.melody.v2.MelodyService/Info", melody.InfoRequest(), {name: ROLES})
        assert melody.InfoResponse.FromString(answer.messages[0]).version == "ana"


async def test_new_certificates_hold_without_a_restart_and_break_no_stream(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    issue(folder, SERVICES)
    async with running_mesh(tmp_path, certificates=folder) as mesh:
        deployment = Deployment(mesh, folder)
        former = {path.name: path.read_bytes() for path in folder.iterdir()}
        before = tmp_path / "before"
        before.mkdir()
        for name, content in former.items():
            (before / name).write_bytes(content)
        request = melody.ComposeRequest(prompt="x", hints=intent_pb2.IntentOptions(bars=3))
        async with deployment.backend() as channel:
            stream = MelodyServiceStub(channel).Compose(request, metadata=(("x-user", "ana"),), timeout=60)
            mesh.melody.let.release()
            responses = aiter(stream)
            assert (await anext(responses)).event.WhichOneof("event") == "started"
            assert (await anext(responses)).event.bar.bar.index == 0

            issue(folder, SERVICES, new_authority=True)
            old, new = files_of(before, "backend"), files_of(folder, "backend")
            await _until(deployment, new, grpc.StatusCode.OK)
            await _until(deployment, replace(old, roots=new.roots), UNAVAILABLE)

            mesh.melody.let.release()
            mesh.melody.let.release()
            assert [response.event.WhichOneof("event") async for response in responses] == ["bar", "bar", "completed"]
            # A connection that is open stays so: it was let in by what held then.
            assert (await deployment.ask(channel, ("x-user", "ana")))[0] == "ana"


async def _until(deployment: Deployment, files: TlsFiles, code: grpc.StatusCode) -> None:
    """Return when a caller with these files gets a status; the gateway sees new files within a moment."""
    for _ in range(200):
        async with deployment.backend(files) as channel:
            if (await deployment.ask(channel, ("x-user", "ana")))[1] is code:
                return
    raise AssertionError(f"never {code}")
