"""The manifests of the services, `services/<name>/service.yaml`: the only place that says which services there are.

docs/adding-a-service.md explains the fields. The contract is not looked at here, so that reading takes no time;
`gateway.methods` compares the public methods with it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from language.yaml_fields import DataFileError, YamlFields

ROOT = Path(__file__).resolve().parents[2]
FILE = "service.yaml"
MOST_REPLICAS = 64
_LONGEST_START_S = 3600
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]*")
_SERVICE = re.compile(r"[a-z][a-z0-9_.]*\.[A-Z][A-Za-z0-9]*")
_ADDRESS = re.compile(r"(?:[A-Za-z0-9.\-_]+|\[[0-9a-f:.]+\]):([0-9]{1,5})|unix:/.+")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
# Servers beside the mesh, each with its usual port.
BACKENDS: Mapping[str, int] = {"ollama": 11434, "postgres": 5432}
# What else goes by a short name, or lies beside the services.
_TAKEN_NAMES = ("gateway", "chassis", "composition", *BACKENDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceManifest:
    """What everybody else needs to know of a service.

    Attributes:
        name: Short name, that of its folder: "melody".
        file: The manifest, as errors name it: "melody/service.yaml".
        service: Full name in the contract, also in health checks.
        summary: Its one job, as the README says it.
        default_address: Where it listens unless a variable says otherwise: "host:port" or "unix:/path".
        depends_on: Services that it cannot do without.
        optional_depends_on: Services that it uses when they run.
        optional: Started only for those who ask for it; the gateway is ready without it.
        start_timeout_s: Seconds until it has to answer; None for the usual time.
        environment: Name of its own requirements and virtual environment (`.venv-<environment>`); empty for the
            common one.
        replicas: Processes of it behind the gateway.
        public: Methods that callers outside may use, each with whether its requests get the larger limit.
        secrets: Variables that hold secrets, which a deployment must not write into its files.
        engines: Engines that need further services, by name.
        single_caller: Variables that suit a mesh with a single caller.
        first_of: Services of which it calls the first replica, however many there are.
        models: Folders of `models/` that it loads.
        backends: Servers beside the mesh that it calls where they run: "ollama", "postgres".
    """

    name: str
    file: str
    service: str
    summary: str
    default_address: str
    depends_on: tuple[str, ...]
    optional_depends_on: tuple[str, ...]
    optional: bool
    start_timeout_s: float | None
    environment: str
    replicas: int
    public: Mapping[str, bool]
    secrets: tuple[str, ...]
    engines: Mapping[str, tuple[str, ...]]
    single_caller: Mapping[str, str]
    first_of: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()

    def error(self, key: str, problem: str) -> DataFileError:
        """An error to raise about a key of this manifest.

        Args:
            key: The key, with dots for nested ones.
            problem: What is wrong, or what is needed.
        """
        return DataFileError(f"{self.file}: {key}: {problem}")


def read_manifest(path: Path) -> ServiceManifest:
    """Read one manifest, without looking at the others.

    Raises:
        DataFileError: It breaks its schema; the text names the file and the key.
    """
    fields = YamlFields.of_file(path)

    def matching(key: str, pattern: re.Pattern[str], wanted: str, default: str | None = None) -> str:
        text = fields.string(key, default)
        if text and not pattern.fullmatch(text):
            raise fields.error(key, f"{wanted} is needed, not {text!r}")
        return text

    def variables(key: str, names: Collection[str]) -> None:
        for name in names:
            if not _VARIABLE.fullmatch(name):
                raise fields.error(key, f"{name!r} is no name of a variable")

    single_caller = fields.nested("single_caller") if fields.has("single_caller") else None
    manifest = ServiceManifest(
        name=path.parent.name,
        file=f"{path.parent.name}/{path.name}",
        service=matching("service", _SERVICE, 'a full name such as "boumbapp.theory.v2.TheoryService"'),
        summary=fields.string("summary"),
        default_address=matching("default_address", _ADDRESS, "host:port or unix:/path"),
        depends_on=fields.strings("depends_on"),
        optional_depends_on=fields.strings("optional_depends_on"),
        optional=fields.flag("optional"),
        start_timeout_s=fields.number("start_timeout_s", 1, _LONGEST_START_S)
        if fields.has("start_timeout_s")
        else None,
        environment=matching("environment", _ENVIRONMENT, "the name of a file of requirements/", ""),
        replicas=_whole_number(fields, "replicas", 1, MOST_REPLICAS),
        public=fields.mapping("public", lambda method: method.flag("large")),
        secrets=fields.strings("secrets"),
        engines=fields.mapping("engines", lambda engine: engine.strings("needs")),
        single_caller={} if single_caller is None else {n: single_caller.string(n) for n in single_caller.names()},
        first_of=fields.strings("first_of"),
        models=fields.strings("models"),
        backends=fields.strings("backends"),
    )
    fields.finish()
    variables("secrets", manifest.secrets)
    variables("single_caller", manifest.single_caller)
    if not _NAME.fullmatch(manifest.name) or manifest.name in _TAKEN_NAMES:
        raise DataFileError(f"{manifest.file}: {manifest.name!r} cannot be the name of a service")
    if unknown := set(manifest.backends) - set(BACKENDS):
        raise fields.error("backends", f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(BACKENDS)}")
    if (port := _ADDRESS.fullmatch(manifest.default_address)) and port[1] and not 0 < int(port[1]) <= 65535:
        raise fields.error("default_address", f"a port from 1 to 65535 is needed, not {port[1]}")
    return manifest


def _whole_number(fields: YamlFields, key: str, low: int, high: int) -> int:
    """A whole number from `low`, which is also the default, to `high`."""
    number = fields.number(key, low, high, low)
    if number != int(number):
        raise fields.error(key, "a whole number is needed")
    return int(number)


@cache
def manifests(root: Path = ROOT) -> Mapping[str, ServiceManifest]:
    """Every service of the repository by its short name, in the order of their default addresses.

    Raises:
        DataFileError: A manifest breaks its schema, names a service that there is not, shares an address, or is part of
            a cycle of dependencies; the text names the file and the key.
    """
    read = [read_manifest(path) for path in sorted((root / "services").glob(f"*/{FILE}"))]
    found = {manifest.name: manifest for manifest in sorted(read, key=_place)}
    _check_references(found)
    _check_unique(found)
    _check_cycles(found)
    return found


def _place(manifest: ServiceManifest) -> tuple[str, int, str]:
    host, _, port = manifest.default_address.rpartition(":")
    return (host, int(port), "") if port.isdecimal() else ("unix", 0, port)


def _references(manifest: ServiceManifest) -> Iterator[tuple[str, str]]:
    """Every service that a manifest names, with the key where it does."""
    for key, names in (("depends_on", manifest.depends_on), ("optional_depends_on", manifest.optional_depends_on)):
        yield from ((key, name) for name in names)
    for engine, names in manifest.engines.items():
        yield from ((f"engines.{engine}.needs", name) for name in names)


def _check_references(found: Mapping[str, ServiceManifest]) -> None:
    for manifest in found.values():
        for key, name in _references(manifest):
            if name not in found:
                raise manifest.error(key, f"there is no service {name!r}; there are: {', '.join(found)}")
            if name == manifest.name:
                raise manifest.error(key, "a service does not depend on itself")
            if found[name].replicas > 1 and name not in manifest.first_of:
                problem = f"{name} has {found[name].replicas} replicas, which only the gateway can choose from"
                raise manifest.error(key, problem)
        for name in manifest.depends_on:
            if found[name].optional and not manifest.optional:
                raise manifest.error("depends_on", f"{name} is optional, {manifest.name} is not")
        called = {"first_of": manifest.first_of} | {
            f"engines.{e}.needs": names for e, names in manifest.engines.items()
        }
        for key, names in called.items():
            if unreachable := set(names) - {*manifest.depends_on, *manifest.optional_depends_on}:
                raise manifest.error(key, f"{', '.join(sorted(unreachable))} is not among its dependencies")


def _check_unique(found: Mapping[str, ServiceManifest]) -> None:
    owners: dict[str, str] = {}
    for manifest in found.values():
        for key, value in (("default_address", manifest.default_address), ("service", manifest.service)):
            other = owners.setdefault(value, manifest.name)
            if other != manifest.name:
                raise manifest.error(key, f"{value} is {other}'s")


def _check_cycles(found: Mapping[str, ServiceManifest]) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            cycle = " -> ".join((*path[path.index(name) :], name))
            raise found[path[-1]].error("depends_on", f"services depend on each other in a cycle: {cycle}")
        if name in done:
            return
        for following in (*found[name].depends_on, *found[name].optional_depends_on):
            visit(following, (*path, name))
        done.add(name)

    for name in found:
        visit(name, ())


def usual(found: Mapping[str, ServiceManifest]) -> tuple[str, ...]:
    """Services that run without being asked for."""
    return tuple(name for name, manifest in found.items() if not manifest.optional)


def with_dependencies(found: Mapping[str, ServiceManifest], names: Collection[str]) -> tuple[str, ...]:
    """Services and all that they cannot do without, in the order of the manifests.

    Args:
        found: Every service, from `manifests`.
        names: Services to begin with.
    """
    wanted: set[str] = set()
    stack = list(names)
    while stack:
        name = stack.pop()
        if name not in wanted:
            wanted.add(name)
            stack += found[name].depends_on
    return tuple(name for name in found if name in wanted)


def services_for(found: Mapping[str, ServiceManifest], name: str, engine: str = "") -> tuple[str, ...]:
    """Services that have to run so that one of them can use an engine.

    Args:
        found: Every service, from `manifests`.
        name: Service that is called.
        engine: Engine that is asked for; empty leaves the choice to the service.
    """
    return with_dependencies(found, [name, *found[name].engines.get(engine, ())])
