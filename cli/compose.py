"""`boumb compose` and `boumb drums`: from a prompt to bars on the screen and a file."""

import asyncio
import errno
import os
import signal
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from cli.mesh import any_mesh, read_settings
from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError, unwritable
from cli.options import ComposeOptions
from cli.render.view import JsonView, View
from launcher.settings import MeshSettings
from launcher.supervisor import Change

if TYPE_CHECKING:  # it brings gRPC
    from cli.session import Session


def compose(wish: ComposeOptions, *, as_json: bool) -> ExitCode:
    """Compose, show and save. What goes wrong is shown; the result tells how it ended."""
    texts = languages.choose(wish.locale, wish.prompt)

    @cache  # made when first needed: the screen takes a tenth of a second to load
    def view() -> View:
        if as_json:
            return JsonView()
        from cli.render.screen import Screen  # noqa: PLC0415 - brings rich

        return Screen(texts, wish.prompt)

    async def run() -> ExitCode:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):  # asyncio.run does this for SIGINT
            loop.add_signal_handler(number, task.cancel)

        def report(change: Change) -> None:
            loop.call_soon(lambda: view().starting(change))

        # After the processes of a mesh of our own were started, and while they load what they need.
        loop.call_soon(import_module, "cli.drums_session")
        async with any_mesh(settings, wish.services, report) as gateway:
            result, session = await _compose(wish, settings, gateway, view(), texts)
        if wish.play and result is ExitCode.OK:
            await _play(session, view(), texts)
        return result

    try:
        settings = read_settings()
        _check_writable(wish.out, texts)
        return asyncio.run(run())
    except UserError as problem:
        view().problem(problem)
        return problem.exit
    except (KeyboardInterrupt, asyncio.CancelledError):
        view().interrupted(0, 0)
        return ExitCode.INTERRUPTED
    finally:
        view().close()


async def _compose(
    wish: ComposeOptions, settings: MeshSettings, gateway: str, view: View, texts: languages.Texts
) -> tuple[ExitCode, "Session"]:
    from cli.drums_session import session_of  # noqa: PLC0415 - brings gRPC
    from cli.gateway_client import open_studio  # noqa: PLC0415 - likewise

    async with open_studio(gateway, settings.keys, texts.locale) as studio:
        session = session_of(studio, wish, view, texts)
        return await session.run(), session


async def _play(session: "Session", view: View, texts: languages.Texts) -> None:
    from cli.audio.playback import CannotPlay, play  # noqa: PLC0415 - for those who listen

    view.playing()
    try:
        await play(session.sound())
    except CannotPlay as error:
        raise UserError(message=texts.silent.format(problem=error), code="SILENT", exit=ExitCode.UNAVAILABLE) from error


def _check_writable(out: Path | None, texts: languages.Texts) -> None:
    """Tell before composing, not after, that the file cannot be written."""
    path = out or Path.cwd() / "boumb.mid"
    reason = 0
    if path.is_dir():
        reason = errno.EISDIR
    elif not path.parent.is_dir():
        reason = errno.ENOENT
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        reason = errno.EACCES
    if reason:
        raise unwritable(path, reason, texts)
