"""`./boumb jam` in a real terminal: each key does what it says."""

import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import mido
import pytest

from cli.jam.texts import texts_of
from tests.e2e.cli.boumb import ROOT, Terminal
from tests.environments import needs_tools

pytestmark = [needs_tools("tmux"), pytest.mark.timeout(300)]
_PATIENCE_S = 60  # machines that run tests are busy


class Screen:
    """A terminal of tmux in which the command runs."""

    def __init__(self, terminal: Terminal, width: int, height: int, arguments: list[str]) -> None:
        self._terminal = terminal
        self._socket = str(terminal.folder.parent / "tmux")
        command = shlex.join([str(ROOT / "boumb"), "jam", *arguments])
        script = f"{command} 2>errors; echo ended $?; exec sleep 600"
        self._tmux("new-session", "-d", "-s", "jam", "-x", str(width), "-y", str(height), script)

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", self._socket, *arguments],
            cwd=self._terminal.folder, env=self._terminal.environment | {"TERM": "xterm-256color"},
            capture_output=True, text=True, timeout=20, check=True,
        ).stdout  # fmt: skip

    def text(self) -> str:
        """What is on it."""
        return self._tmux("capture-pane", "-p", "-t", "jam")

    def press(self, *keys: str) -> None:
        """Press keys, or type words."""
        for key in keys:
            self._tmux("send-keys", "-t", "jam", *(["-l", "--", key] if len(key) == 1 or " " in key else [key]))

    def until(self, holds: Callable[[str], object], what: str = "") -> str:
        """Wait until something holds for what is shown."""
        deadline = time.monotonic() + _PATIENCE_S
        while not holds(text := self.text()):
            assert time.monotonic() < deadline, f"{what}\n{text}{(self._terminal.folder / 'errors').read_text()}"
            time.sleep(0.05)
        return text

    def says(self, words: str) -> str:
        """Wait until some words are shown."""
        return self.until(lambda text: words in text, words)

    def close(self) -> None:
        """End the terminal, as closing its window does."""
        self._tmux("kill-server")


@pytest.fixture(
    params=[(80, 24, "fr", "Fais une basse funky en Sol mineur"), (120, 32, "en", "a funky bass in G minor")]
)
def jam(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Screen, str, Terminal]]:
    width, height, locale, prompt = request.param
    terminal = Terminal.at(tmp_path, HOME=str(tmp_path), LC_ALL="C.UTF-8")
    screen = Screen(terminal, width, height, [*prompt.split(), "--seed", "7", "--mute"])
    try:
        yield screen, locale, terminal
    finally:
        screen.close()


def bars(text: str) -> dict[str, str]:
    """Rows of the roll by their names."""
    return {row[:7].strip(): row[7:].replace("▾", " ").rstrip() for row in text.splitlines() if "│" in row}


def chords(text: str) -> list[str]:
    return text.splitlines()[4].split()


def test_each_key_does_what_it_says(jam: tuple[Screen, str, Terminal]) -> None:
    screen, locale, terminal = jam
    own = texts_of(locale)
    first = screen.until(lambda text: "4" in text.splitlines()[3] and "▾" in text, "bars and a cursor")
    assert "104 BPM" in first
    place = first.splitlines()[3].index("▾")
    screen.until(lambda text: "▾" in text and text.splitlines()[3].index("▾") != place, "which moves")

    screen.press(" ")
    screen.says(own.paused)
    screen.press("k")
    kept = screen.until(lambda text: "◆" in text, "kept")
    bar = int(re.findall(r"(\d) ◆", kept)[0])
    assert own.keeps.format(bar=bar) in kept
    screen.press("r")
    screen.says(own.is_kept.format(bar=bar))
    screen.press("R")
    made = screen.until(lambda text: "✱" in text, "other bars")
    others = [each for each in range(1, 5) if each != bar]
    assert [int(each) for each in re.findall(r"(\d) ✱", made.splitlines()[3])] == others
    assert f"{bar} ◆✱" not in made
    screen.press("k")
    screen.says(own.lets_go.format(bar=bar))
    screen.press("r")
    screen.until(lambda text: f"{bar} ✱" in text, "this bar")
    for _ in range(4):
        screen.press("u")
        screen.says(own.undone)
        time.sleep(0.2)
    screen.until(lambda text: bars(text) == bars(first), "undone, all is as it was")

    screen.press("+")
    screen.says("106 BPM")
    screen.press("-", "-")
    screen.says("102 BPM")

    before = chords(first)
    screen.press("t")
    moved = screen.says("La♭" if locale == "fr" else "A♭")
    assert chords(moved) == [each.replace("Gm7", "A♭m7").replace("Cm7", "D♭m7") for each in before]
    screen.press("T")
    screen.until(lambda text: chords(text) == before, "and back")

    names = ("batterie", "accords", "mélodie", "nappe") if locale == "fr" else ("drums", "chords", "melody", "pad")
    for key, name in zip("dcmp", names, strict=True):
        screen.press(key)
        screen.says(own.added.format(part=name).rstrip("."))
    screen.press("/")
    screen.says(own.ask)
    screen.press("moins de notes" if locale == "fr" else "fewer notes", "Enter")
    screen.says(own.refined.split("{")[0].strip())
    screen.press("?")
    screen.says(own.help_title)
    screen.press("x")
    screen.press("s")
    screen.says(own.saved.split("{")[0].strip())
    (saved,) = terminal.folder.glob("*.mid")
    tracks = mido.MidiFile(saved).tracks
    assert sum(any(m.type == "note_on" for m in track) for track in tracks) == 5
    screen.press("2")
    title = first.splitlines()[0].split("▶")[0].strip()
    screen.until(lambda text: title not in text and len(bars(text)) > 1, "another prompt")
    screen.press(" ", "q")
    text = screen.says("ended 0")
    assert own.left.split("{")[0].strip() in text, "what was not saved is saved"
    assert len(list(terminal.folder.glob("*.mid"))) == 2
    assert (terminal.folder / "errors").read_text() == ""


def test_a_terminal_that_is_closed_costs_no_music(tmp_path: Path) -> None:
    terminal = Terminal.at(tmp_path, HOME=str(tmp_path))
    screen = Screen(terminal, 80, 24, ["une", "basse", "--mute"])
    try:
        screen.until(lambda text: len(bars(text)) > 1)
    finally:
        screen.close()
    deadline = time.monotonic() + _PATIENCE_S
    while not list(terminal.folder.glob("*.mid")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "Traceback" not in (terminal.folder / "errors").read_text()
    assert terminal.left_running() == []


def test_without_a_terminal_it_says_what_works_instead(tmp_path: Path) -> None:
    result = Terminal.at(tmp_path).run("jam", "une", "basse")
    assert result.returncode == 2
    assert "./boumb compose" in result.stderr


def test_midi_goes_to_a_port(tmp_path: Path) -> None:
    terminal = Terminal.at(tmp_path, HOME=str(tmp_path))
    port = tmp_path / "port"
    subprocess.run(["mkfifo", port], check=True)
    with subprocess.Popen(["cat", port], stdout=subprocess.PIPE) as reader:
        time.sleep(0.2)  # until it has opened it
        screen = Screen(terminal, 80, 24, ["a", "bass", "at", "200", "bpm", "--midi", str(port)])
        try:
            screen.until(lambda text: len(bars(text)) > 1)
            time.sleep(2)
            screen.press("q")
            screen.says("ended 0")
        finally:
            screen.close()
        assert reader.stdout is not None
        sent = reader.stdout.read()
    kinds = {message.type for message in mido.parse_all(sent)}
    assert {"note_on", "note_off", "program_change", "control_change"} <= kinds
