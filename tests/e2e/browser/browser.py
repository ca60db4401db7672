"""A page in headless Chromium, and the tools it takes to build and open one."""

import asyncio
import itertools
import json
import os
import shutil
import subprocess
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

HERE = Path(__file__).resolve().parent
NODE_MODULES = HERE / "node_modules"
GENERATED_TS = HERE.parents[2] / "gen" / "ts"


def chromium() -> str | None:
    """Path of a Chromium."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def missing_tools() -> list[str]:
    """Each tool that is not installed, with the way to get it."""
    missing = []
    if chromium() is None:
        missing.append("Chromium: run `apt-get install chromium`")
    if shutil.which("node") is None:
        missing.append("Node.js: run `apt-get install nodejs npm`")
    if not (NODE_MODULES / ".bin" / "esbuild").exists():
        missing.append("the page's libraries: run `npm ci --prefix tests/e2e/browser`")
    return missing


def stage(folder: Path) -> None:
    """Put the page's sources beside the generated TypeScript, where both find the libraries."""
    (folder / "node_modules").symlink_to(NODE_MODULES)
    shutil.copytree(GENERATED_TS, folder / "gen")
    for name in ("page.ts", "page.html", "tsconfig.json", "package.json"):
        shutil.copy(HERE / name, folder)


def check_types(folder: Path) -> None:
    """Check the page and all generated TypeScript with the strictest settings."""
    _run("tsc", "--project", ".", folder=folder)


def bundle(folder: Path) -> None:
    """Make the page's script."""
    _run("esbuild", "page.ts", "--bundle", "--format=esm", "--outfile=page.js", folder=folder)


def _run(tool: str, *arguments: str, folder: Path) -> None:
    command = [str(NODE_MODULES / ".bin" / tool), *arguments]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Requests for the page are no news."""


@contextmanager
def page_server(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; yields its origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=folder)) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Page:
    """An open page: makes calls in it and hears what it reports."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._ids = itertools.count()
        self._results: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.reports: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def listen(self) -> None:
        """Take in what the driver says until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            match json.loads(line):
                case {"report": report}:
                    self.reports.put_nowait(report)
                case {"id": number, "result": result}:
                    self._results.pop(number).set_result(result)
                case {"ready": version}:
                    self.ready.set_result(version)
                case {"broken": text}:
                    self._fail(text)
        self._fail("the browser's driver ended")

    def _fail(self, text: str) -> None:
        if not self.ready.done():
            self.ready.set_exception(RuntimeError(text))
        for result in self._results.values():
            result.set_exception(RuntimeError(text))
        self._results.clear()

    def start(self, call: str, **argument: object) -> asyncio.Future[dict[str, Any]]:
        """Begin a call in the page; the future is its outcome."""
        assert self._process.stdin is not None
        number = next(self._ids)
        self._results[number] = asyncio.get_running_loop().create_future()
        command = {"id": number, "call": call, "argument": argument}
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        return self._results[number]


@asynccontextmanager
async def open_page(url: str, locale: str, *options: str) -> AsyncIterator[Page]:
    """Open a page in a new browser.

    Args:
        url: What it opens.
        locale: What its user reads.
        options: Of Chromium.
    """
    executable = chromium()
    assert executable is not None
    if os.geteuid() == 0:  # Chromium's sandbox refuses to run as root
        options = (*options, "--no-sandbox")
    process = await asyncio.create_subprocess_exec(
        "node", HERE / "driver.mjs", executable, url, locale, *options, stdin=PIPE, stdout=PIPE
    )
    page = Page(process)
    listening = asyncio.create_task(page.listen())
    try:
        async with asyncio.timeout(60):
            await page.ready
        yield page
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(20):
            await process.wait()
            await listening
