"""Writes the files that follow from the manifests: `python -m deploy.write`. A test compares them."""

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.picture import GATEWAY, Arrow, arrows, port_of
from deploy.targets import GATEWAY_PORT, LIBRARIES, PAGE, SITE_SOCKET, STUDIO, images, targets
from gateway.limits import variables as gateway_limits
from services.chassis.service_manifest import BACKENDS, ROOT, ServiceManifest, manifests
from services.chassis.settings import address_variable

UID = 10001
# What is kept, below the state folder, each a volume of its own.
FOLDERS = ("keys", "private-keys", "site", "database-keys", "spool", "journal", "models", "bundles", "ollama")
_TEMPLATES = ROOT / "deploy/templates"
# Each network gets sixteen addresses, so that all of them fit into what a laptop has free.
_BITS = 28
_ADDRESSES = 2 ** (32 - _BITS)
_NOTE = (
    "# Written by `python -m deploy.write`: what {} imports, with what those need, as requirements/run.txt pins them.\n"
)


_OF_THE_PAGE = ("clients/web", "clients/note-form", "gen/ts")
_IGNORED = """# Written by `python -m deploy.write`: what images are made of, and nothing else of the checkout.
*
{kept}
**/__pycache__
**/*.pyc
**/README.md
**/node_modules
**/dist
deploy/kubernetes
deploy/observability
"""


def _in_images() -> set[str]:
    """Files and folders that images are made of, as short as can be."""
    paths = {
        "gen/python",
        *_OF_THE_PAGE,
        *(path for target in targets() for path in (*target.folders, *target.requirements)),
    }
    kept = {path if path.startswith(("gen/", "clients/")) else path.partition("/")[0] for path in paths}
    return kept | {"language", "services"}


def files() -> Iterator[tuple[Path, str]]:
    """Every file that is written, relative to the repository, and its content."""
    for target in targets():
        for name in target.requirements:
            if Path(name).parent == LIBRARIES:
                lines = "".join(f"{line}\n" for line in target.needs.libraries)
                yield Path(name), _NOTE.format(target.name) + lines
    yield Path(".dockerignore"), _IGNORED.format(kept="\n".join(f"!{path}" for path in sorted(_in_images())))
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=False,  # noqa: S701 - no page
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["address_variable"] = address_variable
    for name in ("Dockerfile", "compose.yaml", "compose.dev.yaml"):
        yield Path("deploy") / name, environment.get_template(f"{name}.j2").render(_values())


def _values() -> Mapping[str, object]:
    found, services = arrows(), manifests()
    return {
        "images": images(),
        "targets": targets(),
        "services": services,
        "arrows": found,
        "subnets": subnets(found),
        "backends": BACKENDS,
        "uid": UID,
        "folders": FOLDERS,
        "page": PAGE,
        "studio_health": next(target.health for target in targets() if target.name == STUDIO),
        "site_socket": SITE_SOCKET,
        "gateway": GATEWAY,
        "gateway_port": GATEWAY_PORT,
        "gateway_limits": [variable for variable, *_ in gateway_limits()],
        "ports": {name: port_of(manifest) for name, manifest in services.items()},
        "volumes": {name: tuple(_volumes(manifest)) for name, manifest in services.items()},
        "limits": limits(),
    }


def limits() -> Mapping[str, Mapping[str, int]]:
    """Memory in MiB and processors of each container."""
    found: dict[str, dict[str, int]] = yaml.safe_load((ROOT / "deploy/limits.yaml").read_text("utf-8"))
    return found


def _volumes(manifest: ServiceManifest) -> Iterator[str]:
    """What a service keeps, or finds, outside its image."""
    folders = {"spool": "spool"} if _records(manifest) else {}
    if "postgres" in manifest.backends:
        folders |= {"journal": "journal", "spool": "spool", "database-keys": "database-keys:ro"}
    if manifest.models and not manifest.environment:
        folders["models"] = "models:ro"
    if manifest.environment:
        folders["bundles"] = "bundles:ro"
    yield from (f"{name}:/var/lib/boumb/{place}" for name, place in folders.items())


def _records(manifest: ServiceManifest) -> bool:
    """Whether it calls one that keeps what others hand over: what it cannot deliver waits in the spool."""
    found = manifests()
    return any("postgres" in found[name].backends for name in manifest.optional_depends_on)


def subnets(found: tuple[Arrow, ...]) -> Mapping[str, str]:
    """A network for the world outside and one for each arrow, below the two bytes that a person may choose.

    Args:
        found: The arrows.
    """
    start = ipaddress.ip_address("0.0.0.0")  # noqa: S104 - only its last two bytes count
    names = ("outside", "downloads", *(arrow.name for arrow in found))
    ends = (str(start + number * _ADDRESSES).split(".", 2)[2] for number in range(len(names)))
    return {name: f"${{BOUMB_NETWORK:-10.213}}.{end}/{_BITS}" for name, end in zip(names, ends, strict=True)}


def main() -> None:
    """Write them."""
    for path, content in files():
        (ROOT / path).write_text(content, "utf-8", newline="\n")
        print(path)


if __name__ == "__main__":
    main()
