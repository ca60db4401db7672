"""The flat note form, in both languages: every piece survives the way there and back, and both make the same of it."""

import re
from pathlib import Path

import pytest
from boumbapp.music.v2.music_pb2 import DrumPiece

from launcher.settings import ROOT
from tests.e2e.clients.projects import HERE, need, need_npm, node_project, php_project, run


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_npm()
    folder = tmp_path_factory.mktemp("note_form")
    node_project(folder, HERE / "note_form")
    return folder


def test_its_properties_in_typescript(project: Path) -> None:
    assert run("node", "properties.mjs", cwd=project) == "all hold\n"


def test_its_properties_in_php_and_that_both_agree(project: Path, tmp_path: Path) -> None:
    need("the PHP client's test")
    pieces = tmp_path / "pieces.jsonl"
    autoload = php_project(tmp_path / "php")
    assert run("php", HERE / "note_form/properties.php", autoload, pieces) == "all hold\n"
    assert run("node", "agree.mjs", pieces, cwd=project) == "100\n"


def test_both_know_every_piece_of_the_kit_with_its_key() -> None:
    told = re.findall(r"^\| `DRUM_PIECE_(\w+)` \| \d+ \| .*GM (\d+)", (ROOT / "docs/api.md").read_text(), re.MULTILINE)
    assert len(told) == len(DrumPiece.keys()) - 1
    for source in ("ts/src/fields.ts", "php/src/Fields.php"):
        text = (ROOT / "clients/note-form" / source).read_text("utf-8")
        assert re.findall(r"\[[\"'](\w+)[\"'], (\d+)\]", text) == told, source
