"""The contract: clean, compatible with what was released, and in step with the generated stubs."""

import filecmp
import subprocess
from pathlib import Path

import pytest

from protos import generate as generator

ROOT = Path(__file__).parents[2]
BUF = ROOT / "protos" / "node_modules" / ".bin" / "buf"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)


def test_buf_finds_nothing_to_complain_about() -> None:
    result = run(BUF, "lint")
    assert result.returncode == 0, result.stdout + result.stderr


def test_nothing_breaks_clients_of_the_released_contract() -> None:
    result = run(BUF, "breaking", "--exclude-imports", "--against", "protos/released.binpb")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_removed_field_would_be_noticed(tmp_path: Path) -> None:
    """The check above can fail: the released contract without one of its files breaks."""
    image = tmp_path / "more.binpb"
    extra = tmp_path / "protos" / "boumbapp" / "extra" / "v1"
    extra.mkdir(parents=True)
    (extra / "extra.proto").write_text('syntax = "proto3";\npackage boumbapp.extra.v1;\nmessage Gone {}\n')
    assert run(BUF, "build", tmp_path / "protos", "-o", image).returncode == 0
    assert run(BUF, "breaking", "--against", image).returncode != 0


@pytest.mark.xdist_group("generate")
def test_generated_stubs_are_in_step_with_the_contract(tmp_path: Path) -> None:
    assert not generator.missing_tools()
    generator.generate(tmp_path / "gen")
    differences = list(_differences(filecmp.dircmp(ROOT / "gen", tmp_path / "gen", ignore=["__pycache__"])))
    assert not differences, f"run `python protos/generate.py` and commit gen/: {differences}"


def _differences(comparison: "filecmp.dircmp[str]") -> list[str]:
    found = [*comparison.left_only, *comparison.right_only, *comparison.diff_files]
    for folder in comparison.subdirs.values():
        found += _differences(folder)
    return found
