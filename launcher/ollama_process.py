"""An Ollama of the mesh's own, for as long as it runs: where none runs, and a language model is wanted."""

import asyncio
from collections.abc import Mapping
from typing import IO

from launcher.process import ServiceProcess
from launcher.settings import MeshSettings
from llm.binary import find_ollama
from llm.server import OllamaServer
from llm.settings import LanguageModelSettings
from services.chassis import parent_death_signal
from services.chassis.settings import Environment

_POLL_S = 0.05


def language_model_settings(settings: MeshSettings) -> LanguageModelSettings:
    """What the services of a mesh are given. Raises SettingsError naming a variable that is wrong."""
    return LanguageModelSettings.read(Environment(settings.variables))


async def own_ollama_is_needed(settings: MeshSettings) -> bool:
    """Whether a server has to be started: one is wanted on this machine, the program is there, and nothing listens.

    Args:
        settings: Of the mesh.
    """
    read = language_model_settings(settings)
    here = read.address.rpartition(":")[0] in ("127.0.0.1", "localhost")
    return read.wanted and here and find_ollama() is not None and not await OllamaServer(read).listens()


def environment_of(read: LanguageModelSettings, variables: Mapping[str, str]) -> dict[str, str]:
    """Environment of a server of our own.

    Args:
        read: Where it listens, and how it is used.
        variables: Of the mesh.
    """
    return {
        **variables,
        "OLLAMA_HOST": read.address,
        "OLLAMA_NUM_PARALLEL": str(read.slots),
        "OLLAMA_KEEP_ALIVE": f"{read.keep_alive_s}s",
        "OLLAMA_NO_CLOUD": "1",  # prompts stay on this machine
        "OLLAMA_NOHISTORY": "1",
    }


async def start_ollama(settings: MeshSettings, log: IO[bytes]) -> ServiceProcess:
    """Start it; it dies with this process.

    Args:
        settings: Of the mesh.
        log: Where it writes.

    Raises:
        OSError: It cannot be started.
    """
    program = find_ollama()
    assert program is not None  # `own_ollama_is_needed` saw it
    process = await asyncio.create_subprocess_exec(
        *parent_death_signal.prefix(),
        *(program, "serve"),
        env=environment_of(language_model_settings(settings), settings.variables),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        process_group=0,
    )
    return ServiceProcess(process)


async def ollama_answers(settings: MeshSettings) -> None:
    """Return when it listens."""
    server = OllamaServer(language_model_settings(settings))
    while not await server.listens():  # noqa: ASYNC110  another process has no event
        await asyncio.sleep(_POLL_S)
