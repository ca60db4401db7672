"""`./boumb compose` as a person runs it: the real services behind the real gateway."""

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import mido
import pytest

from tests.e2e.cli.boumb import ROOT, Terminal

PROMPT = "Fais une basse funky en Sol mineur"
G_MINOR = {7, 9, 10, 0, 2, 3, 5}


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal.at(tmp_path)


def events(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def kinds(output: str) -> list[str]:
    return [next(iter(event)) for event in events(output)]


def test_the_same_seed_gives_the_same_playable_file_and_nothing_else_stays(terminal: Terminal) -> None:
    first = terminal.run("compose", PROMPT, "--seed", "7", "--out", "first.mid")
    assert first.returncode == 0, first.stderr
    assert terminal.left_running() == []
    again = terminal.run("compose", PROMPT, "--seed", "7", "--out", "again.mid")
    assert again.returncode == 0, again.stderr
    assert sorted(path.name for path in terminal.folder.iterdir()) == ["again.mid", "first.mid"]
    assert (terminal.folder / "first.mid").read_bytes() == (terminal.folder / "again.mid").read_bytes()

    music = mido.MidiFile(terminal.folder / "first.mid")
    messages = [message for track in music.tracks for message in track]
    pitches = [message.note for message in messages if message.type == "note_on" and message.velocity]
    assert len(pitches) > 8
    assert {pitch % 12 for pitch in pitches} <= G_MINOR
    assert max(pitches) <= 60
    text = first.stdout
    assert "« Sol »" in text or "Sol mineur" in text
    assert f"{len(pitches)} notes" in text
    for name in {line.split("│")[0].strip() for line in text.splitlines() if "│" in line}:
        assert re.fullmatch(r"(G|A|Bb|C|D|Eb|F)[0-9]", name), name  # flats, as the key wants them


def test_a_clone_stays_clean() -> None:
    for left in (".venv/", ".boumb/", "fais-une-basse.mid", "x.musicxml"):
        assert subprocess.run(["git", "check-ignore", "-q", left], cwd=ROOT, check=False).returncode == 0, left


def test_programs_get_a_line_for_each_event_in_order(terminal: Terminal) -> None:
    result = terminal.run("compose", PROMPT, "--seed", "7", "--json", "--bars", "3", "--bpm", "90", "--meter", "3/4")
    assert result.returncode == 0, result.stderr
    assert kinds(result.stdout) == ["started", "bar", "bar", "bar", "completed", "saved"]
    started, *_, completed, saved = events(result.stdout)
    assert started["started"]["seed"] == 7  # type: ignore[index]
    assert started["started"]["intent"]["bpm"] == 90  # type: ignore[index]
    assert completed["completed"]["bars"] == 3  # type: ignore[index]
    path = Path(saved["saved"]["path"])  # type: ignore[index]
    assert path == terminal.folder / "fais-une-basse-funky-en-sol-mineur.mid"
    assert path.stat().st_size == saved["saved"]["bytes"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("options", "fields", "words"),
    [
        (["--bars", "0"], ["overrides.bars"], "--bars"),
        (["--bars", "10000"], ["overrides.bars"], "128"),
        (["--bpm", "-3"], ["overrides.bpm"], "entre 20 et 400"),
        (["--bpm", "nan"], ["overrides.bpm"], "--bpm"),
        (["--key", "H bizarre"], ["overrides.key_text"], "tonalité"),
        (["--meter", "0/4"], ["overrides.meter.beats"], "--meter"),
        (["--engine", "tuba"], ["engine"], "--engine"),
        (["--role", "banjo"], ["overrides.role"], "melody, bass"),
    ],
)
def test_what_is_wrong_is_said_in_the_callers_language_with_the_option(
    terminal: Terminal, options: list[str], fields: list[str], words: str
) -> None:
    result = terminal.run("compose", "une basse en Sol mineur", "--json", *options)
    assert result.returncode == 2, result.stdout
    (event,) = events(result.stdout)
    error = event["error"]
    assert error["fields"] == fields  # type: ignore[index]
    assert words in error["message"]  # type: ignore[index]
    assert list(terminal.folder.iterdir()) == []
    assert terminal.left_running() == []


def test_an_empty_prompt_is_refused_for_people_too(terminal: Terminal) -> None:
    result = terminal.run("compose", "", "--locale", "fr")
    assert result.returncode == 2
    assert "PROMPT est vide" in result.stderr
    assert result.stdout == ""


def test_a_score_can_be_had_instead(terminal: Terminal) -> None:
    result = terminal.run("compose", PROMPT, "--out", "x.musicxml")
    assert result.returncode == 0, result.stderr
    assert b"<score-partwise" in (terminal.folder / "x.musicxml").read_bytes()


def test_interrupted_it_keeps_the_bars_that_came_and_leaves_nothing_running(terminal: Terminal) -> None:
    with terminal.start("compose", PROMPT, "--json", "--bars", "50", BOUMB_MELODY_PACE_MS="100") as process:
        assert process.stdout is not None
        lines: list[str] = []
        while sum('"bar"' in line for line in lines) < 2:
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(timeout=10) == 130
    *_, interrupted, saved = events("".join(lines) + rest)
    came = interrupted["interrupted"]["bars"]  # type: ignore[index]
    assert 2 <= came < 50
    music = mido.MidiFile(saved["saved"]["path"])  # type: ignore[index]
    assert music.length < 50 * 4 * 60 / 60
    assert terminal.left_running() == []


def test_killed_it_leaves_nothing_running_either(terminal: Terminal) -> None:
    with terminal.start("compose", PROMPT, "--json", "--bars", "50", BOUMB_MELODY_PACE_MS="100") as process:
        assert process.stdout is not None
        assert "started" in process.stdout.readline()
        assert len(terminal.left_running()) >= 4  # the command, two services, Envoy; melody's workers
        process.kill()
    deadline = time.monotonic() + 5
    while terminal.left_running():
        assert time.monotonic() < deadline, terminal.left_running()
        time.sleep(0.02)


def test_on_a_terminal_bars_are_drawn_as_they_come(terminal: Terminal) -> None:
    terminal.environment |= {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "50", "BOUMB_MELODY_PACE_MS": "400"}
    descriptor, screen = pty.openpty()
    command = [str(ROOT / "boumb"), "compose", PROMPT, "--seed", "7"]
    process = subprocess.Popen(
        command, cwd=terminal.folder, env=terminal.environment, stdin=screen, stdout=screen, stderr=screen
    )
    os.close(screen)
    seen = b""
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # the other side is closed
            break
        if not chunk:
            break
        seen += chunk
    os.close(descriptor)
    assert process.wait() == 0
    text = seen.decode()
    assert "ouverture du studio" in text
    progress = [int(count) for count in re.findall(r"composition (\d)/4", text)]
    # A frame that was being drawn when a bar came may follow that bar's own; each is reached in its turn all the same.
    assert list(dict.fromkeys(progress)) == sorted(set(progress))
    assert {1, 2, 3} <= set(progress)
    assert text.count("▉") > 8
    assert "fais-une-basse-funky-en-sol-mineur.mid" in re.sub(r"\s", "", text)


def test_an_option_wins_over_the_words(terminal: Terminal) -> None:
    result = terminal.run("compose", "une basse en Sol mineur à 90 bpm", "--json", "--key", "La mineur", "--bpm", "120")
    assert result.returncode == 0, result.stderr
    intent = events(result.stdout)[0]["started"]["intent"]  # type: ignore[index]
    assert (intent["key"]["tonic"], intent["bpm"]) == ("A", 120)
