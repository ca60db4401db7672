"""`./boumb up`: the studio on its fixed addresses, until it is stopped."""

import asyncio
import signal
import time
from collections.abc import Collection
from dataclasses import asdict

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from cli import environments, studio
from cli.mesh import read_settings
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from launcher import run_record
from launcher.mesh import private_folder, running
from launcher.ollama_process import language_model_settings, own_ollama_is_needed
from launcher.readiness import taken
from launcher.settings import PORT_BASE, ROOT, MeshSettings
from launcher.supervisor import Change, StartFailed, State
from launcher.telemetry_processes import TelemetrySettings
from services.chassis.service_manifest import usual, with_dependencies
from services.chassis.settings import address_variable

_NAME_WIDTH = 11
_TRIES, _STEP = 20, 10


class _Board:
    """Prints a line for each change of the state of a process that matters."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._crashed: set[str] = set()
        self._open = False

    def report(self, change: Change) -> None:
        """Print a line for a start, a crash, and the restart after it."""
        match change.state:
            case State.READY if change.name in self._crashed:
                self._crashed.discard(change.name)
                self._line(change.name, f"answers again after {change.seconds:.1f} s", "green")
            case State.READY:
                self._line(change.name, f"ready in {change.seconds:.1f} s", "green")
            case State.CRASHED:
                self._crashed.add(change.name)
                self._line(change.name, f"{change.reason}; starting it again in {change.seconds:.1f} s", "red")
            case State.STOPPED:
                self._line(change.name, "stopped", "dim")

    def _line(self, name: str, text: str, style: str) -> None:
        line = Text(f"{time.strftime('%H:%M:%S')}  ", "dim")
        line.append(f"{name:<{_NAME_WIDTH}}", "bold")
        line.append(text, style)
        self._console.print(line)


def up(optional: Collection[str] = (), *, ollama: bool = False, telemetry: bool = False) -> ExitCode:
    """Run the studio until Ctrl-C or SIGTERM; a second one cuts calls in progress.

    Args:
        optional: Optional services to run besides the usual ones.
        ollama: Whether language models are wanted; they are where a model is named in the settings.
        telemetry: Whether a collector of traces and measures and Prometheus run too.

    Raises:
        UserError: It could not be started.
    """
    settings = read_settings()
    services = with_dependencies(settings.manifests, [*usual(settings.manifests), *optional])
    environments.need_for(services)
    console = Console(highlight=False, markup=False, emoji=False)
    watched = None
    if telemetry:
        from cli.telemetry import get_ready  # noqa: PLC0415  for those who want it

        get_ready(console)
        watched = TelemetrySettings.read(settings.variables, settings.port_base if settings.beside else None)
        settings = settings.with_collector(watched.variables())
    try:
        with run_record.claim(settings.record) as claim:
            settings = _on_free_ports(settings)
            _check_free(settings, services, watched)
            asyncio.run(_run(settings, services, claim, console, ollama=ollama, watched=watched))
    except run_record.AlreadyRunning:
        raise UserError(message=_already(settings), exit=ExitCode.FAILED) from None
    except StartFailed as error:
        raise UserError(message=str(error), advice="./boumb doctor", exit=ExitCode.UNAVAILABLE) from error
    except (asyncio.CancelledError, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return ExitCode.OK


async def _run(
    settings: MeshSettings,
    services: Collection[str],
    claim: run_record.Claim,
    console: Console,
    *,
    ollama: bool,
    watched: TelemetrySettings | None,
) -> None:
    wanted = ollama or bool(language_model_settings(settings).model)
    own_ollama = wanted and await own_ollama_is_needed(settings)
    stopping = asyncio.Event()
    task = asyncio.current_task()
    assert task is not None
    answers = False

    def on_signal() -> None:
        if answers and not stopping.is_set():
            stopping.set()
        else:
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    with private_folder() as folder:
        settings = settings.for_many(folder)
        if not settings.gateway.startswith("unix:"):  # no browser can open that
            settings = settings.with_site(folder)
        report = _Board(console).report
        async with running(settings, folder, report, services, ollama=own_ollama, telemetry=watched is not None):
            answers = True
            claim.publish(gateway=settings.gateway, services={name: settings.services[name] for name in services})
            console.print(_welcome(settings, services, watched))
            page = asyncio.create_task(_build_page(console)) if settings.site else None
            await stopping.wait()
            if page is not None:
                page.cancel()
                await asyncio.gather(page, return_exceptions=True)
            claim.withdraw()
            console.print(Text("stopping; Ctrl-C again cuts calls in progress", "dim"))


def _on_free_ports(settings: MeshSettings) -> MeshSettings:
    """The next ports where another program, such as the studio of another folder, has those that are usual."""
    if settings.beside or settings.has_own_address("gateway"):
        return settings
    bases = range(settings.port_base, settings.port_base + _TRIES * _STEP, _STEP)
    moved = (settings if base == settings.port_base else settings.on(base) for base in bases)
    return next((each for each in moved if not any(map(taken, filter(None, (each.gateway, each.internal))))), settings)


async def _build_page(console: Console) -> None:
    """Build the page where it has to be; the mesh serves callers meanwhile."""
    if not await asyncio.to_thread(studio.is_current):
        console.print(Text("building the studio's page, once; the experts answer already", "dim"))
    if problem := await studio.ensure_built():
        console.print(Text(f"the studio's page could not be built:\n{problem}", "yellow"))


def _check_free(settings: MeshSettings, services: Collection[str], watched: TelemetrySettings | None) -> None:
    """Name every address that another program has, and the variable to change."""
    addresses = [("gateway", settings.gateway)]
    addresses += [("gateway_internal", settings.internal)] if settings.internal else []
    # All others get sockets in a folder of their own.
    own = [name for name in services if settings.has_own_address(name)]
    addresses += [(name, address) for name in own for address in settings.addresses(name)]
    if watched is not None:
        addresses += asdict(watched).items()
    lines = [
        f"{address} is taken by another program; {_remedy(settings, name)}."
        for name, address in addresses
        if taken(address)
    ]
    if lines:
        raise UserError(
            message="\n".join(lines), advice=f"In the environment or in {ROOT / '.env'}.", exit=ExitCode.UNAVAILABLE
        )


def _remedy(settings: MeshSettings, name: str) -> str:
    if name in ("gateway", "gateway_internal") and not settings.has_own_address(name):
        return f"set {PORT_BASE} to the first of some free ports"
    return f"set {address_variable(name)} to a free address"


def _already(settings: MeshSettings) -> str:
    found = run_record.find(settings.record)
    if found is None:
        return "Another ./boumb up is starting or stopping."
    return f"The studio runs already: {found.gateway}, process {found.pid}. Stop it there, or with: kill {found.pid}"


def _welcome(settings: MeshSettings, services: Collection[str], watched: TelemetrySettings | None) -> Group:
    address = settings.gateway
    addresses, hints = (Table.grid(padding=(0, 3, 0, 0)) for _ in range(2))
    shown = address if address.startswith("unix:") else f"http://{address}"
    if settings.site:
        addresses.add_row("studio", Text(shown, "bold"), Text("open it in a browser: it signs you in", "dim"))
    addresses.add_row("gateway", Text(shown, "bold"), Text("gRPC and gRPC-Web, with a token", "dim"))
    if settings.internal:
        addresses.add_row("", Text(settings.internal, "bold"), Text("gRPC for backends, with a certificate", "dim"))
    reach = "gRPC, open to all who reach it" if settings.open_to_others else "gRPC, inside only"
    for name in filter(settings.has_own_address, services):
        for process, inside in settings.processes(name):
            addresses.add_row(process, Text(inside, "bold"), Text(reach, "dim"))
    on_sockets = [name for name in services if not settings.has_own_address(name)]
    if on_sockets:
        addresses.add_row("experts", Text(", ".join(on_sockets)), Text("on sockets, inside only", "dim"))
    if watched is not None:
        addresses.add_row("traces", Text(f"http://{watched.traces}", "bold"), Text("each request, step by step", "dim"))
        addresses.add_row(
            "measures", Text(f"http://{watched.prometheus}", "bold"), Text("Prometheus: rules, alerts, graphs", "dim")
        )
    hints.add_row("compose", './boumb compose "Fais une basse funky en Sol mineur"')
    hints.add_row("token", "./boumb token")
    hints.add_row("logs", str(settings.logs))
    hints.add_row("stop", "Ctrl-C")
    return Group(Text(), addresses, Text(), hints, Text())
