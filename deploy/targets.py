"""The images: one for each service, the gateway's, and one for what is done once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from deploy.closure import Closure, closure
from deploy.picture import GATEWAY, port_of
from services.chassis.service_manifest import ROOT, ServiceManifest, manifests
from services.chassis.settings import address_variable

TOOLS = "tools"
STUDIO = "studio"
SITE_SOCKET = "/var/lib/boumb/site/site.sock"
# The page, made in a stage of its own.
PAGE = "clients/web/studio/dist"
_CONNECTS = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
GATEWAY_PORT = 8080
LIBRARIES = Path("deploy/libraries")
_IMAGES = ROOT / "deploy/images.yaml"
_JOBS = ("deploy.jobs.keys", "deploy.jobs.token", "deploy.jobs.prepare")
# What every image begins with, and so copies once.
_COMMON = ("language", "services/chassis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An image.

    Attributes:
        name: Of the target in the Dockerfile.
        summary: What it is for.
        needs: Its code and libraries.
        requirements: Files of pinned libraries, relative to the repository.
        data: Files and folders besides its code.
        address: Where it listens, as the line of an environment; empty where it does not.
        port: The same as a port; 0 where it does not listen.
        health: Command that asks for its health.
        entry: Command that runs it.
    """

    name: str
    summary: str
    needs: Closure
    requirements: tuple[str, ...]
    data: tuple[str, ...] = ()
    address: str = ""
    port: int = 0
    health: tuple[str, ...] = ()
    entry: tuple[str, ...] = field(default=("python3", "-P"))

    @property
    def folders(self) -> tuple[str, ...]:
        """What is copied for it alone."""
        return (*(folder for folder in self.needs.folders if folder not in _COMMON), *self.data)


def images() -> Mapping[str, str]:
    """The images that are not ours, by what they are for."""
    found: dict[str, str] = yaml.safe_load(_IMAGES.read_text("utf-8"))
    return found


@cache
def targets() -> tuple[Target, ...]:
    """Every image of ours, in the order of the manifests."""
    known = manifests()
    return (*map(_service, known.values()), *_others(known))


def _service(manifest: ServiceManifest) -> Target:
    main = f"services.{manifest.name}.main"
    port = port_of(manifest)
    return Target(
        name=manifest.name,
        summary=manifest.summary,
        needs=closure([main]),
        requirements=_requirements(manifest),
        data=tuple(f"models/{model}" for model in manifest.models),
        address=f"{address_variable(manifest.name)}=127.0.0.1:{port}",
        port=port,
        health=("python3", "-P", "-m", "services.chassis.health_check", f"127.0.0.1:{port}"),
        entry=("python3", "-P", "-m", main),
    )


def _requirements(manifest: ServiceManifest) -> tuple[str, ...]:
    """Those found by its imports, or those of the environment that it has of its own."""
    if not manifest.environment:
        return (f"{LIBRARIES}/{manifest.name}.txt",)
    files = (f"requirements/{manifest.environment}{part}.txt" for part in ("", "-nodeps"))
    return tuple(file for file in files if (ROOT / file).exists())


def _others(found: Mapping[str, ServiceManifest]) -> Iterator[Target]:
    main = "launcher.gateway_main"
    known = tuple(f"services/{name}/service.yaml" for name in found)
    yield Target(
        name=GATEWAY,
        summary="Envoy in front of the services, and the keys that it believes",
        needs=closure([main]),
        requirements=(f"{LIBRARIES}/{GATEWAY}.txt",),
        data=("gen/descriptors.binpb", *known),
        address=f"{address_variable(GATEWAY)}=0.0.0.0:{GATEWAY_PORT}",
        port=GATEWAY_PORT,
        health=("python3", "-P", "-m", main, "health"),
        entry=("python3", "-P", "-m", main),
    )
    site = "gateway.site.main"
    yield Target(
        name=STUDIO,
        summary="the studio's page, which the gateway serves on its own origin",
        needs=closure([site]),
        requirements=(f"{LIBRARIES}/{STUDIO}.txt",),
        address=f"BOUMB_SITE_SOCKET={SITE_SOCKET}",
        health=("python3", "-P", "-c", _CONNECTS, SITE_SOCKET),
        entry=("python3", "-P", "-m", site),
    )
    yield Target(
        name=TOOLS,
        summary="what is done once: keys, tokens, models",
        needs=closure(_JOBS),
        requirements=(f"{LIBRARIES}/{TOOLS}.txt",),
        data=known,
    )
