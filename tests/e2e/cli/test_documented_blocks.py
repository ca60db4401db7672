"""Blocks of commands in the documents run as printed: long ones in their smallest form, all others as they stand."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import mido
import pytest

from launcher.settings import ROOT
from tests.contract.test_docs import HISTORY, KNOWLEDGE, tracked
from tests.e2e.cli.boumb import Terminal
from tests.environments import needs_tools

_BLOCK = re.compile(r"^( *)```(?:bash|sh)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_GATEWAY = "http://127.0.0.1:8080"
# Blocks that tests of their own run, by a word that only they have.
ELSEWHERE = {
    "npm install": "tests/e2e/clients/test_web_project.py",
    "pip install": "tests/e2e/clients/test_python_package.py",
    "buf generate": "tests/e2e/clients/test_clients_of_the_gateway.py",
    "train magenta-melodies": "tests/contract/test_documented_commands.py",  # hours; its arguments are read
    "grep 0af7651916cd43dd": "tests/e2e/cli/test_up_telemetry.py",  # the id of an example
    "podman": "deploy",
    "docker": "deploy",
    "kubectl": "deploy",
    "composer": "clients/php",
    "on-debian.sh": "clients/php",  # makes whole systems
    "certs": "tests/unit/cli",
    "studio": "tests/e2e",
    "--telemetry": "tests/e2e/cli/test_up_telemetry.py",
    "./boumb images": "deploy",
}
# The smallest form of what takes long, or needs a person.
SMALLEST = {
    "./boumb test  ": "./boumb test tests/unit/cli/test_words.py  ",
    "./boumb jam": "! </dev/null ./boumb jam",  # it wants a terminal; tests/e2e/cli/test_jam.py has one
}


def blocks() -> list[tuple[str, str]]:
    names = sorted(name for name in tracked() if name.endswith(".md") and not name.startswith((*HISTORY, KNOWLEDGE)))
    return [(name, block) for name in names for _, block in _BLOCK.findall((ROOT / name).read_text("utf-8"))]


def elsewhere(block: str) -> str | None:
    return next((test for word, test in ELSEWHERE.items() if word in block), None)


HERE = [(name, block) for name, block in blocks() if elsewhere(block) is None]


def write_loop(path: Path) -> None:
    """Two bars of what the reader has: a bass, a piano and drums."""
    file = mido.MidiFile()
    for channel, (name, keys) in enumerate({"bass": (36, 43), "piano": (60, 67), "drums": (36, 42)}.items()):
        track = file.add_track(name)
        for key in keys * 4:
            at = {"channel": 9 if name == "drums" else channel, "note": key}
            track.append(mido.Message("note_on", velocity=90, time=0, **at))
            track.append(mido.Message("note_off", time=file.ticks_per_beat, **at))
    file.save(path)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A terminal beside a studio that runs, with the command in its folder, as in a clone."""
    terminal = Terminal.at(tmp_path_factory.mktemp("documents"))
    (terminal.folder / "boumb").symlink_to(ROOT / "boumb")
    write_loop(terminal.folder / "loop.mid")
    with terminal.start("up") as process:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, f"the studio ended: {said}"
            said += line
        yield terminal
        process.terminate()
        process.wait(30)


def test_every_block_is_run_somewhere() -> None:
    assert len(HERE) >= 5
    assert [word for word, test in ELSEWHERE.items() if "/test_" in test and not (ROOT / test).exists()] == []


@needs_tools("curl")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "block"), HERE, ids=[f"{name}: {block[:40].strip()}" for name, block in HERE])
def test_a_block_runs_as_printed(name: str, block: str, studio: Terminal) -> None:
    if "knowledge" in block:
        pytest.skip(
            "it would write pages into the checkout; tests/unit/rag/test_know_how_pages.py lints and begins them"
        )
    script = block.replace(_GATEWAY, f"http://{studio.environment['BOUMB_GATEWAY_ADDRESS']}")
    for whole, smallest in SMALLEST.items():
        script = script.replace(whole, smallest)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=studio.folder, env=studio.environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{name}\n{script}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    assert "Traceback" not in done.stdout + done.stderr
    if "curl" in block:
        assert '"completed"' in done.stdout, "the stream ended well"
