"""An Ollama for the length of a block."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from launcher.ollama_process import environment_of
from llm.binary import find_ollama
from llm.server import OllamaServer
from llm.settings import LanguageModelSettings
from services.chassis.settings import Environment


@contextmanager
def ollama_server() -> Iterator[LanguageModelSettings]:
    """The one that runs, or one of its own.

    Raises:
        SystemExit: There is none on this machine.
    """
    settings = LanguageModelSettings.read(Environment())
    if settings.wanted and asyncio.run(OllamaServer(settings).listens()):
        yield settings
        return
    program = find_ollama()
    if program is None:
        raise SystemExit("boumb: no ollama: ./boumb models pull ollama")
    process = subprocess.Popen(
        [program, "serve"],
        env=environment_of(settings, Environment().variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not asyncio.run(OllamaServer(settings).listens()):
            time.sleep(0.1)
        yield settings
    finally:
        process.terminate()
        process.wait()
