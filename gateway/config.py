"""Settings of the gateway, checked once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.chassis.tls import BACKEND, TlsFiles, stays_here

_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9.\-_]+|\[[0-9a-f:.]+\]", re.IGNORECASE)
_SOCKET_PATH_MAX_BYTES = 107  # sockaddr_un on Linux, without its final NUL


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens: a host and a port, or the path of a unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read "host:port", "[::1]:port" or "unix:/path".

        Raises:
            ValueError: The text is none of these, or the path is longer than the system allows.
        """
        if text.startswith("unix:"):
            path = text.removeprefix("unix:")
            if not path.startswith("/") or len(path.encode()) > _SOCKET_PATH_MAX_BYTES:
                raise ValueError(f"{text!r}: a socket needs an absolute path of at most {_SOCKET_PATH_MAX_BYTES} bytes")
            return cls(path=path)
        host, _, port = text.rpartition(":")
        if not _HOST.fullmatch(host) or not port.isdecimal() or int(port) > 65535:
            raise ValueError(f"{text!r} is not an address: write host:port or unix:/path")
        return cls(host=host.strip("[]"), port=int(port))

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Quota:
    """A token bucket: `burst` calls at once, refilled evenly at `per_minute`."""

    burst: int
    per_minute: int

    def __post_init__(self) -> None:
        if self.burst < 1 or self.per_minute < 1:
            raise ValueError(f"a quota needs a burst and a rate of at least 1, not {self.burst} and {self.per_minute}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one caller may ask of the mesh."""

    request_bytes: int = 256 * 1024
    large_request_bytes: int = 1536 * 1024  # a file of 1 MiB and what surrounds it
    json_answer_bytes: int = 16 * 1024 * 1024  # longest answer in JSON that is no stream, or message of one that is
    unary_s: int = 30
    stream_s: int = 900  # also bounds how long a stream outlives its token
    stream_idle_s: int = 120  # silence after which a stream counts as dead
    connections: int = 4000  # of all callers together
    heap_bytes: int = 512 * 1024 * 1024  # near it, callers who do nothing have to leave, and then new ones wait outside
    silent_s: int = 5  # how long a new connection may say nothing
    idle_s: int = 15  # how long a connection may be without a call
    token_lifetime_s: int = 7200  # longest time from issue to expiry that is believed
    # How often one user may call. How much of a service one user may hold at a time is for the service to say.
    calls: Quota = Quota(burst=3000, per_minute=60_000)  # per user, all methods together
    # Per user and streaming method. A burst asks for all places of a service (128) once; the service gives one user
    # half of them at most.
    streams: Quota = Quota(burst=128, per_minute=3000)


def check_origins(origins: Iterable[str]) -> None:
    """Raise ValueError when one of them is no origin of a web page."""
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is not an origin: write scheme://host or scheme://host:port")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Everything that the configuration of one gateway is made from.

    Attributes:
        upstreams: Addresses of each public service by its short name, one for each replica. A host name that stands
            for several addresses is balanced over all of them.
        jwks: File of the public keys that sign tokens.
        admin_socket: Path of the unix socket for Envoy's administration, which nobody but its owner may open.
        listener: Where callers connect; port 0 takes a free one.
        allowed_origins: Origins of the web pages that may call: "https://studio.example".
        limits: What one caller may ask.
        concurrency: Worker threads. One carries far more than services on the same machine can answer, and
            spares them the processor.
        site: Address of the server of the studio's page, on the gateway's own origin; empty for none.
        internal: Where backends connect, with certificates and in the name of their users; empty for nowhere.
        backends: Names in the certificates of the backends that may.
        tls: The gateway's certificate and what it believes others by, for `internal` and for services elsewhere than on
            this machine; None for neither.
        collector: OpenTelemetry collector, "host:port" or "http://host:port" (OTLP over gRPC); empty turns tracing off.
    """

    upstreams: Mapping[str, tuple[str, ...]]
    jwks: Path
    admin_socket: Path
    listener: str = "127.0.0.1:8080"
    allowed_origins: tuple[str, ...] = ("http://localhost:5173", "http://127.0.0.1:5173")
    limits: Limits = field(default_factory=Limits)
    concurrency: int = 1
    site: str = ""
    internal: str = ""
    backends: tuple[str, ...] = (BACKEND,)
    tls: TlsFiles | None = None
    collector: str = ""

    def __post_init__(self) -> None:
        for address in (self.listener, f"unix:{self.admin_socket}"):
            Address.parse(address)
        if self.site:
            Address.parse(self.site)
        for name, addresses in self.upstreams.items():
            if not addresses:
                raise ValueError(f"upstream {name} has no address")
            for address in addresses:
                Address.parse(address)
        if self.collector:
            object.__setattr__(
                self, "collector", str(Address.parse(self.collector.removeprefix("http://").rstrip("/")))
            )
        if self.internal:
            Address.parse(self.internal)
            if self.tls is None or not self.backends:
                raise ValueError("the internal listener needs certificates, and the name of a backend that may call")
        check_origins(self.allowed_origins)
        if self.concurrency < 1:
            raise ValueError(f"concurrency is {self.concurrency}; at least 1 worker is needed")

    def secret(self, name: str) -> Path:
        """File that says to Envoy where its "own" certificate is, or the "roots" that it believes others by."""
        return self.admin_socket.with_name(f"secret-{name}.json")

    def encrypts(self, name: str) -> bool:
        """Whether the gateway calls a service over TLS: where it has a certificate and the service is elsewhere."""
        return self.tls is not None and not all(map(stays_here, self.upstreams[name]))
