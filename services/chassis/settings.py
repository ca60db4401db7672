"""Settings: environment variables, read once at start, failing by name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.chassis.binding import NoSuchInterface, hosts
from services.chassis.tls import TlsFiles, TlsIdentity

LONGEST_GRACE_S = 3600
_USER_SHARE = 0.5
_LAST_WORDS_S = 1.0  # of the grace period: for streams to end in order
_TLS = ("BOUMB_TLS_ROOTS", "BOUMB_TLS_CERTIFICATE", "BOUMB_TLS_KEY")


class SettingsError(Exception):
    """An environment variable is missing or wrong; the text names it."""


def read_table(path: Path) -> dict[str, str]:
    """Variables of a file of NAME=value lines; empty lines and those that begin with # are skipped.

    Raises:
        SettingsError: The file is missing or a line is something else.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    table = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not name.strip().isidentifier():
            raise SettingsError(f"{path}, line {number}: write NAME=value, not {line!r}")
        table[name.strip()] = value.strip()
    return table


def address_variable(name: str) -> str:
    """Variable that holds the address of "gateway" or a service."""
    return f"BOUMB_{name.upper()}_ADDRESS"


class Environment:
    """Typed access to environment variables. An empty variable counts as one that is not set.

    A variable NAME that is not set has the content of the file that NAME_FILE names, as container platforms hand over
    secrets.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self.variables = dict(os.environ if variables is None else variables)

    def text(self, name: str, default: str | None = None) -> str:
        """A variable as text.

        Args:
            name: Of the variable.
            default: What holds when it is not set; without one it is required.

        Raises:
            SettingsError: It is not set and has no default, or its file cannot be read.
        """
        value = self.variables.get(name) or self._from_file(f"{name}_FILE") or default
        if value is None:
            raise SettingsError(f"{name} is not set")
        return value

    def _from_file(self, name: str) -> str:
        path = self.variables.get(name)
        return _content(name, Path(path)).decode("utf-8", "replace").strip() if path else ""

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A variable as a number.

        Args:
            name: Of the variable.
            default: What holds when it is not set.
            low: Least that is allowed.
            high: Most that is allowed.

        Raises:
            SettingsError: It is no number, or outside [low, high], as infinity and "nan" always are.
        """
        raw = self.variables.get(name)
        if not raw:
            return default
        try:
            value = float(raw)
        except ValueError:
            raise SettingsError(f"{name} is {raw!r}, not a number") from None
        if not low <= value <= high:
            raise SettingsError(f"{name} is {raw}; it must lie between {low:.12g} and {high:.12g}")
        return value

    def whole_number(self, name: str, default: int, low: int, high: int) -> int:
        """A variable as a whole number.

        Args:
            name: Of the variable.
            default: What holds when it is not set.
            low: Least that is allowed.
            high: Most that is allowed.

        Raises:
            SettingsError: It is no whole number, or outside [low, high].
        """
        value = self.number(name, default, low, high)
        if value != int(value):
            raise SettingsError(f"{name} is {self.variables[name]}, not a whole number")
        return int(value)

    def handover_s(self) -> float:
        """Seconds after which streams end so that they can be taken up elsewhere. Raises SettingsError."""
        return self.number("BOUMB_HANDOVER_S", max(0.0, self.grace_s() - _LAST_WORDS_S), 0, LONGEST_GRACE_S)

    def grace_s(self) -> float:
        """Seconds that calls in progress get to finish when something stops. Raises SettingsError."""
        return self.number("BOUMB_GRACE_S", 10.0, 0, LONGEST_GRACE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """What every server needs to know.

    Attributes:
        name: Short name of the service: "theory".
        address: Where to listen: "host:port" or "unix:/path".
        max_in_flight: Calls handled at once; more are refused at once.
        user_share: Part of them that one user may have, above 0, at most 1; with 1 one user may have all.
        max_message_bytes: Largest message received.
        drain_s: Time between announcing NOT_SERVING and closing the port, so that balancers notice.
        grace_s: Time that calls in progress get to finish after that.
        handover_s: Time, of grace_s, after which streams that go on end with STOPPING, for their callers to take up.
        log_level: Name of a logging level.
        otlp_endpoint: OTLP/gRPC collector, "http://host:4317"; empty switches telemetry off.
        tls: What to serve and to call other services with, except on this machine; None for plain text.
        more_addresses: Where to listen besides, on the same port.
    """

    name: str
    address: str
    max_in_flight: int
    user_share: float
    max_message_bytes: int
    drain_s: float
    grace_s: float
    handover_s: float
    log_level: str
    otlp_endpoint: str
    tls: TlsIdentity | None
    more_addresses: tuple[str, ...] = ()

    @classmethod
    def read(
        cls, name: str, environment: Environment, max_in_flight: int = 128, user_share: float = _USER_SHARE
    ) -> "ServerSettings":
        """Read the address of a service and the limits that all services share.

        Args:
            name: Short name of the service.
            environment: Where to read.
            max_in_flight: What holds when BOUMB_<NAME>_MAX_IN_FLIGHT is not set.
            user_share: What holds when BOUMB_<NAME>_USER_SHARE is not set.

        Raises:
            SettingsError: A variable is missing or wrong.
        """
        address, *others = _listening(
            environment.text(address_variable(name)), environment.text("BOUMB_BIND_HOST", "127.0.0.1")
        )
        return cls(
            name=name,
            address=address,
            more_addresses=tuple(others),
            max_in_flight=environment.whole_number(f"BOUMB_{name.upper()}_MAX_IN_FLIGHT", max_in_flight, 1, 100_000),
            user_share=environment.number(f"BOUMB_{name.upper()}_USER_SHARE", user_share, 0.001, 1),
            max_message_bytes=environment.whole_number("BOUMB_MAX_MESSAGE_BYTES", 2 * 1024 * 1024, 1024, 2**30),
            drain_s=environment.number("BOUMB_DRAIN_S", 0.0, 0, 600),
            grace_s=environment.grace_s(),
            handover_s=environment.handover_s(),
            log_level=environment.text("BOUMB_LOG_LEVEL", "INFO"),
            otlp_endpoint=environment.text("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
            tls=_tls(environment),
        )


def _listening(address: str, places: str) -> list[str]:
    """The addresses to bind for one that others dial: same port or socket, own hosts."""
    if address.startswith("unix:"):
        return [address]
    _, separator, port = address.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65535:
        raise SettingsError(f"{address!r} is not an address: write host:port or unix:/path")
    try:
        return [f"{host}:{port}" for host in hosts(places)]
    except (NoSuchInterface, ValueError) as error:
        raise SettingsError(f"BOUMB_BIND_HOST is {places!r}: {error}") from error


def tls_files(environment: Environment) -> TlsFiles | None:
    """The files that the variables of TLS name; None when none is set.

    Raises:
        SettingsError: Some are set and others not.
    """
    paths = {name: environment.text(name, "") for name in _TLS}
    if not any(paths.values()):
        return None
    for name, path in paths.items():
        if not path:
            raise SettingsError(f"{name} is not set; {', '.join(_TLS)} belong together")
    return TlsFiles(*map(Path, paths.values()))


def _tls(environment: Environment) -> TlsIdentity | None:
    files = tls_files(environment)
    if files is None:
        return None
    paths = (files.roots, files.certificate, files.key)
    roots, certificate, key = (_content(name, path) for name, path in zip(_TLS, paths, strict=True))
    return TlsIdentity(roots, certificate, key, files)


def _content(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{name} is {str(path)!r}: {error.strerror}") from error
