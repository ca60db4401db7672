"""Where everything of the mesh listens and is kept: the .env table, under the environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / ".env"
SERVICES = ("theory", "melody", "drums", "magenta")
# Started only when somebody asks for them: what they need takes a minute to install and seconds to load.
ON_DEMAND = frozenset({"magenta"})
USUAL = tuple(name for name in SERVICES if name not in ON_DEMAND)
# Seconds that a service may take until it answers, where it is not the usual time: TensorFlow takes long to load.
SLOW_STARTS_S = {"magenta": 180.0}
# Environments of services that cannot share the common one.
_OWN_ENVIRONMENTS = {"magenta": ".venv-magenta"}


class BadSettings(Exception):
    """The table or a variable is wrong; the text names it."""


def address_variable(name: str) -> str:
    """Variable that holds the address of "gateway" or a service."""
    return f"BOUMB_{name.upper()}_ADDRESS"


def interpreter(name: str) -> str:
    """The Python that a service runs under."""
    own = _OWN_ENVIRONMENTS.get(name)
    return sys.executable if own is None else str(ROOT / own / "bin" / "python")


def read_table(path: Path) -> dict[str, str]:
    """Variables of a file of NAME=value lines; empty lines and those that begin with # are skipped.

    Raises:
        BadSettings: The file is missing or a line is something else.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise BadSettings(f"{path}: {error.strerror}") from error
    table = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not name.strip().isidentifier():
            raise BadSettings(f"{path}, line {number}: write NAME=value, not {line!r}")
        table[name.strip()] = value.strip()
    return table


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshSettings:
    """What the launcher needs to know.

    Attributes:
        gateway: Address of the gateway.
        services: Address of each service by its short name.
        state: Folder of keys, logs and the record of what runs.
        allowed_origins: Origins of web pages that may call the gateway.
        collector: OpenTelemetry collector; empty for none.
        grace_s: Time that calls in progress get to finish when the mesh stops.
        variables: Environment of the services, without their addresses.
    """

    gateway: str
    services: Mapping[str, str]
    state: Path
    allowed_origins: tuple[str, ...]
    collector: str
    grace_s: float
    variables: Mapping[str, str]

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, table: Path = TABLE) -> "MeshSettings":
        """Read the table and the environment, which wins.

        Raises:
            BadSettings: A variable is missing or wrong.
        """
        variables = read_table(table) | dict(os.environ if environment is None else environment)

        def need(name: str) -> str:
            if not variables.get(name):
                raise BadSettings(f"{name} is set neither in {table} nor in the environment")
            return variables[name]

        grace = variables.get("BOUMB_GRACE_S", "10")
        try:
            grace_s = float(grace)
        except ValueError:
            raise BadSettings(f"BOUMB_GRACE_S is {grace!r}, not a number of seconds") from None
        return cls(
            gateway=need(address_variable("gateway")),
            services={name: need(address_variable(name)) for name in SERVICES},
            state=ROOT / need("BOUMB_STATE_DIR"),
            allowed_origins=tuple(origin.strip() for origin in need("BOUMB_ALLOWED_ORIGINS").split(",")),
            collector=variables.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
            grace_s=grace_s,
            variables=variables,
        )

    @property
    def keys(self) -> Path:
        """Folder of the keys that sign and check tokens."""
        return self.state / "keys"

    @property
    def logs(self) -> Path:
        """Folder of the logs, one file for each process."""
        return self.state / "logs"

    @property
    def record(self) -> Path:
        """File that tells what runs."""
        return self.state / "mesh.json"

    def for_one(self, folder: Path) -> "MeshSettings":
        """The same for a single caller: every address a unix socket in `folder`, and no workers to wait for."""
        return replace(
            self,
            variables={"BOUMB_MELODY_WORKERS": "0", **self.variables},
            gateway=f"unix:{folder / 'gateway.sock'}",
            services={name: f"unix:{folder / f'{name}.sock'}" for name in self.services},
        )

    def service_environment(self) -> dict[str, str]:
        """Environment that the services run in."""
        addresses = {address_variable(name): address for name, address in self.services.items()}
        return dict(self.variables) | addresses | {address_variable("gateway"): self.gateway}
