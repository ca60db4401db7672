"""The matrix: what is refused, and the table that it writes."""

import os
import shutil
from pathlib import Path

import pytest

from cli.matrix import SYSTEMS, Row, run_matrix, write_table
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from launcher.settings import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def test_the_readme_and_the_page_name_the_systems() -> None:
    page = (ROOT / "docs/platforms.md").read_text("utf-8")
    for system in SYSTEMS.values():
        distribution, version = system.title.split()
        assert distribution in README
        assert version in README
        assert system.title in page or distribution in page
    assert "<!-- matrix -->" in page


def test_a_system_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UserError, match=r"windows-95.*debian-12, debian-13") as problem:
        run_matrix(["debian-12", "windows-95"])
    assert problem.value.exit is ExitCode.BAD_INPUT


@pytest.mark.parametrize("lacking", ["root", "debootstrap"])
def test_what_it_needs_is_said(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000 if lacking == "root" else 0)
    monkeypatch.setattr(shutil, "which", lambda name: None if lacking == "debootstrap" else name)
    with pytest.raises(UserError, match="needs root, and sudo apt install debootstrap"):
        run_matrix([])


def test_rows_are_written_between_the_marks_and_those_of_other_systems_stay(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- matrix -->\n<!-- end of the matrix -->\nafter\n")
    first, second = (Row(title, "3.11.2", "9 s, abc", "4 s, abc", "3 passed", "3 passed") for title in ("One", "Two"))
    write_table(page, [first, second], [])
    write_table(page, [Row("Two", "3.12.1", "failed: no", "4 s, abc", "not run", "not run")], None)
    lines = page.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert [line for line in lines if line.startswith(("| One", "| Two"))] == [
        "| One | 3.11.2 | 9 s, abc | 4 s, abc | 3 passed | 3 passed |",
        "| Two | 3.12.1 | failed: no | 4 s, abc | not run | not run |",
    ]
