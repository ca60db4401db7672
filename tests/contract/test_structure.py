"""The structure: who may import whom, no rings between folders, and files that stay short."""

import ast
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "language",
    "llm",
    "modelstore",
    "music",
    "services",
    "telemetry",
    "gateway",
    "launcher",
    "cli",
    "deploy",
    "training",
    "benchmarks",
)
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "main.py").exists())
# The files of a service that speak gRPC; all others are domain code.
FRONTS = {"main.py", "servicer.py"}
MOST_LINES = 350
# What each ground floor may import of the product; the stubs of the contract (`boumbapp`) are told apart below.
ALLOWED = {
    "language": ("language",),
    "modelstore": ("modelstore",),
    "telemetry": ("telemetry",),
    "llm": ("llm", "language", "telemetry"),
    "music": ("music", "language"),
    "services/chassis": ("services.chassis", "language", "telemetry"),
    "services/composition": ("services.composition", "services.chassis", "llm", "music", "language", "telemetry"),
    "gateway": ("gateway", "services.chassis", "language"),
    "launcher": ("launcher", "gateway", "services.chassis", "llm", "language"),
}


def python_files(folder: Path) -> Iterator[Path]:
    return folder.rglob("*.py")


def imports(path: Path) -> Iterator[str]:
    """Full names of what a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in PACKAGES


def folder_of(name: str, root: Path) -> Path | None:
    """Folder that holds what a dotted name stands for: a package's own, else that of its module."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = root.joinpath(*parts[:length])
        if path.is_dir():
            return path.relative_to(root)
        if path.with_suffix(".py").exists():
            return path.parent.relative_to(root)
    return None


def folder_imports(root: Path) -> dict[Path, set[Path]]:
    """Which folder imports which; a parent folder counts as a folder of its own."""
    graph: dict[Path, set[Path]] = defaultdict(set)
    for package in PACKAGES:
        for path in python_files(root / package):
            here = path.parent.relative_to(root)
            for name in filter(ours, imports(path)):
                there = folder_of(name, root)
                if there is not None and there != here:
                    graph[here].add(there)
    return graph


def rings(graph: Mapping[Path, set[Path]]) -> list[list[Path]]:
    """Strongly connected folders, more than one at a time."""
    reachable: dict[Path, set[Path]] = {}
    for start in graph:
        seen: set[Path] = set()
        stack = [start]
        while stack:
            for following in graph.get(stack.pop(), set()) - seen:
                seen.add(following)
                stack.append(following)
        reachable[start] = seen
    found = {
        tuple(sorted({start, *(other for other in seen if start in reachable.get(other, set()))}))
        for start, seen in reachable.items()
        if start in seen
    }
    return [list(ring) for ring in sorted(found)]


def test_no_folders_import_each_other_in_a_ring() -> None:
    assert not rings(folder_imports(ROOT))


def test_a_ring_would_be_noticed(tmp_path: Path) -> None:
    """The check above can fail."""
    for package, other in (("music", "language"), ("language", "music")):
        (tmp_path / package).mkdir()
        (tmp_path / package / "one.py").write_text(f"from {other} import two\n")
        (tmp_path / package / "two.py").touch()
    assert rings(folder_imports(tmp_path)) == [[Path("language"), Path("music")]]


@pytest.mark.parametrize("folder", ALLOWED)
def test_ground_floors_know_nothing_above_them(folder: str) -> None:
    for path in python_files(ROOT / folder):
        wrong = [name for name in filter(ours, imports(path)) if not name.startswith(ALLOWED[folder])]
        assert not wrong, f"{path} imports {wrong}"


def test_the_chassis_knows_no_part_of_the_contract_but_rules_and_identity() -> None:
    """What knows music, or a service, is not the chassis."""
    for path in python_files(ROOT / "services/chassis"):
        wrong = [
            name for name in imports(path) if name.startswith("boumbapp.") and not name.startswith("boumbapp.rules.")
        ]
        assert not wrong, f"{path} imports {wrong}"


@pytest.mark.parametrize("service", SERVICES)
def test_services_never_import_each_other(service: str) -> None:
    others = {other for other in SERVICES if other != service}
    for path in python_files(ROOT / "services" / service):
        wrong = [name for name in imports(path) if name.startswith("services.") and name.split(".")[1] in others]
        assert not wrong, f"{path} imports {wrong}"


@pytest.mark.parametrize("service", SERVICES)
def test_domain_code_knows_no_grpc(service: str) -> None:
    for path in python_files(ROOT / "services" / service):
        if path.name in FRONTS or path.name.endswith("_client.py"):
            continue
        wrong = [name for name in imports(path) if name.split(".")[0] == "grpc" or "_pb2_grpc" in name]
        assert not wrong, f"{path} imports {wrong}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_shape(service: str) -> None:
    present = {path.name for path in (ROOT / "services" / service).iterdir()}
    assert {"main.py", "servicer.py", "config.py", "README.md", "__init__.py"} <= present


def test_nothing_that_runs_imports_training() -> None:
    for package in ("language", "llm", "modelstore", "music", "services", "telemetry", "gateway", "launcher"):
        for path in python_files(ROOT / package):
            wrong = [
                name for name in imports(path) if name.split(".")[0] in ("training", "benchmarks", "cli", "deploy")
            ]
            assert not wrong, f"{path} imports {wrong}"


def test_files_stay_short_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for package in (*PACKAGES, "tests")
        for path in python_files(ROOT / package)
        if "node_modules" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_every_folder_of_code_says_what_it_is_for() -> None:
    for package in PACKAGES:
        for folder in {path.parent for path in python_files(ROOT / package)}:
            package_file = folder / "__init__.py"
            assert package_file.exists(), f"{folder} has no __init__.py"
            assert ast.get_docstring(ast.parse(package_file.read_text(encoding="utf-8"))), (
                f"{package_file}: no docstring"
            )


@pytest.mark.parametrize("package", ["launcher", "gateway", "services/chassis"])
def test_only_manifests_say_which_services_there_are(package: str) -> None:
    """A name of a service in code is a list of services, or the beginning of one."""
    for path in python_files(ROOT / package):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        named = {name for name in SERVICES if name in texts or any(f"BOUMB_{name.upper()}" in text for text in texts)}
        assert not named, f"{path} names {named}"


@pytest.mark.parametrize("name", ["boumb", "cli/bootstrap.sh", "gateway/envoy.yaml.j2", ".env"])
def test_no_other_file_lists_services_either(name: str) -> None:
    lines = [line.partition("#")[0] for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    words = {word for line in lines for word in re.split(r"\W+", line.lower())}
    assert not words & set(SERVICES)


def test_no_link_is_tracked() -> None:
    """A link may lead to a folder of one machine only: installed packages that were linked were tracked so once."""
    listed = subprocess.run(["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert len(listed.splitlines()) > 1000
    assert not [line for line in listed.splitlines() if line.startswith("120000")]
