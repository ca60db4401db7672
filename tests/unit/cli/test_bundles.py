"""`./boumb models pull` against a server that stops half-way, lies, or has nothing."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from cli.bundles import TABLE, published, pull
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError

BUNDLE = b"\x0a" + bytes(range(256)) * 4000
DIGEST = hashlib.sha256(BUNDLE).hexdigest()


class Server:
    """Serves one file, with ranges unless told otherwise; may hang up after some bytes."""

    def __init__(self) -> None:
        self.content = BUNDLE
        self.hang_up_after: int | None = None
        self.knows_ranges = True
        self.asked: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.headers["range"])
                start = int(re.sub(r"\D", "", self.headers["range"] or "0")) if outer.knows_ranges else 0
                if self.path != "/bundle.mag":
                    self.send_error(404)
                elif start and start >= len(outer.content):
                    self.send_response(416)
                    self.send_header("content-range", f"bytes */{len(outer.content)}")
                    self.send_header("content-length", "0")
                    self.end_headers()
                else:
                    body = outer.content[start:]
                    self.send_response(206 if start else 200)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body[: outer.hang_up_after])

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/bundle.mag"


@pytest.fixture
def server() -> Iterator[Server]:
    serving = Server()
    thread = threading.Thread(target=serving.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield serving
    serving.server.shutdown()
    thread.join()
    serving.server.server_close()


@pytest.fixture
def table(tmp_path: Path, server: Server) -> Path:
    return write_table(tmp_path, server.url, DIGEST)


def write_table(tmp_path: Path, url: str, sha256: str) -> Path:
    path = tmp_path / "table.yaml"
    path.write_text(yaml.safe_dump({"attention_rnn": {"url": url, "sha256": sha256}}))
    return path


def test_a_bundle_comes_whole_and_is_not_asked_for_again(tmp_path: Path, table: Path, server: Server) -> None:
    assert pull([], table, tmp_path / "bundles") is ExitCode.OK
    assert (tmp_path / "bundles/attention_rnn.mag").read_bytes() == BUNDLE
    assert pull(["attention_rnn"], table, tmp_path / "bundles") is ExitCode.OK
    assert server.asked == [None]


def test_an_interrupted_download_goes_on_where_it_stopped(tmp_path: Path, table: Path, server: Server) -> None:
    server.hang_up_after = 300_000
    with pytest.raises(UserError, match="could not be downloaded") as caught:
        pull([], table, tmp_path)
    assert caught.value.exit is ExitCode.UNAVAILABLE
    assert not (tmp_path / "attention_rnn.mag").exists()
    server.hang_up_after = None
    assert pull([], table, tmp_path) is ExitCode.OK
    assert (tmp_path / "attention_rnn.mag").read_bytes() == BUNDLE
    assert server.asked == [None, "bytes=300000-"]


def test_a_server_without_ranges_starts_over(tmp_path: Path, table: Path, server: Server) -> None:
    (tmp_path / "attention_rnn.part").write_bytes(BUNDLE[:1000])
    server.knows_ranges = False
    pull([], table, tmp_path)
    assert (tmp_path / "attention_rnn.mag").read_bytes() == BUNDLE


def test_a_part_that_is_the_whole_is_taken(tmp_path: Path, table: Path) -> None:
    (tmp_path / "attention_rnn.part").write_bytes(BUNDLE)
    pull([], table, tmp_path)
    assert (tmp_path / "attention_rnn.mag").read_bytes() == BUNDLE


def test_another_file_than_expected_is_thrown_away(tmp_path: Path, table: Path, server: Server) -> None:
    server.content = BUNDLE[:-1] + b"!"
    with pytest.raises(UserError, match="SHA-256"):
        pull([], table, tmp_path)
    assert not list(tmp_path.glob("attention_rnn.*"))


def test_without_a_known_digest_the_first_download_is_recorded_and_binds_the_next(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(tmp_path, server.url, "")
    pull([], table, tmp_path)
    assert "nobody told its SHA-256" in capsys.readouterr().out
    assert json.loads((tmp_path / "digests.json").read_text()) == {"attention_rnn": DIGEST}
    (tmp_path / "attention_rnn.mag").unlink()
    server.content = BUNDLE[:-1] + b"!"
    with pytest.raises(UserError, match="SHA-256"):
        pull([], table, tmp_path)


def test_a_page_is_no_bundle(tmp_path: Path, server: Server) -> None:
    server.content = b"<html>moved</html>" * 1000
    with pytest.raises(UserError, match="not a bundle"):
        pull([], write_table(tmp_path, server.url, ""), tmp_path)
    assert not (tmp_path / "digests.json").exists()


def test_what_does_not_exist_is_said(tmp_path: Path, server: Server) -> None:
    with pytest.raises(UserError, match="404"):
        pull([], write_table(tmp_path, server.url + ".gone", ""), tmp_path)
    with pytest.raises(UserError, match="no bundle 'kazoo'; there are: attention_rnn"):
        pull(["kazoo"], write_table(tmp_path, server.url, ""), tmp_path)


def test_the_table_names_magentas_four_melody_bundles() -> None:
    bundles = published(TABLE)
    assert [bundle.name for bundle in bundles] == ["attention_rnn", "basic_rnn", "lookback_rnn", "mono_rnn"]
    assert all(bundle.url.endswith(f"/{bundle.name}.mag") for bundle in bundles)
