"""`./boumb up` as a person runs it."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from services.chassis.service_manifest import manifests
from services.chassis.settings import address_variable
from tests.e2e.cli.boumb import Terminal, free_ports


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal.at(tmp_path)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    read = ""
    while words not in read:
        line = process.stdout.readline()
        assert line, f"ended without {words!r}: {read}"
        read += line
    return read


def process_of(terminal: Terminal, words: str) -> int:
    mark = f"BOUMB_STATE_DIR={terminal.environment['BOUMB_STATE_DIR']}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes() and words.encode() in (process / "cmdline").read_bytes():
                return int(process.name)
        except OSError:
            continue
    raise AssertionError(f"no process runs {words}")


def written(terminal: Terminal, words: str) -> bool:
    """Whether the gateway's log says something, now or within ten seconds: Envoy flushes it every now and then."""
    give_up = time.monotonic() + 10
    while words not in _log_of(terminal, "gateway"):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.1)
    return True


def test_the_life_of_a_studio(terminal: Terminal) -> None:
    gateway = terminal.environment["BOUMB_GATEWAY_ADDRESS"]
    with terminal.start("up") as studio:
        welcome = read_until(studio, "stop ")
        assert f"http://{gateway}" in welcome
        assert terminal.environment["BOUMB_MELODY_ADDRESS"] in welcome

        second = terminal.run("up")
        assert second.returncode == 1
        assert f"runs already: {gateway}, process {studio.pid}" in second.stderr

        composed = terminal.run("compose", "a bass in C minor", "--json")
        assert composed.returncode == 0, composed.stderr
        assert written(terminal, "MelodyService/Compose")  # it was this gateway that was asked

        os.kill(process_of(terminal, "services.melody.main"), signal.SIGKILL)
        assert re.search(r"melody +ended by signal 9; starting it again", read_until(studio, "starting it again"))
        read_until(studio, "answers again")
        again = terminal.run("compose", "a bass in C minor")
        assert again.returncode == 0, again.stdout + again.stderr

        studio.send_signal(signal.SIGTERM)
        assert studio.stdout is not None
        assert sorted(re.findall(r"(\w+) +stopped", studio.stdout.read())) == sorted(
            ["gateway", "studio", *(name for name, manifest in manifests().items() if not manifest.optional)]
        )
        assert studio.wait(timeout=10) == 0
    assert terminal.left_running() == []
    findings = {finding["name"]: finding["detail"] for finding in json.loads(terminal.run("doctor", "--json").stdout)}
    assert findings["studio"].startswith("not running")


def _log_of(terminal: Terminal, name: str) -> str:
    """Log of a process. Envoy writes its access log once a second; what was asked before is there by now or soon."""
    path = Path(terminal.environment["BOUMB_STATE_DIR"]) / "logs" / f"{name}.log"
    for _ in range(300):
        if text := path.read_text():
            return text
        signal.sigtimedwait([], 0.01)
    return ""


def test_a_taken_address_is_named_with_its_variable(terminal: Terminal) -> None:
    host, _, port = terminal.environment["BOUMB_THEORY_ADDRESS"].rpartition(":")
    with socket.create_server((host, int(port))):
        result = terminal.run("up")
    assert result.returncode == 3
    assert f"{host}:{port} is taken by another program; set BOUMB_THEORY_ADDRESS" in result.stderr
    assert "MELODY" not in result.stderr


def test_two_studios_of_one_folder_run_beside_each_other(terminal: Terminal) -> None:
    usual = {address_variable(name): "" for name in ("gateway", *manifests())}
    bases = free_ports(2)
    with ExitStack() as stack:
        for base in map(str, bases):
            studio = stack.enter_context(terminal.start("up", BOUMB_PORT_BASE=base, **usual))
            welcome = read_until(studio, "stop ")
            assert f"http://127.0.0.1:{base} " in welcome
            assert "on sockets, inside only" in welcome
            assert listening(studio.pid) == {int(base)}
        for base in map(str, bases):
            analysed = terminal.run("analyse", "a bass in C minor", BOUMB_PORT_BASE=base, **usual)
            assert analysed.returncode == 0, analysed.stderr


def listening(pid: int) -> set[int]:
    """Ports on which a process and those that it started take connections."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    sockets = set()
    for link in (link for each in (pid, *children) for link in Path(f"/proc/{each}/fd").iterdir()):
        with suppress(FileNotFoundError):  # closed meanwhile
            sockets.add(str(link.readlink()))
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, *rest = line.split()
        if state == "0A" and f"socket:[{rest[5]}]" in sockets:
            found.add(int(local.rpartition(":")[2], 16))
    return found


def test_services_open_to_everybody_need_a_word(terminal: Terminal) -> None:
    refused = terminal.run("up", BOUMB_BIND_HOST="0.0.0.0")
    assert refused.returncode == 2
    assert "BOUMB_BIND_HOST is 0.0.0.0" in refused.stderr
    assert "BOUMB_OPEN_SERVICES=yes" in refused.stderr
    assert terminal.left_running() == []


def test_a_service_that_cannot_start_is_told_with_the_end_of_its_log(terminal: Terminal) -> None:
    result = terminal.run("up", BOUMB_MELODY_MAX_IN_FLIGHT="many")
    assert result.returncode == 3
    assert "melody could not start" in result.stderr
    assert "BOUMB_MELODY_MAX_IN_FLIGHT" in result.stderr
    assert terminal.left_running() == []


def test_interrupted_while_it_starts_it_leaves_nothing(terminal: Terminal) -> None:
    with terminal.start("up") as studio:
        log = Path(terminal.environment["BOUMB_STATE_DIR"]) / "logs/melody.log"
        while not log.exists():
            assert studio.poll() is None
        studio.send_signal(signal.SIGINT)
        assert studio.wait(timeout=10) == 130
    assert terminal.left_running() == []
