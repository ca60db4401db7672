"""`./boumb arrange` as a person runs it, and prompts that go there by themselves, over the real services."""

import json
import wave
from pathlib import Path

import mido
import pytest

from tests.e2e.cli.boumb import Terminal

DRUM_CHANNEL = 9


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal.at(tmp_path)


def channels(path: Path) -> dict[str, set[int]]:
    """Channels of the notes of each track that has some."""
    found: dict[str, set[int]] = {}
    for track in mido.MidiFile(path).tracks:
        used = {message.channel for message in track if message.type == "note_on"}
        if used:
            found[track.name] = used
    return found


def test_a_trio_becomes_one_file_with_sections_and_a_mix(terminal: Terminal) -> None:
    prompt = "trio jazz en fa, intro 2, couplet 2"
    result = terminal.run("arrange", prompt, "--seed", "3", "--out", "trio.mid", "--wav", "trio.wav")
    assert result.returncode == 0, result.stderr
    for part in ("accords", "basse", "batterie"):
        assert f"\n  {part}\n" in result.stdout
    used = channels(terminal.folder / "trio.mid")
    assert used["batterie"] == {DRUM_CHANNEL}
    assert set(used) == {"accords", "basse", "batterie"}
    assert len({*used["accords"], *used["basse"]} - {DRUM_CHANNEL}) == 2
    music = mido.MidiFile(terminal.folder / "trio.mid")
    markers = [message.text for track in music.tracks for message in track if message.type == "marker"]
    assert markers == ["intro", "couplet"]
    with wave.open(str(terminal.folder / "trio.wav")) as sound:
        assert sound.getnframes() > 4 * sound.getframerate()
    assert terminal.left_running() == []


def test_compose_arranges_when_the_words_name_several_parts(terminal: Terminal) -> None:
    result = terminal.run("compose", "basse et batterie house 124", "--seed", "2", "--json", "--out", "two.mid")
    assert result.returncode == 0, result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [track["id"] for track in events[0]["started"]["tracks"]] == ["bass", "drums"]
    order = [(e["bar"]["bar"]["index"], e["bar"]["track"]) for e in events if "bar" in e]
    assert order == [(index, part) for index in range(4) for part in ("bass", "drums")]
    assert set(channels(terminal.folder / "two.mid")) == {"basse", "batterie"}
