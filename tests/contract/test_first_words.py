"""What the READMEs say a machine needs is what the product needs, in both languages."""

import re
from pathlib import Path

import pytest

from cli.matrix import SYSTEMS
from launcher.settings import ROOT

PAGES = ("README.md", "README.fr.md")
_BOOTSTRAP = (ROOT / "cli/bootstrap.sh").read_text("utf-8")
_PIN = re.compile(r"^([a-z0-9.-]+)==([0-9][a-z0-9.]*)(?: ; ([^\\#]+?))? *(?:--hash|\\|$)", re.MULTILINE)
_NEWER = "python_full_version >= '3.13'"


def rows(page: str) -> dict[str, list[str]]:
    """The table of needs: what it takes to compose and to test, by its row's first word."""
    lines = (ROOT / page).read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if re.match(r"\| (you need|il faut) \|", line))
    cells = [re.split(r"\s*\|\s*", line.strip("| ")) for line in lines[first + 2 : first + 6]]
    return {cell[0].lower(): cell[1:] for cell in cells}


@pytest.mark.parametrize("page", PAGES)
def test_each_python_that_is_named_is_taken_and_each_that_is_taken_is_named(page: str) -> None:
    oldest, newest = (int(re.search(rf"\b{name}=(\d+)", _BOOTSTRAP)[1]) for name in ("OLDEST", "NEWEST"))  # type: ignore[index]
    needs = rows(page)["python"][0]
    assert [int(minor) for minor in re.findall(r"3\.(\d+)", needs)] == list(range(oldest, newest + 1))
    assert "python3-venv" in needs


@pytest.mark.parametrize("page", PAGES)
def test_the_systems_that_are_named_are_those_of_the_matrix(page: str) -> None:
    named = next(iter(rows(page).values()))[0]
    for system in SYSTEMS.values():
        assert re.search(system.title.replace(" ", r" (?:[\d.]+ (?:and|et) )?"), named), system.title


def test_room_on_the_disk_is_the_same_in_both_languages_and_said_for_both_commands() -> None:
    english, french = rows("README.md")["disk"], rows("README.fr.md")["disque"]
    assert [float(cell.split()[0]) for cell in english] == [float(cell.split()[0].replace(",", ".")) for cell in french]
    assert len(english) == 2


def pins(files: list[Path]) -> dict[str, dict[str, set[str]]]:
    """Versions of each package, by the condition under which they are taken."""
    found: dict[str, dict[str, set[str]]] = {}
    for file in files:
        for name, version, condition in _PIN.findall(file.read_text("utf-8")):
            found.setdefault(name, {}).setdefault(condition, set()).add(version)
    return found


def test_numpy_has_one_version_for_every_python_and_every_environment() -> None:
    assert len(pins([*(ROOT / "requirements").glob("*.txt"), *(ROOT / "deploy/libraries").glob("*.txt")])["numpy"]) == 1
    (versions,) = pins([*(ROOT / "requirements").glob("*.txt")])["numpy"].values()
    assert len(versions) == 1


def test_what_newer_pythons_no_longer_have_is_installed_where_it_is_used() -> None:
    """`audioop` left with Python 3.13, and pydub, which Magenta's library loads, needs it."""
    assert pins([ROOT / "requirements/magenta.txt"])["audioop-lts"].keys() == {_NEWER}


@pytest.mark.parametrize("page", PAGES)
def test_what_a_stranger_asks_first_is_answered_before_the_first_picture(page: str) -> None:
    """What it sounds like, where it runs, whose the music is, and how it comes into a DAW."""
    beginning = (ROOT / page).read_text("utf-8").partition("![")[0]
    for answer in (
        "docs/sounds/",
        "Linux",
        "Docker",
        "Python 3.11",
        "MIDI",
        "DAW" if page == "README.md" else "logiciel",
    ):
        assert answer in beginning, answer
    assert re.search(r"\b(yours|à vous)\b", beginning)
