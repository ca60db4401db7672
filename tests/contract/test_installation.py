"""The product is installed where it lies, by a file of two paths, and says what it needs."""

import importlib.metadata
import json
import re
from pathlib import Path

import pytest

from services.chassis.version import VERSION

ROOT = Path(__file__).parents[2]
PACKAGE = importlib.metadata.distribution("boumbapp-experts")


def test_it_is_installed_where_it_lies() -> None:
    direct = json.loads(PACKAGE.read_text("direct_url.json") or "{}")
    assert direct["dir_info"] == {"editable": True}
    assert direct["url"] == ROOT.as_uri()
    assert PACKAGE.version == VERSION


def test_finding_its_modules_costs_nothing_at_start() -> None:
    """An import hook would run each time that Python starts."""
    (path_file,) = [file for file in PACKAGE.files or () if file.suffix == ".pth"]
    lines = path_file.read_text().split()
    assert [Path(line).resolve() for line in lines] == [ROOT, ROOT / "gen/python"]
    assert not list(Path(str(path_file.locate())).parent.glob("boumbapp.pth")), "of an earlier version"


FILES = sorted([*(ROOT / "requirements").glob("*.txt"), *(ROOT / "deploy/libraries").glob("*.txt")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_pin_has_the_hashes_of_its_files_and_none_says_where_from(file: Path) -> None:
    text = re.sub(r"^#.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
    pins = text.replace("\\\n", "").splitlines()
    form = re.compile(r"[a-z0-9.-]+==[0-9][a-z0-9.]*( ; [a-z_]+ [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+")
    assert pins
    assert not [pin for pin in pins if not form.fullmatch(pin)]


def test_its_extras_are_the_files_that_the_pins_are_made_of() -> None:
    names = {path.stem for path in (ROOT / "requirements").glob("*.in")}
    assert set(PACKAGE.metadata.get_all("Provides-Extra") or ()) == names
    requires = PACKAGE.requires or []
    for name in names:
        assert any(text.startswith(("grpcio ", "grpcio;")) for text in requires if f"'{name}'" in text)
    assert any(text.startswith("pytest;") and "'dev'" in text for text in requires)
    assert not any(text.startswith("pytest;") and "'run'" in text for text in requires)
