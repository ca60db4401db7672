"""Renders Envoy's configuration from the template and the settings."""

import base64
import ipaddress
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from google.rpc import error_details_pb2, status_pb2
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.config import Address, GatewaySettings
from gateway.methods import PublicService, public_services
from services.chassis.tls import TlsFiles

_FOLDER = Path(__file__).parent
_TEMPLATE = "envoy.yaml.j2"
_OWNER_ONLY = 0o600
_DESCRIPTORS = _FOLDER.parent / "gen/descriptors.binpb"
# The gRPC code of what the gateway answers itself, by its HTTP status; 0 stands for all others, and comes last.
_JSON_CODES = {400: 3, 401: 16, 403: 7, 404: 12, 408: 4, 413: 8, 415: 3, 429: 8, 501: 12, 503: 14, 504: 4, 0: 13}
# Methods of the contract before this one.
_OUTDATED = r"/boumbapp\.[a-z]+\.v1\.[A-Za-z]+/[A-Za-z]+"
# A service that is away is asked for again after this long, in seconds; the launcher has it back within a few.
_RETRY_S = 1
_UNAVAILABLE = 14


@dataclass(frozen=True, slots=True)
class _User:
    """Where the name of a call's user is among what filters note of it."""

    filter: str
    path: tuple[str, ...]

    @property
    def keys(self) -> list[dict[str, str]]:
        """Envoy's form of the path."""
        return [{"key": key} for key in self.path]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listener:
    """What distinguishes the listener of pages and programs from that of backends.

    Attributes:
        name: "public" or "internal".
        address: Where it listens.
        user: Where its filters note the user.
        kinds: How many kinds of calls have routes: gRPC, and JSON.
    """

    name: str
    address: str
    user: _User
    kinds: int

    @property
    def public(self) -> bool:
        """Whether it is for callers with tokens; else it is for those with certificates."""
        return self.name == "public"


def _listeners(settings: GatewaySettings) -> Iterator[_Listener]:
    yield _Listener(
        name="public",
        address=settings.listener,
        user=_User("envoy.filters.http.jwt_authn", ("payload", "username")),
        kinds=2,
    )
    if settings.internal:
        yield _Listener(name="internal", address=settings.internal, user=_User("boumb.gateway", ("user",)), kinds=1)


def _envoy_address(text: str) -> dict[str, object]:
    """Envoy's form of an address. A socket that Envoy makes itself is for its owner only."""
    address = Address.parse(text)
    if address.path:
        return {"pipe": {"path": address.path, "mode": _OWNER_ONLY}}
    return {"socket_address": {"address": address.host, "port_value": address.port}}


def _cluster_type(texts: Sequence[str]) -> str:
    """How Envoy finds the endpoints behind addresses: as they are, or by asking the DNS again and again."""
    return "STRICT_DNS" if any(_is_name(Address.parse(text)) for text in texts) else "STATIC"


def _is_name(address: Address) -> bool:
    try:
        return not address.path and not ipaddress.ip_address(address.host)
    except ValueError:
        return True


def _away() -> status_pb2.Status:
    """The gateway's own UNAVAILABLE, with its details."""
    status = status_pb2.Status(code=_UNAVAILABLE, message="no healthy upstream")
    status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=Duration(seconds=_RETRY_S)))
    return status


def _binary(status: status_pb2.Status) -> str:
    """A status as it travels in `grpc-status-details-bin`."""
    return base64.b64encode(status.SerializeToString()).decode().rstrip("=")  # gRPC sends no padding


def render(settings: GatewaySettings, services: tuple[PublicService, ...] | None = None) -> str:
    """Render the configuration.

    Args:
        settings: What to render.
        services: Public services; those that the manifests list when not given.

    Returns:
        YAML for `envoy --config-path`.

    Raises:
        ValueError: The settings name other services than have public methods.
    """
    services = public_services() if services is None else services
    expected = {service.name for service in services}
    if expected != set(settings.upstreams):
        raise ValueError(f"upstreams are {sorted(settings.upstreams)}; public methods are of {sorted(expected)}")
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=False,  # noqa: S701 - this is YAML; values pass through `tojson`, which quotes them
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"envoy_address": _envoy_address, "cluster_type": _cluster_type}
    lua = {source.stem: source.read_text("utf-8") for source in (_FOLDER / "lua").glob("*.lua")}
    template = environment.get_template(_TEMPLATE)
    away = _away()
    return template.render(
        settings=settings,
        limits=settings.limits,
        listeners=list(_listeners(settings)),
        services=services,
        lua=lua,
        descriptors=_DESCRIPTORS,
        json_codes=_JSON_CODES,
        outdated=_OUTDATED,
        away=_binary(away),
        away_json=[MessageToDict(detail) for detail in away.details],
    )


def render_secrets(tls: TlsFiles) -> dict[str, str]:
    """What Envoy reads certificates by: where their files are, and which folders to watch for new ones.

    Args:
        tls: The gateway's certificate and what it believes others by.

    Returns:
        The text of a file each for "own" and "roots".
    """
    own = {
        "certificate_chain": {"filename": str(tls.certificate)},
        "private_key": {"filename": str(tls.key)},
        "watched_directory": {"path": str(tls.certificate.parent)},
    }
    roots = {"trusted_ca": {"filename": str(tls.roots)}, "watched_directory": {"path": str(tls.roots.parent)}}
    kind = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
    secrets = {"own": {"tls_certificate": own}, "roots": {"validation_context": roots}}
    return {
        name: json.dumps({"resources": [{"@type": kind, "name": name, **secret}]}, indent=2)
        for name, secret in secrets.items()
    }
