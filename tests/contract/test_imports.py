"""Who may import whom: services know the chassis and the stubs, never each other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "main.py").exists())
# The files of a service that speak gRPC; all others are domain code.
FRONTS = {"main.py", "servicer.py"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("service", SERVICES)
def test_services_never_import_each_other(service: str) -> None:
    others = tuple(f"services.{other}" for other in SERVICES if other != service)
    for path in (ROOT / "services" / service).rglob("*.py"):
        wrong = [name for name in imports(path) if name.startswith(others)]
        assert not wrong, f"{path} imports {wrong}"


@pytest.mark.parametrize("service", SERVICES)
def test_domain_code_knows_no_grpc(service: str) -> None:
    for path in (ROOT / "services" / service).rglob("*.py"):
        if path.name in FRONTS or path.name.endswith("_client.py"):
            continue
        wrong = [name for name in imports(path) if name.split(".")[0] == "grpc" or "_pb2_grpc" in name]
        assert not wrong, f"{path} imports {wrong}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_shape(service: str) -> None:
    present = {path.name for path in (ROOT / "services" / service).iterdir()}
    assert {"main.py", "servicer.py", "config.py", "README.md", "__init__.py"} <= present


def test_pure_music_and_the_chassis_know_no_service() -> None:
    for folder in ("music", "services/chassis"):
        for path in (ROOT / folder).rglob("*.py"):
            wrong = [n for n in imports(path) if n.startswith("services.") and not n.startswith("services.chassis")]
            if folder == "music":
                wrong += [n for n in imports(path) if n.startswith("services.") and "chassis.errors" not in n]
            assert not wrong, f"{path} imports {wrong}"


def test_files_stay_short_enough_to_read() -> None:
    folders = ("language", "modelstore", "music", "services", "cli", "launcher", "gateway", "training", "benchmarks")
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long
