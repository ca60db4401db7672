"""Runs scenarios of people at the page: Chromium, driven by the files in clients/web/studio/tests/page."""

import asyncio
import json
import os
from asyncio.subprocess import PIPE, STDOUT
from typing import Any

from cli.tools import chromium
from launcher.settings import ROOT

PAGE_TESTS = ROOT / "clients/web/studio/tests/page"


async def scenarios(name: str, origin: str, seconds: float, **variables: str) -> list[dict[str, Any]]:
    """Run all scenarios of a file, which must all go well; what each observed, by the order of the file.

    Args:
        name: The file, without its ending.
        origin: Where the page is.
        seconds: How long they may take together.
        variables: Environment of the file.
    """
    executable = chromium()
    assert executable is not None
    options = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses to run as root
    process = await asyncio.create_subprocess_exec(
        "node",
        str(PAGE_TESTS / f"{name}.mjs"),
        origin,
        executable,
        *options,
        stdout=PIPE,
        stderr=STDOUT,
        env={**os.environ, **variables},
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    lines = [line for line in said.decode().splitlines() if line.startswith("{")]
    assert lines, said.decode()
    seen: list[dict[str, Any]] = [json.loads(line) for line in lines]
    failures = "\n\n".join(f"{each['name']}: {each['error']}" for each in seen if not each["ok"])
    assert not failures, failures
    return seen
