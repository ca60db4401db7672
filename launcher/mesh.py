"""The processes of the mesh, how each is started, and when it counts as ready."""

import asyncio
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from launcher.logs import keep_bounded, log_path, open_log
from launcher.process import ServiceProcess
from launcher.settings import MeshSettings, interpreter
from launcher.supervisor import Change, Child, Member, Supervisor
from services.chassis.service_manifest import ServiceManifest, usual

_PREFIX = "boumb-"
_SOCKET_FOLDER_MAX_BYTES = 60  # leaves room for "/boumb-xxxxxxxx/" and a socket's name in the 107 of a path
_USUAL_PARENT = "/tmp"  # noqa: S108 - the folder made there has an unpredictable name and is private
_YOUNG_S = 60.0
_PAGE_S = 20.0


@contextmanager
def private_folder() -> Iterator[Path]:
    """A temporary folder for sockets that only its owner can enter; gone after the block.

    It stays locked meanwhile, so that folders of launchers that were killed are known by not being so; they are
    removed here.
    """
    try:
        parent = Path(tempfile.gettempdir())
    except FileNotFoundError:  # none of them takes a file; making a folder tells why not
        parent = Path(_USUAL_PARENT)
    if len(os.fsencode(parent)) > _SOCKET_FOLDER_MAX_BYTES:
        parent = Path(_USUAL_PARENT)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _remove_abandoned(parent)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            status = folder.stat()
            if status.st_uid != os.getuid() or time.time() - status.st_mtime < _YOUNG_S:
                continue
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:  # gone, or somebody else's
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)


def members(
    settings: MeshSettings,
    folder: Path,
    services: Collection[str] | None = None,
    *,
    ollama: bool = False,
    telemetry: bool = False,
) -> list[Member]:
    """Processes of the mesh, one for each replica of a service, and the gateway last.

    What only waiting and the gateway need is imported when it is needed: the services start meanwhile.

    Args:
        settings: What to run.
        folder: For the gateway's configuration and administration.
        services: Which of the services; the usual ones when not given.
        ollama: Whether a server for language models is one of them.
        telemetry: Whether a collector and Prometheus are.
    """
    wanted = usual(settings.manifests) if services is None else services
    chosen = [manifest for name, manifest in settings.manifests.items() if name in wanted]
    slow = [manifest.start_timeout_s for manifest in chosen if manifest.start_timeout_s is not None]

    async def start_service(manifest: ServiceManifest, process: str, address: str) -> Child:
        with open_log(settings.logs, process) as log:
            return await ServiceProcess.start(
                f"services.{manifest.name}.main",
                settings.service_environment(manifest.name, address),
                log,
                interpreter(manifest.environment),
            )

    async def service_answers(manifest: ServiceManifest, address: str) -> None:
        from launcher.gateway_process import routed  # noqa: PLC0415 - as below
        from launcher.readiness import serving  # noqa: PLC0415 - brings gRPC

        await serving(address)
        await routed(folder, {manifest.name: 1})

    async def start_gateway() -> Child:
        from launcher.gateway_process import start_gateway  # noqa: PLC0415 - brings the template engine and cryptography

        with open_log(settings.logs, "gateway") as log:
            return await start_gateway(settings, folder, log)

    async def gateway_routes() -> None:
        from launcher.gateway_process import routed  # noqa: PLC0415 - likewise

        await routed(folder, {manifest.name: settings.replicas[manifest.name] for manifest in chosen})

    async def start_language_models() -> Child:
        from launcher.ollama_process import start_ollama  # noqa: PLC0415 - for those who want it

        with open_log(settings.logs, "ollama") as log:
            return await start_ollama(settings, log)

    async def language_models_answer() -> None:
        from launcher.ollama_process import ollama_answers  # noqa: PLC0415 - likewise

        await ollama_answers(settings)

    async def start_page() -> Child:
        from launcher.site_process import start_site  # noqa: PLC0415 - for those who have a page

        with open_log(settings.logs, "studio") as log:
            return await start_site(settings, log)

    async def page_answers() -> None:
        from launcher.site_process import site_answers  # noqa: PLC0415 - likewise

        await site_answers(settings)

    page = Member(
        name="studio",
        start=start_page,
        ready=page_answers,
        log=log_path(settings.logs, "studio"),
        ready_within_s=_PAGE_S,
    )
    own = [
        Member(
            name="ollama",
            start=start_language_models,
            ready=language_models_answer,
            log=log_path(settings.logs, "ollama"),
            ready_within_s=None,
        )
    ]
    processes = [
        Member(
            name=process,
            start=partial(start_service, manifest, process, address),
            ready=partial(service_answers, manifest, address),
            log=log_path(settings.logs, process),
            ready_within_s=manifest.start_timeout_s,
        )
        for manifest in chosen
        for process, address in settings.processes(manifest.name)
    ]
    gateway = Member(
        name="gateway",
        start=start_gateway,
        ready=gateway_routes,
        log=log_path(settings.logs, "gateway"),
        # It answers when the last of the services does.
        ready_within_s=max(slow, default=None),
        front=True,
    )
    if telemetry:
        from launcher.telemetry_processes import telemetry_members  # noqa: PLC0415 - for those who want them

        own_telemetry = telemetry_members(settings, folder)
    else:
        own_telemetry = []
    return [*own_telemetry, *(own if ollama else ()), *processes, *([page] if settings.site else ()), gateway]


@asynccontextmanager
async def running(
    settings: MeshSettings,
    folder: Path,
    report: Callable[[Change], None] = lambda _: None,
    services: Collection[str] | None = None,
    *,
    ollama: bool = False,
    telemetry: bool = False,
) -> AsyncIterator[None]:
    """Run the mesh for the length of a block, which begins when all of it answers.

    Args:
        settings: What to run.
        folder: Private folder, from `private_folder`.
        report: Called with each change of the state of a process.
        services: Which of the services to run; the usual ones when not given.
        ollama: Whether a server for language models runs too.
        telemetry: Whether a collector and Prometheus run too; `settings` say then that the others send there.

    Raises:
        StartFailed: A process did not start; nothing is left running.
    """
    chosen = members(settings, folder, services, ollama=ollama, telemetry=telemetry)
    supervisor = Supervisor(chosen, grace_s=settings.grace_s, report=report)
    logs = asyncio.create_task(keep_bounded(settings.logs))
    try:
        await supervisor.start()
        try:
            yield
        finally:
            try:
                await supervisor.stop()
            except BaseException:  # asked twice: at once, then
                await supervisor.kill()
                raise
    finally:
        logs.cancel()
