"""Runs the gateway alone, as a container does: `python -m launcher.gateway_main`, until SIGTERM.

Settings come from the environment only. It says which services it waits for, and gives calls in progress their grace
before it ends. `python -m launcher.gateway_main health` asks the one that runs here.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gateway.admin import Admin, AdminUnreachable
from gateway.methods import public_services
from launcher.gateway_process import admin_of, start_gateway
from launcher.settings import INTERNAL, OFF, PORT_BASE, MeshSettings
from launcher.state_folder import VARIABLE
from services.chassis.binding import hosts
from services.chassis.settings import Environment, address_variable

_NO_TABLE = Path(os.devnull)
_FOLDER = "BOUMB_RUN_DIR"
_POLL_S = 0.25


def read_settings(environment: Mapping[str, str] | None = None) -> MeshSettings:
    """Settings of a gateway that listens where BOUMB_BIND_HOST says.

    Args:
        environment: Variables; those of this process when not given.

    Raises:
        SettingsError: A variable is missing or wrong.
        NoSuchInterface: This machine is not on the network that BOUMB_BIND_HOST names.
    """
    variables = Environment(environment).variables
    host, _, port = Environment(variables).text(address_variable("gateway")).rpartition(":")
    places = variables.pop("BOUMB_BIND_HOST", host)
    socket = variables.get("BOUMB_SITE_SOCKET")
    # Of its state it only reads the keys, so that folder need not be writable.
    given = {PORT_BASE: port, INTERNAL: OFF} | variables | {VARIABLE: Environment(variables).text(_FOLDER)}
    return replace(
        MeshSettings.read(given, _NO_TABLE),
        gateway=f"{hosts(places)[0]}:{port}",
        state=Path(Environment(variables).text(VARIABLE)),
        site=f"unix:{socket}" if socket else "",
    )


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings, folder = read_settings(), _folder()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    # Its own output: the access log.
    gateway = await start_gateway(settings, folder, sys.stdout.buffer)
    progress = asyncio.create_task(_tell_progress(Admin(admin_of(folder)), os.environ.get("BOUMB_URL", "")))
    stopped = asyncio.create_task(stopping.wait())
    ended = asyncio.create_task(gateway.wait())
    await asyncio.wait((stopped, ended), return_when=asyncio.FIRST_COMPLETED)
    progress.cancel()
    if ended.done():
        sys.exit(f"Envoy ended with status {ended.result()}")
    _say(f"stopping; calls in progress get {settings.grace_s:g} s")
    await gateway.stop(settings.grace_s)


async def _tell_progress(admin: Admin, url: str) -> None:
    """Say which services answer, until all do that have to."""
    began = time.monotonic()
    waiting = {service.name for service in public_services() if not service.optional}
    _say(f"waiting for {', '.join(sorted(waiting))}")
    while waiting:
        try:
            healthy = waiting & set(await admin.healthy_upstreams())
        except AdminUnreachable:
            return
        waiting -= healthy
        for name in sorted(healthy):
            rest = f"; waiting for {', '.join(sorted(waiting))}" if waiting else ""
            _say(f"{name} answers after {time.monotonic() - began:.1f} s{rest}")
        await asyncio.sleep(_POLL_S)
    _say(f"ready{f': {url}' if url else ''}")


async def check_health() -> None:
    """End with 1 where the gateway that runs here takes no calls."""
    if not await Admin(admin_of(_folder())).is_ready():
        sys.exit("the gateway is not ready")


def _folder() -> Path:
    return Path(Environment().text(_FOLDER))


def _say(text: str) -> None:
    print(f"gateway: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    asyncio.run(check_health() if sys.argv[1:] == ["health"] else main())
