"""Gets models: `python -m deploy.jobs.prepare NAME...`; a name with a colon is Ollama's, others are Magenta's bundles.

What is there is not fetched again, and a download that was interrupted goes on where it stopped.
"""

import asyncio
import sys
from pathlib import Path

from cli import bundles
from cli.messages.user_errors import UserError
from llm.catalogue import is_same
from llm.faults import LanguageModelError
from llm.server import OllamaServer
from llm.settings import LanguageModelSettings
from services.chassis.settings import Environment

_START_S = 60.0
_STEP = 5  # per cent from one line to the next


async def pull(name: str, settings: LanguageModelSettings) -> None:
    """Have the server fetch a model, with a line for every few per cent.

    Args:
        name: Of the model, as in Ollama's library.
        settings: Where the server is.

    Raises:
        LanguageModelError: It cannot be had.
        TimeoutError: The server does not start.
    """
    server = OllamaServer(settings)
    async with asyncio.timeout(_START_S):
        while not await server.listens():  # noqa: ASYNC110  another container has no event
            await asyncio.sleep(0.2)
    try:
        if any(is_same(name, installed) for installed in await server.models()):
            _say(f"{name} is here")
            return
        last = ""
        async for status, done, total in server.pull(name):
            percent = done * 100 // total // _STEP * _STEP if total else 0
            line = f"{name}: {status}" + (f", {percent} % of {total / 1e6:.0f} MB" if total else "")
            if line != last:
                _say(line)
                last = line
        _say(f"{name} is here")
    finally:
        await server.aclose()


def main(names: list[str]) -> None:
    """Get all of them; end with 1 and the reason where one cannot be had."""
    environment = Environment()
    settings = LanguageModelSettings.read(environment)
    try:
        for name in filter(is_language_model, names):
            asyncio.run(pull(name, settings))
        if wanted := [name for name in names if not is_language_model(name)]:
            bundles.pull(wanted, folder=Path(environment.text("BOUMB_MAGENTA_BUNDLES")))
    except (LanguageModelError, TimeoutError, UserError) as error:
        sys.exit(f"prepare: {error}; the same command goes on where it stopped")


def is_language_model(name: str) -> bool:
    """Whether it is Ollama's."""
    return ":" in name


def _say(text: str) -> None:
    print(f"prepare: {text}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
