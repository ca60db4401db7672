"""Addresses, folders and limits of the mesh: from the manifests, overridden by .env, overridden by the environment."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

from gateway.certificates import files_of
from gateway.config import Address, Limits, check_origins
from gateway.limits import read_limits
from launcher.state_folder import VARIABLE, state_folder
from services.chassis.service_manifest import MOST_REPLICAS, ServiceManifest, manifests
from services.chassis.settings import Environment, SettingsError, address_variable, read_table, tls_files
from services.chassis.tls import BACKEND, stays_here

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / ".env"
PORT_BASE = "BOUMB_PORT_BASE"
INTERNAL = "BOUMB_GATEWAY_INTERNAL_ADDRESS"
_BACKENDS = "BOUMB_GATEWAY_BACKENDS"
_BIND_HOST = "BOUMB_BIND_HOST"
_OPEN = "BOUMB_OPEN_SERVICES"
OFF = "off"
_CERTIFICATES = "certificates"
_LAST_PORT = 65535
_REPLICA_PORTS = 100  # from the port of one replica to that of the next


def interpreter(environment: str) -> str:
    """The Python of a service: that of the environment that its manifest names, or this one when it names none."""
    return str(ROOT / f".venv-{environment}/bin/python") if environment else sys.executable


def replica_address(address: str, number: int) -> str:
    """Where a replica listens.

    Args:
        address: Of the first one.
        number: Which one, from 1. Later ones add ".2" to a socket, 100 to a port.

    Raises:
        ValueError: The address is none, or there is no such port.
    """
    first = Address.parse(address)
    if number == 1:
        return address
    if first.path:
        return str(Address.parse(f"unix:{first.path}.{number}"))
    return str(Address.parse(str(replace(first, port=first.port + _REPLICA_PORTS * (number - 1)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshSettings:
    """What the launcher needs to know.

    Attributes:
        port_base: First of the ports that are not addresses of their own: the gateway's, then that for backends.
        beside: Whether the environment moves the ports, so that another studio of this folder may run beside.
        gateway: Address of the gateway.
        internal: Address of the gateway for backends with certificates; empty for none.
        backends: Names in their certificates.
        services: Address of each service by its short name; of its first replica.
        replicas: Processes of each service.
        manifests: Manifest of each service.
        state: Folder of keys, logs and the record of what runs.
        allowed_origins: Origins of web pages that may call the gateway.
        limits: What one caller may ask of the gateway.
        collector: OpenTelemetry collector; empty for none.
        grace_s: Time that calls in progress get to finish when the mesh stops.
        variables: Environment of the services, without their addresses.
        site: Address of the server of the studio's page, which runs where there is one; empty for none.
    """

    port_base: int
    beside: bool
    gateway: str
    internal: str
    backends: tuple[str, ...]
    services: Mapping[str, str]
    replicas: Mapping[str, int]
    manifests: Mapping[str, ServiceManifest]
    state: Path
    allowed_origins: tuple[str, ...]
    limits: Limits
    collector: str
    grace_s: float
    variables: Mapping[str, str]
    site: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, table: Path = TABLE) -> "MeshSettings":
        """Read the manifests, the table, which wins over them, and the environment, which wins over both.

        Args:
            environment: Variables; those of this process when not given.
            table: File of NAME=value lines.

        Raises:
            SettingsError: A variable is missing or wrong.
            DataFileError: A manifest is wrong.
        """
        variables = read_table(table)
        own = Environment(environment).variables
        variables |= {name: value for name, value in own.items() if value or name not in variables}
        read = Environment(variables)
        _check_binding(read)
        found = manifests()
        read.text(PORT_BASE)
        base = read.whole_number(PORT_BASE, 0, 1, _LAST_PORT - 1)
        state = state_folder(ROOT / read.text(VARIABLE), own)
        settings = cls(
            port_base=base,
            beside=base != Environment(read_table(table)).whole_number(PORT_BASE, 0, 1, _LAST_PORT - 1),
            **_fronts(read, state, base),
            backends=tuple(name.strip() for name in read.text(_BACKENDS, BACKEND).split(",")),
            services={
                name: read.text(address_variable(name), manifest.default_address) for name, manifest in found.items()
            },
            replicas={name: _replicas(read, name, each.replicas) for name, each in found.items()},
            manifests=found,
            state=state,
            allowed_origins=tuple(origin.strip() for origin in read.text("BOUMB_ALLOWED_ORIGINS").split(",")),
            limits=read_limits(read),
            collector=read.text("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
            grace_s=read.grace_s(),
            variables=variables,
        )
        settings._check()
        return settings

    def _check(self) -> None:
        try:
            check_origins(self.allowed_origins)
        except ValueError as error:
            raise SettingsError(f"BOUMB_ALLOWED_ORIGINS: {error}") from error
        owners: dict[str, str] = {}
        for name in ("gateway", *(["gateway_internal"] if self.internal else []), *self.services):
            front = {"gateway": self.gateway, "gateway_internal": self.internal}
            try:
                addresses = [front[name]] if name in front else self.addresses(name)
                for address in addresses:
                    other = owners.setdefault(str(Address.parse(address)), name)
                    if other != name:
                        raise ValueError(f"{address} is the address of {other} too")
            except ValueError as error:
                raise SettingsError(f"{address_variable(name)}: {error}") from error
        for manifest in self.manifests.values():
            for dependency in (*manifest.depends_on, *manifest.optional_depends_on):
                if self.replicas[dependency] > 1 and dependency not in manifest.first_of:
                    problem = f"{manifest.name} calls {dependency} directly, at one address"
                    raise SettingsError(
                        f"BOUMB_{dependency.upper()}_REPLICAS is {self.replicas[dependency]}; {problem}"
                    )

    def addresses(self, name: str) -> tuple[str, ...]:
        """Address of each replica of a service. Raises ValueError when there is no such address."""
        return tuple(replica_address(self.services[name], n) for n in range(1, self.replicas[name] + 1))

    def processes(self, name: str) -> Iterator[tuple[str, str]]:
        """Name and address of each process of a service: "melody", then "melody-2"."""
        for number, address in enumerate(self.addresses(name), start=1):
            yield (name if number == 1 else f"{name}-{number}"), address

    @property
    def keys(self) -> Path:
        """Folder of the keys that sign and check tokens."""
        return self.state / "keys"

    @property
    def certificates(self) -> Path:
        """Folder of the certificates that `./boumb certs` makes."""
        return self.state / _CERTIFICATES

    @property
    def logs(self) -> Path:
        """Folder of the logs, one file for each process."""
        return self.state / f"logs{self._suffix}"

    @property
    def record(self) -> Path:
        """File with the addresses of the running mesh."""
        return self.state / f"mesh{self._suffix}.json"

    @property
    def _suffix(self) -> str:
        return f"-{self.port_base}" if self.beside else ""

    def has_own_address(self, name: str) -> bool:
        """Whether a variable says where "gateway" or a service listens."""
        return bool(self.variables.get(address_variable(name)))

    @property
    def open_to_others(self) -> bool:
        """Whether services with an address of their own answer other machines, as somebody has asked for."""
        return not _stay_here(self.variables)

    def on(self, port_base: int) -> "MeshSettings":
        """The same on other ports, where no variable names an address.

        Args:
            port_base: First of them.
        """
        return replace(self, port_base=port_base, **_fronts(Environment(self.variables), self.state, port_base))

    def for_many(self, folder: Path) -> "MeshSettings":
        """The same with the services on unix sockets in `folder`, except those with an address of their own."""
        sockets = {name: f"unix:{folder / f'{name}.sock'}" for name in self.services}
        own = {name: address for name, address in self.services.items() if self.has_own_address(name)}
        return replace(self, services=sockets | own)

    def with_site(self, folder: Path) -> "MeshSettings":
        """The same with the studio's page, whose server has a socket in `folder`."""
        return replace(self, site=f"unix:{folder / 'site.sock'}")

    def with_collector(self, variables: Mapping[str, str]) -> "MeshSettings":
        """The same, with services and gateway that send their traces and measures somewhere.

        Args:
            variables: Of OpenTelemetry, which say where and how often.
        """
        return replace(
            self, collector=variables["OTEL_EXPORTER_OTLP_ENDPOINT"], variables={**self.variables, **variables}
        )

    def for_one(self, folder: Path) -> "MeshSettings":
        """The same for a single caller.

        Every address is a unix socket in `folder`, variables are those that manifests name for a single caller, and
        there are no replicas that the environment does not ask for.
        """
        single_caller = {k: v for manifest in self.manifests.values() for k, v in manifest.single_caller.items()}
        environment = Environment(self.variables)
        return replace(
            self,
            variables={**single_caller, **self.variables},
            gateway=f"unix:{folder / 'gateway.sock'}",
            internal="",
            services={name: f"unix:{folder / f'{name}.sock'}" for name in self.services},
            replicas={name: _replicas(environment, name, 1) for name in self.services},
        )

    def service_environment(self, name: str, address: str | None = None) -> dict[str, str]:
        """Environment that a service runs in: its own address, and of others only those that it depends on.

        Args:
            name: Short name of the service.
            address: Where this process of it listens; that of the first replica when not given.
        """
        manifest = self.manifests[name]
        others = {other: self.services[other] for other in (*manifest.depends_on, *manifest.optional_depends_on)}
        addresses = others | {name: address or self.services[name]}
        hidden = {address_variable(other) for other in self.services}
        variables = {key: value for key, value in self.variables.items() if key not in hidden}
        variables[VARIABLE] = str(self.state)
        return variables | {address_variable(key): value for key, value in addresses.items()}


def _replicas(environment: Environment, name: str, default: int) -> int:
    return environment.whole_number(f"BOUMB_{name.upper()}_REPLICAS", default, 1, MOST_REPLICAS)


class _Fronts(TypedDict):
    """Where the gateway listens."""

    gateway: str
    internal: str


def _fronts(environment: Environment, state: Path, base: int) -> _Fronts:
    """Where the gateway listens: for backends only where they are wanted, or there are certificates for them."""
    certified = files_of(state / _CERTIFICATES, "gateway").certificate.exists()
    internal = environment.text(INTERNAL, f"127.0.0.1:{base + 1}" if certified else OFF)
    return _Fronts(
        gateway=environment.text(address_variable("gateway"), f"127.0.0.1:{base}"),
        internal="" if internal == OFF else internal,
    )


def _stay_here(variables: Mapping[str, str]) -> bool:
    places = variables.get(_BIND_HOST) or "127.0.0.1"
    return all(stays_here(f"{place.strip()}:0") for place in places.split(","))


def _check_binding(environment: Environment) -> None:
    """Raise SettingsError where services would answer anybody without having been asked to."""
    word = environment.text(_OPEN, "")
    if word not in ("", "yes"):
        raise SettingsError(f"{_OPEN} is {word!r}; the word is yes")
    if not word and tls_files(environment) is None and not _stay_here(environment.variables):
        places = environment.variables[_BIND_HOST]
        raise SettingsError(
            f"{_BIND_HOST} is {places}: services would answer other machines, without asking who calls. "
            f"Give them certificates (./boumb certs, BOUMB_TLS_*), or say {_OPEN}=yes."
        )
