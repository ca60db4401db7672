"""The studio's page: built where Node.js is, once for each state of its sources."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from cli import tools
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from gateway.site.config import BUILT
from launcher.settings import ROOT

_WEB = ROOT / "clients/web"
_SOURCES = (_WEB, ROOT / "clients/note-form/ts/src", ROOT / "gen/ts")
_NOT_SOURCES = {"node_modules", "tests"}
_STAMP = ".built-from"  # a name that is not served


def studio() -> ExitCode:
    """Build the page, whether or not it is there.

    Raises:
        UserError: Node.js is missing, or the build failed.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    _build(console)
    size = sum(path.stat().st_size for path in BUILT.rglob("*.gz"))
    console.print(f"{BUILT.relative_to(ROOT)}: {size / 1000:.0f} kB compressed, without the sounds")
    return ExitCode.OK


async def ensure_built() -> str:
    """Build the page where it is missing or older than its sources, in a process that ends with this call.

    Returns:
        Why it could not be built; empty when it is as its sources are.
    """
    if await asyncio.to_thread(is_current):
        return ""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "studio"),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        process_group=0,
    )
    try:
        said, _ = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
        raise
    return "" if process.returncode == 0 else said.decode(errors="replace").strip()


def _build(console: Console) -> None:
    node = next(tool for tool in tools.FOR_TESTS if tool.package == "nodejs")
    if node.found() is None or shutil.which("npm") is None:
        raise UserError(
            message=f"The studio's page needs {node.name} and npm to be built.",
            advice="sudo apt install nodejs npm",
            exit=ExitCode.UNAVAILABLE,
        )
    try:
        if not tools.npm_is_current(_WEB):
            console.print(f"installing npm packages in {_WEB.relative_to(ROOT)}", style="dim")
            tools.npm_install(_WEB)
        console.print("building the studio's page", style="dim")
        sources = _digest()
        # Built beside, then exchanged: the page that is served meanwhile stays whole.
        fresh = BUILT.with_name(f"dist.{os.getpid()}")
        tools.run_installer(
            ["npm", "run", "--silent", "build", "--", "--outDir", str(fresh), "--logLevel", "warn"], _WEB
        )
        (fresh / _STAMP).write_text(sources)
        shutil.rmtree(BUILT, ignore_errors=True)
        fresh.rename(BUILT)
    except tools.CannotInstall as error:
        raise UserError(message=f"The studio's page could not be built: {error}", exit=ExitCode.UNAVAILABLE) from error


def is_current() -> bool:
    """Whether the page is there, and as its sources are."""
    stamp = BUILT / _STAMP
    return stamp.exists() and stamp.read_text() == _digest()


def _digest() -> str:
    """Of all that the page is made from."""
    digest = hashlib.sha256()
    for path in _source_files():
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for source in _SOURCES:
        for folder, inside, names in os.walk(source):
            inside[:] = sorted(name for name in inside if name not in _NOT_SOURCES and not name.startswith(BUILT.name))
            yield from (Path(folder, name) for name in sorted(names))
