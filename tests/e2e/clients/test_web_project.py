"""A strict project of Vite and React takes the contract's package: it type-checks, builds, and finds misuse."""

import re
from pathlib import Path

import pytest

from launcher.settings import ROOT
from tests.e2e.clients.projects import HERE, need_npm, node_project, run


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_npm()
    folder = tmp_path_factory.mktemp("web")
    node_project(folder, HERE / "web")
    return folder


def test_it_type_checks(project: Path) -> None:
    run("node_modules/.bin/tsc", "--project", ".", cwd=project)


def test_misuse_of_the_contract_is_found(project: Path) -> None:
    source = project / "src/misuse.ts"
    module = "@boumbapp/contract/boumbapp/music/v2/music_pb"
    source.write_text(f'import type {{ Bar }} from "{module}";\nexport const index: Bar["index"] = "0";\n')
    try:
        with pytest.raises(AssertionError, match=r"misuse\.ts.*TS2322"):
            run("node_modules/.bin/tsc", "--project", ".", cwd=project)
    finally:
        source.unlink()


def test_it_builds(project: Path) -> None:
    run("node_modules/.bin/vite", "build", "--logLevel", "warn", cwd=project)
    [bundle] = (project / "dist/assets").glob("*.js")
    assert "b3VtYmFwcC9tZWxvZHkv" in bundle.read_text()  # "oumbapp/melody/" in the descriptor's base64


def test_plain_node_reads_every_module(project: Path) -> None:
    contract = project / "node_modules/@boumbapp/contract"
    modules = sorted(path.relative_to(contract).as_posix() for path in contract.rglob("*_pb.js"))
    assert len(modules) >= 8
    imports = "".join(f'await import("@boumbapp/contract/{module}");' for module in modules)
    assert run("node", "--input-type=module", "--eval", imports + 'console.log("read")', cwd=project) == "read\n"


PAGES = [ROOT / name for name in ("README.md", "docs/clients.md", "docs/moving.md", "gen/ts/README.md")]
GIVEN = "declare const token: string;\ndeclare function play(bar: unknown): void;\nvoid [token, play];\n"


def test_what_the_documents_show_type_checks(project: Path) -> None:
    shown = project / "src/shown"
    shown.mkdir()
    for page in PAGES:
        blocks = re.findall(r"```ts\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        assert blocks, page
        for number, block in enumerate(blocks):
            (shown / f"{page.parent.name}_{page.stem}_{number}.ts").write_text(GIVEN + block)
    run("node_modules/.bin/tsc", "--project", ".", cwd=project)
