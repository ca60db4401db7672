"""TLS between services: each shows its certificate to the other, and both are signed by an authority of the mesh."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

# Whose a certificate is: the URI in it, as SPIFFE writes names.
_DOMAIN = "spiffe://boumbapp.internal"
GATEWAY = f"{_DOMAIN}/gateway"
BACKEND = f"{_DOMAIN}/backend"


_SERVICES = f"{_DOMAIN}/service/"


def service_name(name: str) -> str:
    """Name of a service in its certificate, from its short name."""
    return _SERVICES + name


def may_name_callers(name: str) -> bool:
    """Whether one with this name in its certificate may say for whom it calls: the gateway, and services."""
    return name == GATEWAY or name.startswith(_SERVICES)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where a process has its certificate and what it believes others by. All in PEM.

    Attributes:
        roots: Certificates of the authorities that sign those of the mesh.
        certificate: Its own, with those between it and a root.
        key: Its private key.
    """

    roots: Path
    certificate: Path
    key: Path

    def read(self) -> "TlsIdentity":
        """What is in the files now. Raises OSError when one cannot be read."""
        return TlsIdentity(self.roots.read_bytes(), self.certificate.read_bytes(), self.key.read_bytes(), self)


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """What a service proves itself with, and what it believes others by. All in PEM.

    Attributes:
        roots: Certificates of the authorities that sign those of the mesh.
        certificate: The service's own, with those between it and a root.
        key: Its private key.
        files: Where they are from, so that new ones can be read; None where they are from no file.
    """

    roots: bytes
    certificate: bytes
    key: bytes = field(repr=False)
    files: TlsFiles | None = field(default=None, compare=False)


def stays_here(address: str) -> bool:
    """Whether what is sent to an address never leaves the machine: a Unix socket, or the loopback interface."""
    if address.startswith("unix:"):
        return True
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
