"""The Python package is taken by protobuf 5 to 7 and by grpcio of two years, without a warning, with its types."""

import sys
from pathlib import Path

import pytest

from tests.e2e.clients.projects import HERE, product_pins, python_environment, python_wheel, run

# The oldest that the package allows, one between, and the product's own.
RUNTIMES = [("5.29.6", "1.68.1"), ("6.33.6", "1.76.0"), ("", "")]
IMPORT_ALL = """
import importlib, pathlib, boumbapp
root = pathlib.Path(list(boumbapp.__path__)[0])
names = [".".join(path.relative_to(root.parent).with_suffix("").parts) for path in root.rglob("*_pb2*.py")]
for name in names: importlib.import_module(name)
from google.protobuf.internal import api_implementation
from boumbapp.melody.v2 import melody_service_pb2
from boumbapp.rules.v2 import rules_pb2
prompt = melody_service_pb2.ComposeRequest.DESCRIPTOR.fields_by_name["prompt"]
assert prompt.GetOptions().Extensions[rules_pb2.rules].max_length
request = melody_service_pb2.ComposeRequest(prompt="x", seed=7)
assert melody_service_pb2.ComposeRequest.FromString(request.SerializeToString()) == request
print(api_implementation.Type(), len(names))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return python_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.mark.parametrize(("protobuf", "grpcio"), RUNTIMES, ids=["oldest", "between", "product's"])
def test_every_module_is_imported_without_a_warning(wheel: Path, tmp_path: Path, protobuf: str, grpcio: str) -> None:
    if protobuf and sys.version_info >= (3, 14):
        pytest.skip("there are no wheels of that time for this Python")
    pins = {"protobuf": protobuf, "grpcio": grpcio} if protobuf else product_pins("protobuf", "grpcio")
    python = python_environment(tmp_path / "environment", wheel, **pins)
    for implementation in ("upb", "python"):
        script = f"import os; os.environ['PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION'] = {implementation!r}\n{IMPORT_ALL}"
        kind, count = run(python, "-I", "-W", "error", "-c", script).split()
        assert kind == implementation
        assert int(count) >= 12


def test_the_wheel_has_types_for_blocking_and_async_callers(wheel: Path, tmp_path: Path) -> None:
    pins = product_pins("protobuf", "grpcio", "types-protobuf", "types-grpcio")
    python = python_environment(tmp_path / "environment", wheel, **pins)
    mypy = (sys.executable, "-m", "mypy", "--config-file=", "--strict", "--python-executable", python)
    for script in sorted((HERE / "python").glob("*.py")):
        run(*mypy, "--cache-dir", tmp_path / "cache", script, cwd=tmp_path)
    misuse = tmp_path / "misuse.py"
    misuse.write_text("from boumbapp.music.v2.music_pb2 import Bar\nBar(index='0')\n")
    with pytest.raises(AssertionError, match=r"misuse\.py:2: error: .*arg-type"):
        run(*mypy, "--cache-dir", tmp_path / "cache", misuse, cwd=tmp_path)
