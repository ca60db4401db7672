"""The music is kept whatever happens to the disk, the screen or the terminal: the command as a person runs it."""

import fcntl
import json
import os
import pty
import signal
import subprocess
import termios
import time
from array import array
from pathlib import Path

import mido
import pytest

from tests.e2e.cli.boumb import ROOT, Terminal

COMPOSE = ["compose", "a funky bass in G minor", "--seed", "7", "--out", "x.mid"]
DRUMS = ["drums", "house at 124", "--refine", "no clap", "--seed", "7", "--bars", "2", "--out", "x.mid"]
PLAYER = "#!/bin/sh\nexec sleep 60\n"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    (tmp_path / "home").mkdir()
    return Terminal.at(tmp_path, HOME=str(tmp_path / "home"))


def shell(terminal: Terminal, command: list[str], redirection: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", f'"$@" {redirection}', "bash", str(ROOT / "boumb"), *command],
        cwd=terminal.folder,
        env=terminal.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def notes(path: Path) -> int:
    return sum(m.type == "note_on" and m.velocity > 0 for track in mido.MidiFile(path).tracks for m in track)


@pytest.mark.parametrize(
    ("command", "redirection", "ending", "said"),
    [
        (COMPOSE, "| head -3", 0, ""),
        (DRUMS, "| head -3", 0, ""),
        (COMPOSE, "--json | head -1", 0, ""),
        (COMPOSE, "> /dev/full", 0, "the disk is full"),
        (DRUMS, "--json > /dev/full", 1, "the disk is full"),
        (COMPOSE, ">&-", 0, ""),
        (DRUMS, "<&- >&- 2>&-", 0, ""),
    ],
)
def test_what_happens_to_the_screen_costs_no_music(
    terminal: Terminal, command: list[str], redirection: str, ending: int, said: str
) -> None:
    result = shell(terminal, command, redirection)
    assert result.returncode == ending, result.stderr
    assert "Traceback" not in result.stderr
    assert said in result.stderr
    assert bool(said) == bool(result.stderr)
    assert notes(terminal.folder / "x.mid") > 8


def test_a_place_that_is_full_is_named_and_another_one_taken(terminal: Terminal) -> None:
    result = terminal.run(*COMPOSE[:-1], "/dev/full")
    assert result.returncode == 1
    assert "/dev/full cannot be written: the disk is full" in " ".join(result.stderr.split())
    (path,) = terminal.folder.iterdir()
    assert path.name in "".join(result.stderr.split())
    assert notes(path) > 8


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
@pytest.mark.parametrize("command", [COMPOSE, DRUMS], ids=["compose", "drums"])
def test_a_full_disk_costs_neither_the_old_file_nor_the_music(terminal: Terminal, command: list[str]) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(terminal.folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        keep, home = terminal.folder / "x.mid", Path(terminal.environment["HOME"])
        keep.write_bytes(b"old")
        with pytest.raises(OSError, match="No space"):
            (terminal.folder / "full").write_bytes(bytes(1 << 20))
        result = terminal.run(*command)
        assert result.returncode == 1
        words = " ".join(result.stderr.split())
        assert "x.mid cannot be written: the disk is full. The file that was there is untouched." in words
        assert keep.read_bytes() == b"old"
        assert sorted(path.name for path in terminal.folder.iterdir()) == ["full", "x.mid"]
        assert [notes(path) > 8 for path in home.glob("*.mid")] == [True]
    finally:
        subprocess.run(["umount", str(terminal.folder)], check=True)


def test_standard_output_can_be_the_file_and_gets_nothing_else(terminal: Terminal) -> None:
    command = [*COMPOSE[:-1], "/dev/stdout"]
    for redirection in ("> x.mid", "| cat > y.mid", "--json > z.mid"):
        result = shell(terminal, command, redirection)
        assert result.returncode == 0, result.stderr
        assert "/dev/stdout" in result.stderr
    files = [(terminal.folder / name).read_bytes() for name in ("x.mid", "y.mid", "z.mid")]
    assert files[0].startswith(b"MThd")
    assert set(files) == {files[0]}


@pytest.mark.parametrize(
    ("command", "number"), [(COMPOSE, signal.SIGINT), (COMPOSE, signal.SIGHUP), (DRUMS, signal.SIGTERM)]
)
def test_stopped_while_it_plays_it_says_where_the_music_is(
    terminal: Terminal, tmp_path: Path, command: list[str], number: signal.Signals
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pw-play").write_text(PLAYER)
    (tmp_path / "bin/pw-play").chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    with terminal.start(*command, "--play", PATH=path) as process:
        assert process.stdout is not None
        while "playing" not in process.stdout.readline():
            pass
        process.send_signal(number)
        rest = process.stdout.read()
        assert process.wait(timeout=10) == 130
    assert "nothing was saved" not in rest
    assert "the music was saved before: x.mid" in rest
    assert notes(terminal.folder / "x.mid") > 8


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_stopped_twice_it_keeps_the_bars_that_came(terminal: Terminal, number: signal.Signals) -> None:
    command = (*COMPOSE, "--json", "--bars", "50")
    with terminal.start(*command, BOUMB_MELODY_PACE_MS="100") as process:
        assert process.stdout is not None
        while '{"bar"' not in (line := process.stdout.readline()):
            assert line
        process.send_signal(number)
        process.send_signal(number)
        rest = process.stdout.read()
        assert process.wait(timeout=10) == 130
    events = [json.loads(line) for line in rest.splitlines()]
    assert [next(iter(event)) for event in events[-2:]] == ["interrupted", "saved"]
    assert notes(terminal.folder / "x.mid") > 0
    assert terminal.left_running() == []


def test_a_terminal_that_hangs_up_costs_no_bar_that_came(terminal: Terminal) -> None:
    variables = terminal.environment | {"TERM": "xterm", "BOUMB_MELODY_PACE_MS": "100"}
    command = [str(ROOT / "boumb"), *COMPOSE, "--bars", "50"]
    child, screen = pty.fork()
    if child == 0:
        os.chdir(terminal.folder)
        os.execve(command[0], command, variables)
    seen = b""
    while b"composing 2/50" not in seen:
        seen += os.read(screen, 65536)
    os.close(screen)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130
    assert notes(terminal.folder / "x.mid") > 0
    assert terminal.left_running() == []


def test_a_reader_that_stops_reading_does_not_keep_the_music_from_being_saved(terminal: Terminal) -> None:
    with terminal.start(*COMPOSE, "--json", "--bars", "128") as process:
        assert process.stdout is not None
        before, held = -1, array("i", [0])
        while not held[0] or held[0] != before:  # 128 bars are more than the pipe holds, and nobody reads
            before = held[0]
            time.sleep(0.5)
            fcntl.ioctl(process.stdout, termios.FIONREAD, held)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 130
    assert notes(terminal.folder / "x.mid") > 0
