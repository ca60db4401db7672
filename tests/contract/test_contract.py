"""The contract: clean, compatible with what was released, and in step with the generated stubs."""

import filecmp
import json
import subprocess
import tomllib
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from protos import api_page
from protos import generate as generator
from protos.compiler import descriptors, missing_tools
from services.chassis.version import VERSION
from tests.environments import needs_npm_packages, needs_tools

ROOT = Path(__file__).parents[2]
BUF = ROOT / "protos" / "node_modules" / ".bin" / "buf"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)


@needs_npm_packages()
def test_buf_finds_nothing_to_complain_about() -> None:
    result = run(BUF, "lint")
    assert result.returncode == 0, result.stdout + result.stderr


@needs_npm_packages()
def test_nothing_breaks_clients_of_the_released_contract() -> None:
    result = run(BUF, "breaking", "--exclude-imports", "--against", "protos/released.binpb")
    assert result.returncode == 0, result.stdout + result.stderr


@needs_npm_packages()
def test_a_removed_field_would_be_noticed(tmp_path: Path) -> None:
    """The check above can fail: the released contract without one of its files breaks."""
    image = tmp_path / "more.binpb"
    extra = tmp_path / "protos" / "boumbapp" / "extra" / "v1"
    extra.mkdir(parents=True)
    (extra / "extra.proto").write_text('syntax = "proto3";\npackage boumbapp.extra.v2;\nmessage Gone {}\n')
    assert run(BUF, "build", tmp_path / "protos", "-o", image).returncode == 0
    assert run(BUF, "breaking", "--against", image).returncode != 0


@needs_npm_packages()
@needs_tools("grpc_php_plugin")
@pytest.mark.xdist_group("generate")
def test_generated_stubs_are_in_step_with_the_contract(tmp_path: Path) -> None:
    assert not missing_tools()
    generator.generate(tmp_path / "gen")
    differences = list(_differences(filecmp.dircmp(ROOT / "gen", tmp_path / "gen", ignore=["__pycache__"])))
    assert not differences, f"run `python protos/generate.py` and commit gen/: {differences}"


def test_the_page_about_the_contract_is_in_step_with_it() -> None:
    page = api_page.render(descriptors(comments=True))
    assert generator.API_PAGE.read_text("utf-8") == page, "run `python protos/generate.py` and commit docs/api.md"


def test_the_page_tells_every_field_value_and_method_with_its_comment() -> None:
    page = generator.API_PAGE.read_text("utf-8")
    for file in descriptors().file:
        if not file.package.startswith("boumbapp."):
            continue
        for kind, name in _things(file.name):
            rows = [row for row in page.splitlines() if row.startswith(f"| `{name}` |")]
            assert rows, f"{kind} {name}"
            assert all(row.rstrip(" |").rpartition("| ")[2] for row in rows)


def test_the_page_tells_rules() -> None:
    page = generator.API_PAGE.read_text("utf-8")
    assert "| `beat_unit` | 2 | uint32 | one of 2, 4, 8, 16 |" in page
    assert "pattern `[A-G](#{0,2}\\|b{0,2})`" in page  # a bar inside a table is escaped


def _services(image: Path | FileDescriptorSet) -> set[str]:
    files = FileDescriptorSet.FromString(image.read_bytes()) if isinstance(image, Path) else image
    return {f"{file.package}.{service.name}" for file in files.file for service in file.service}


def _things(file_name: str) -> list[tuple[str, str]]:
    """What of a file has a row on the page: kind and name."""
    [file] = [file for file in descriptors().file if file.name == file_name]
    things = [("method", method.name) for service in file.service for method in service.method]
    things += [("field", field.name) for message in file.message_type for field in message.field]
    return things + [("value", value.name) for enum in file.enum_type for value in enum.value]


@needs_npm_packages()
def test_a_release_holds_every_service_and_nothing_breaks_against_it(tmp_path: Path) -> None:
    image = tmp_path / "released.binpb"
    generator.release(image)
    assert _services(image) == _services(descriptors()) != set()
    assert run(BUF, "breaking", "--exclude-imports", "--against", image).returncode == 0


def test_the_released_contract_holds_every_service() -> None:
    assert _services(generator.RELEASED) == _services(descriptors())


def test_the_packages_have_the_product_s_version() -> None:
    python = tomllib.loads((ROOT / "gen/python/pyproject.toml").read_text())["project"]
    node = json.loads((ROOT / "gen/ts/package.json").read_text())
    php = json.loads((ROOT / "gen/php/composer.json").read_text())
    assert {python["version"], node["version"], php["version"]} == {VERSION}


def test_no_generated_file_names_a_registry() -> None:
    for path in (ROOT / "gen").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            content = path.read_bytes()
            assert not any(host in content for host in (b"registry", b"packagist", b"pypi")), path


def _differences(comparison: "filecmp.dircmp[str]") -> list[str]:
    found = [*comparison.left_only, *comparison.right_only, *comparison.diff_files]
    for folder in comparison.subdirs.values():
        found += _differences(folder)
    return found
