"""A collector with a store of traces, and Prometheus, of the mesh's own: for those who want to look."""

import asyncio
import os
import shutil
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

import yaml

from gateway.config import Address
from launcher.logs import log_path, open_log
from launcher.process import ServiceProcess
from launcher.readiness import listens
from launcher.settings import ROOT, MeshSettings
from launcher.supervisor import Child, Member
from llm.binary import cache
from services.chassis import parent_death_signal
from services.chassis.settings import Environment

FILES: Final = ROOT / "deploy/observability"
JAEGER_VERSION: Final = "1.76.0"
# How often services send, in milliseconds: often enough for a person who watches.
_MEASURES_MS, _SPANS_MS = "5000", "1000"
_POLL_S = 0.05
_USUAL_PORTS = (4317, 16686, 8889, 9090)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetrySettings:
    """Where the parts of telemetry listen.

    Attributes:
        collector: Takes traces and measures from all processes (OTLP over gRPC).
        traces: Page of traces.
        measures: Where Prometheus takes the measures from.
        prometheus: Page of Prometheus.
    """

    collector: str
    traces: str
    measures: str
    prometheus: str

    @classmethod
    def read(cls, variables: Mapping[str, str], port_base: int | None = None) -> "TelemetrySettings":
        """Read the variables of a mesh.

        Args:
            variables: Of the mesh.
            port_base: First port of a mesh that runs beside another one; the usual ports when not given.

        Raises:
            SettingsError: A variable is wrong.
        """
        read = Environment(variables)
        ports = _USUAL_PORTS if port_base is None else range(port_base + 2, port_base + 2 + len(_USUAL_PORTS))
        names = ("COLLECTOR", "TRACES", "MEASURES", "PROMETHEUS")  # in the order of the attributes
        defaults = zip(names, ports, strict=True)
        found = [read.text(f"BOUMB_{name}_ADDRESS", f"127.0.0.1:{port}") for name, port in defaults]
        return cls(collector=found[0], traces=found[1], measures=found[2], prometheus=found[3])

    def variables(self) -> dict[str, str]:
        """What makes services and the gateway send their traces and measures here."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{self.collector}",
            "OTEL_METRIC_EXPORT_INTERVAL": _MEASURES_MS,
            "OTEL_BSP_SCHEDULE_DELAY": _SPANS_MS,
        }


def built_jaeger() -> Path:
    """Where the collector is that was built here."""
    return cache() / f"jaeger-{JAEGER_VERSION}" / "jaeger"


def find_jaeger() -> str | None:
    """Path of the collector that was built here; None where there is none. One on the PATH may be of any version."""
    return str(built_jaeger()) if built_jaeger().exists() else None


def find_prometheus() -> str | None:
    """Path of Prometheus, or None."""
    return shutil.which("prometheus")


def prometheus_configuration(settings: TelemetrySettings) -> dict[str, Any]:
    """The configuration of `deploy/observability`, with this mesh's address, and rules by their whole paths.

    Args:
        settings: Where the measures are.
    """
    read: dict[str, Any] = yaml.safe_load((FILES / "prometheus.yml").read_text("utf-8"))
    read["rule_files"] = [str(FILES / name) for name in read["rule_files"]]
    (job,) = read["scrape_configs"]
    job["static_configs"] = [{"targets": [settings.measures]}]
    return read


async def _start(command: list[str], log: IO[bytes], variables: Mapping[str, str]) -> ServiceProcess:
    process = await asyncio.create_subprocess_exec(
        *parent_death_signal.prefix(),
        *command,
        env={**os.environ, **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        process_group=0,
    )
    return ServiceProcess(process)


def telemetry_members(mesh: MeshSettings, folder: Path) -> list[Member]:
    """The processes of telemetry, which end after all others, so that nothing that is sent to them is lost.

    Args:
        mesh: Settings of the mesh.
        folder: Private folder, for Prometheus's configuration and data.
    """
    settings = TelemetrySettings.read(mesh.variables)

    async def start_collector() -> Child:
        program = find_jaeger()
        assert program is not None  # the command has seen to it
        variables = {
            "BOUMB_TRACES_PAGE": str(FILES / "traces"),
            "BOUMB_COLLECTOR_ADDRESS": settings.collector,
            "BOUMB_TRACES_ADDRESS": settings.traces,
            "BOUMB_MEASURES_ADDRESS": settings.measures,
        }
        with open_log(mesh.logs, "collector") as log:
            return await _start([program, "--config", str(FILES / "collector.yaml")], log, variables)

    async def start_prometheus() -> Child:
        program = find_prometheus()
        assert program is not None  # likewise
        configuration = folder / "prometheus.yml"
        configuration.write_text(yaml.safe_dump(prometheus_configuration(settings)), "utf-8")
        command = [
            program,
            f"--config.file={configuration}",
            f"--storage.tsdb.path={folder / 'prometheus'}",
            f"--web.listen-address={settings.prometheus}",
            "--log.level=warn",
        ]
        with open_log(mesh.logs, "prometheus") as log:
            return await _start(command, log, {})

    def member(name: str, start: Callable[[], Coroutine[Any, Any, Child]], address: str) -> Member:
        return Member(
            name=name, start=start, ready=partial(_listens, address), log=log_path(mesh.logs, name), behind=True
        )

    return [
        member("collector", start_collector, settings.collector),
        member("prometheus", start_prometheus, settings.prometheus),
    ]


async def _listens(address: str) -> None:
    while not await asyncio.to_thread(listens, Address.parse(address)):  # noqa: ASYNC110  another process has no event
        await asyncio.sleep(_POLL_S)
