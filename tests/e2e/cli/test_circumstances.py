"""What a machine may put in the way: no traceback, no lost file, no untrue sentence.

More of the kind: `test_set_up.py` (set-up), `test_kept_music.py` (disks, screens, signals), `test_jam.py` (terminals).
"""

import os
import subprocess
from pathlib import Path

import mido
import pytest

from tests.e2e.cli.boumb import ROOT, Terminal

BASS = "basse funky en sol mineur"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    (tmp_path / "home").mkdir()
    return Terminal.at(tmp_path, HOME=str(tmp_path / "home"))


def run(terminal: Terminal, *arguments: str | bytes, lines: bytes = b"", **variables: str) -> tuple[int, str, str]:
    """Run the command with arguments of any bytes; how it ended, and what it said."""
    done = subprocess.run(
        [os.fsencode(ROOT / "boumb"), *map(os.fsencode, arguments)],
        cwd=terminal.folder, env=terminal.environment | variables, input=lines, capture_output=True, timeout=90,
        check=False,
    )  # fmt: skip
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    assert "Traceback" not in out + err, err
    return done.returncode, out, err


def notes(path: Path) -> int:
    return sum(m.type == "note_on" and m.velocity > 0 for track in mido.MidiFile(path).tracks for m in track)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*BASS.split()], "basse"),
        (["basse énergique".encode("latin-1")], "énergique"),
        (["beat trap à 140"], "kick"),
        (["une basse et une batterie funk"], "batterie"),
    ],
    ids=["without quotes", "Latin-1", "drums of compose", "two parts"],
)
def test_words_are_read_as_they_come(terminal: Terminal, arguments: list[str | bytes], said: str) -> None:
    code, out, err = run(terminal, "compose", *arguments, "--bars", "2", "--out", "x.mid")
    assert (code, err) == (0, "")
    assert said in out
    assert notes(terminal.folder / "x.mid") > 4


def test_a_bass_of_drums_is_a_bass(terminal: Terminal) -> None:
    code, out, _ = run(terminal, "drums", BASS, "--bars", "2", "--out", "x.mid")
    assert code == 0
    assert "basse" in out
    assert {m.channel for t in mido.MidiFile(terminal.folder / "x.mid").tracks for m in t if m.type == "note_on"} != {9}


def test_drums_that_were_asked_for_by_an_option_of_theirs_stay_drums(terminal: Terminal) -> None:
    code, _, err = run(terminal, "drums", BASS, "--humanise", "0.5")
    assert code == 2
    assert "batterie" in err or "basse" in err


@pytest.mark.parametrize(
    ("name", "begins"),
    [("x.WAV", b"RIFF"), ("x.musicxml", b"<?xml"), ("x", b"MThd")],
)
def test_a_file_is_what_its_name_says(terminal: Terminal, name: str, begins: bytes) -> None:
    code, _, err = run(terminal, "compose", BASS, "--bars", "1", "--out", name)
    assert (code, err) == (0, "")
    assert (terminal.folder / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    "arguments", [["--out", "x.mp3"], ["--out", "x.flac"], ["--out", "song.als"], ["--wav", "x.mid"]]
)
def test_what_cannot_be_made_is_refused_before_anything_is_composed(terminal: Terminal, arguments: list[str]) -> None:
    code, out, err = run(terminal, "compose", BASS, *arguments)
    assert (code, out) == (2, "")
    assert ".wav" in err
    assert list(terminal.folder.iterdir()) == []


def test_the_sound_of_an_existing_name_leaves_what_was_there_when_it_is_refused(terminal: Terminal) -> None:
    (terminal.folder / "x.mp3").write_bytes(b"mine")
    assert run(terminal, "compose", BASS, "--out", "x.mp3")[0] == 2
    assert (terminal.folder / "x.mp3").read_bytes() == b"mine"


def test_a_dash_is_standard_output(terminal: Terminal) -> None:
    done = subprocess.run(
        [ROOT / "boumb", "compose", BASS, "--bars", "1", "--out", "-"],
        cwd=terminal.folder, env=terminal.environment, capture_output=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.startswith(b"MThd")
    assert done.stdout.endswith(b"\xff\x2f\x00")
    assert list(terminal.folder.iterdir()) == []


def test_lines_that_are_no_utf_8_are_read(terminal: Terminal) -> None:
    code, out, _ = run(terminal, "analyse", "--json", lines="mélodie énergique\nbasse\n".encode("latin-1"))
    assert code == 0
    assert [line.count('"role": "melody"') for line in out.splitlines()] == [1, 0]


@pytest.mark.parametrize("name", ["l'été", "-n", "$HOME;true 日本"])
def test_strange_folders_and_names(terminal: Terminal, name: str) -> None:
    folder = terminal.folder / name
    folder.mkdir()
    other = Terminal(folder, terminal.environment)
    code, _, err = run(other, "compose", BASS, "--bars", "1", "--out", f"./{name}.mid")
    assert (code, err) == (0, "")
    assert notes(folder / f"{name}.mid") > 1


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"TERM": "dumb", "COLUMNS": "20"},
        {"COLUMNS": "1"},
        {"NO_COLOR": "1", "TERM": ""},
        {"HOME": "", "XDG_STATE_HOME": ""},
        {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "socks5://127.0.0.1:9"},
        {"PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"},
    ],
    ids=["C", "Latin-1", "dumb", "one column", "no colour", "no home", "proxies", "Python's own"],
)
def test_strange_environments(terminal: Terminal, variables: dict[str, str]) -> None:
    terminal.environment |= variables
    code, out, err = run(terminal, "compose", BASS, "--bars", "1", "--out", "x.mid")
    assert (code, err) == (0, "")
    assert out
    assert notes(terminal.folder / "x.mid") > 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder read-only for this test")
@pytest.mark.parametrize("where", ["checkout", "current folder"])
def test_what_can_only_be_read_costs_nothing(terminal: Terminal, where: str) -> None:
    """State goes to the user's own folder, music to the home folder."""
    folder = ROOT if where == "checkout" else terminal.folder
    command = f'mount --bind "{folder}" "{folder}" && mount -o remount,ro,bind "{folder}" && cd "{folder}" && "$@"'
    alone = ["unshare", "--mount", "bash", "-c", command, "bash"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    environment = {name: value for name, value in terminal.environment.items() if name != "BOUMB_STATE_DIR"}
    home = Path(environment["HOME"])
    done = subprocess.run(
        [*alone, ROOT / "boumb", "compose", BASS, "--bars", "1"],
        env=environment, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    (made,) = home.glob("*.mid")
    assert str(made) in "".join(done.stdout.split("\n"))
    if where == "checkout":
        assert (home / ".local/state/boumbapp/keys/private.pem").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_state_folder_that_cannot_be_written_is_named_with_its_variable(terminal: Terminal) -> None:
    if not Path("/proc/sys").is_dir():
        pytest.skip("no /proc here")
    code, _, err = run(terminal, "compose", BASS, BOUMB_STATE_DIR="/proc/sys/boumb")
    assert code == 2
    assert "BOUMB_STATE_DIR" in err
    assert "rm -r" not in err
    code, out, _ = run(terminal, "doctor", BOUMB_STATE_DIR="/proc/sys/boumb")
    assert code == 3
    assert "BOUMB_STATE_DIR" in out
    assert "rm -r" not in out
