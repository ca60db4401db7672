"""The package for pages: what its README shows compiles in somebody else's project, and runs against the real mesh."""

import re
import shutil
from pathlib import Path

import pytest

from launcher.settings import ROOT
from tests.e2e.clients.projects import built_experts, need_npm, node_project, run
from tests.e2e.real_mesh import running_real_mesh

README = ROOT / "clients/web/experts/README.md"
ADDRESS = "http://127.0.0.1:8080"
PROGRAM = """
import { compose } from "./example.ts";
const events = await compose("basse funky en Sol mineur, 4 mesures, 125 bpm", () => process.env["BOUMB_TOKEN"] ?? "");
console.log(JSON.stringify(events));
"""


def example() -> str:
    """The block of the README, which is to stay as short as it says."""
    [shown] = re.findall(r"```ts\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    body = shown[shown.index("export") :].strip().splitlines()
    assert len(body) <= 10
    return str(shown)


async def test_the_readmes_example_compiles_and_composes(tmp_path: Path) -> None:
    need_npm()
    source = tmp_path / "source"
    source.mkdir()
    project = tmp_path / "project"
    async with running_real_mesh(tmp_path / "mesh", ["theory", "melody"]) as mesh:
        (source / "example.ts").write_text(example().replace(ADDRESS, f"http://{mesh.gateway}"))
        (source / "program.ts").write_text(PROGRAM)
        shutil.copy(ROOT / "tests/e2e/clients/web/tsconfig.json", source)
        node_project(project, source)
        built_experts(project)
        options = ("--rewriteRelativeImportExtensions", "--outDir", "out", "--noEmit", "false", "--types", "node")
        compiled = (
            "example.ts",
            "program.ts",
            "--strict",
            "--module",
            "nodenext",
            "--target",
            "es2023",
            "--skipLibCheck",
        )
        run("node_modules/.bin/tsc", "--ignoreConfig", *compiled, *options, cwd=project)
        said = run("node", "out/program.js", cwd=project, BOUMB_TOKEN=mesh.token)
    assert said.count('"midi"') >= 8
    assert re.search(r'"time":0(\.0\d*)?,', said)  # a bar that begins on its first beat, micro-timing aside


def test_a_misuse_of_it_is_found(tmp_path: Path) -> None:
    need_npm()
    source = tmp_path / "source"
    source.mkdir()
    wrong = example().replace('event.kind === "bar"', 'event.kind === "beat"')
    assert wrong != example()
    (source / "example.ts").write_text(wrong)
    project = tmp_path / "project"
    node_project(project, source)
    built_experts(project)
    command = (
        "--ignoreConfig",
        "example.ts",
        "--strict",
        "--module",
        "nodenext",
        "--target",
        "es2023",
        "--noEmit",
        "--skipLibCheck",
    )
    with pytest.raises(AssertionError, match="TS2367"):
        run("node_modules/.bin/tsc", *command, cwd=project)
