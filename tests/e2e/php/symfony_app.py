"""The sample application as somebody would install it: Composer, path repositories, Debian's Symfony."""

import http.client
import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from gateway.keys import ensure_keys
from launcher.settings import ROOT
from tests.e2e.php.php_host import PhpHost, WebServer

EXAMPLE = ROOT / "clients/php/example"
TOOLS = ROOT / "clients/php/tools"
PASSWORD = "music"
_ANSWER_S = 60


def installed_app(host: PhpHost, folder: Path) -> Path:
    """Install the sample application; its folder."""
    app = folder / "app"
    shutil.copytree(EXAMPLE, app, ignore=shutil.ignore_patterns("vendor", "var"))
    repositories = json.loads(
        host.run("php", TOOLS / "debian-packages.php", folder / "packages", host.grpc, cwd=folder)
    )
    composer = json.loads((app / "composer.json").read_text())
    (app / "composer.json").write_text(json.dumps(composer | {"repositories": repositories}))
    host.run(
        *("composer", "install", "--no-interaction", "--no-progress", "--quiet"),
        cwd=app,
        COMPOSER_HOME=str(folder / "composer"),
    )
    return app


def variables(run: Path, keys: Path, certificates: Path, internal: str, **more: str) -> dict[str, str]:
    """Environment of the application.

    Args:
        run: Folder for its cache and logs.
        keys: Folder of the keys that sign tokens, the gateway's own.
        certificates: Folder that `./boumb certs` fills.
        internal: Address of the gateway's internal listener.
        more: Over these.
    """
    found = ensure_keys(keys)
    assert found.private is not None
    return {
        "APP_ENV": "prod",
        "APP_VAR": str(run),
        "JWT_SECRET_KEY": str(found.private),
        "JWT_PUBLIC_KEY": str(found.public[0]),
        "BOUMB_INTERNAL_ADDRESS": internal,
        "BOUMB_TLS_ROOTS": str(certificates / "ca.crt"),
        "BOUMB_TLS_CERTIFICATE": str(certificates / "backend.crt"),
        "BOUMB_TLS_KEY": str(certificates / "backend.key"),
        **more,
    }


class Browser:
    """What a page does: signs in, sends JSON, reads server-sent events."""

    def __init__(self, server: WebServer, user: str = "ana", language: str = "en") -> None:
        self._server = server
        self._headers = {"content-type": "application/json", "accept-language": language}
        status, _, answer = self.post("/api/login", {"username": user, "password": PASSWORD})
        assert status == 200, answer
        self.token = answer["token"]
        self._headers["authorization"] = f"Bearer {self.token}"

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, dict[str, str], Any]:
        """Status, headers and content of an answer in JSON."""
        with self._sent("POST", path, json.dumps(body), headers) as answer:
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, json.loads(answer.read())

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        with self._sent("GET", path, None, {}) as answer:
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()

    def stream(self, path: str, body: Any, **headers: str) -> "EventStream":
        """Server-sent events, from when the answer begins."""
        connection = self._connection()
        connection.request("POST", path, json.dumps(body), {**self._headers, **headers})
        return EventStream(connection, connection.getresponse())

    @contextmanager
    def _sent(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> Iterator[http.client.HTTPResponse]:
        with closing(self._connection()) as connection:
            connection.request(method, path, body, {**self._headers, **headers})
            with connection.getresponse() as answer:
                yield answer

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self._server.address, timeout=_ANSWER_S)


class EventStream:
    """Name and content of server-sent events, each as it comes; closing it closes the connection."""

    def __init__(self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> None:
        self._connection, self._answer = connection, answer
        assert answer.status == 200, answer.read()
        assert (answer.getheader("content-type") or "").startswith("text/event-stream")

    def header(self, name: str) -> str | None:
        return self._answer.getheader(name)

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()
        self._connection.close()

    def __iter__(self) -> "EventStream":
        return self

    def __next__(self) -> tuple[str, Any]:
        fields: dict[str, str] = {}
        while line := self._answer.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif fields:
                return fields["event"], json.loads(fields["data"])
        raise StopIteration
