"""A language model by the command: a server of the mesh's own, models from here, and music by a name."""

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from llm.binary import find_ollama
from tests.e2e.cli.boumb import Terminal
from tests.real_ollama import usable_ollama

# A model on a processor that other tests use takes its time, and may miss the deadline of a bar.
pytestmark = pytest.mark.timeout(300)
ATTEMPTS = 3


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    usable_ollama()
    return Terminal.at(
        tmp_path,
        BOUMB_LLM_THREADS="1",
        BOUMB_OLLAMA_ADDRESS=f"127.0.0.1:{free_port()}",
        OLLAMA_MODELS=str(tmp_path / "models"),
        HOME=str(tmp_path),
        XDG_CACHE_HOME=os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
    )


def test_a_model_is_pulled_listed_and_composes_with_a_server_of_its_own(terminal: Terminal) -> None:
    port = int(terminal.environment["BOUMB_OLLAMA_ADDRESS"].rpartition(":")[2])
    pulled = terminal.run("models", "pull", "boumb-line")
    assert pulled.returncode == 0, pulled.stderr
    assert "✓ boumb-line" in pulled.stdout
    assert not listening(port)  # the server was started for this, and stopped
    engines: list[str] = []
    for _ in range(ATTEMPTS):
        done = terminal.run(
            "compose", "a pop melody in C major, 20 bpm, 2 bars", "--model", "boumb-line", "--seed", "4", "--json"
        )
        assert done.returncode == 0, done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert events[0]["started"]["engine"] == "ollama"
        assert events[0]["started"]["model"].startswith("boumb-line")
        engines = [event["bar"]["engine"] for event in events if "bar" in event]
        assert len(engines) == 2
        if "ollama" in engines:
            break
    assert "ollama" in engines
    assert not listening(port)


def test_a_name_that_no_library_has_is_an_error_in_words(terminal: Terminal) -> None:
    done = terminal.run("models", "pull", "no-such-model-of-anybody:1b")
    assert done.returncode != 0
    assert "no-such-model-of-anybody:1b could not be downloaded" in done.stderr


def test_without_ollama_the_doctor_tells_how_to_get_it(tmp_path: Path) -> None:
    terminal = Terminal.at(tmp_path, PATH="/usr/bin:/bin", XDG_CACHE_HOME=str(tmp_path / "cache"))
    found = terminal.run("doctor")
    if subprocess.run(["/usr/bin/which", "ollama"], capture_output=True, check=False).returncode == 0:
        pytest.skip("ollama is installed for everybody")
    assert "https://ollama.com/download" in found.stdout
    refused = terminal.run("models", "pull", "qwen2.5:3b")
    assert "There is no ollama here" in refused.stderr


def test_the_program_is_found_where_it_was_built() -> None:
    assert find_ollama() == usable_ollama()
