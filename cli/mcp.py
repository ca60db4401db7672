"""`./boumb mcp`: the experts for an assistant, over standard input and output, until it hangs up."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from cli.assistant.experts import SERVICES, Experts, open_experts
from cli.assistant.server import assistant_server
from cli.mesh import any_mesh, read_settings
from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from services.chassis.version import VERSION


def serve(folder: Path, locale: str) -> ExitCode:
    """Serve one assistant.

    Args:
        folder: Files are read and written below it.
        locale: Language of texts, "fr" or "en"; that of the terminal when empty.
    """
    return asyncio.run(_serve(folder, locale))


async def _serve(folder: Path, locale: str) -> ExitCode:
    settings = read_settings()
    lock = asyncio.Lock()
    experts: list[Experts] = []
    async with AsyncExitStack() as stack:

        async def opened() -> Experts:
            """The studio that runs, or one of our own, from the first call on."""
            async with lock:
                if not experts:
                    gateway = await stack.enter_async_context(any_mesh(settings, _wanted(), lambda _: None))
                    experts.append(await stack.enter_async_context(open_experts(gateway, settings.keys)))
            return experts[0]

        server = assistant_server(opened, folder, languages.choose(locale, ""), VERSION)
        await server.run_stdio_async()
    return ExitCode.OK


def _wanted() -> tuple[str, ...]:
    from services.chassis.service_manifest import manifests, with_dependencies  # noqa: PLC0415 - brings yaml

    return tuple(with_dependencies(manifests(), SERVICES))
