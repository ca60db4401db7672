"""Who may call whom: the arrows of the picture, from the manifests. Everything else is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.chassis.service_manifest import BACKENDS, ServiceManifest, manifests

GATEWAY = "gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A part that may call another.

    Attributes:
        caller: Short name of the part that calls: "gateway", or a service.
        callee: Short name of the part that is called: a service, or a server beside the mesh.
        port: Where the callee listens.
    """

    caller: str
    callee: str
    port: int

    @property
    def name(self) -> str:
        """Name of the network that stands for it."""
        return f"{self.caller}-{self.callee}"


def port_of(manifest: ServiceManifest) -> int:
    """Port that a service listens on in a container."""
    port = manifest.default_address.rpartition(":")[2]
    if not port.isdecimal():
        raise manifest.error("default_address", "a container needs a port")
    return int(port)


def arrows(found: Mapping[str, ServiceManifest] | None = None) -> tuple[Arrow, ...]:
    """Every arrow, in the order of the manifests; those of the gateway come first.

    Args:
        found: Every service by its short name; those of this repository when not given.
    """
    return tuple(_arrows(manifests() if found is None else found))


def _arrows(found: Mapping[str, ServiceManifest]) -> Iterator[Arrow]:
    for manifest in found.values():
        if manifest.public:
            yield Arrow(caller=GATEWAY, callee=manifest.name, port=port_of(manifest))
    for manifest in found.values():
        for other in (*manifest.depends_on, *manifest.optional_depends_on):
            yield Arrow(caller=manifest.name, callee=other, port=port_of(found[other]))
        for backend in manifest.backends:
            yield Arrow(caller=manifest.name, callee=backend, port=BACKENDS[backend])
