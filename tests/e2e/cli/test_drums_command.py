"""`./boumb drums` as a person runs it: the real services behind the real gateway."""

import json
from pathlib import Path

import mido
import pytest

from tests.e2e.cli.boumb import Terminal

PROMPT = "Fais une batterie house à 124"
KICK, CLAP, TAMBOURINE = 36, 39, 54


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal.at(tmp_path)


def strokes(path: Path) -> list[tuple[int, int]]:
    """Ticks and keys of all strokes."""
    (track,) = [track for track in mido.MidiFile(path).tracks if any(message.type == "note_on" for message in track)]
    now, found = 0, []
    for message in track:
        now += message.time
        if message.type == "note_on" and message.velocity:
            assert message.channel == 9
            found.append((now, message.note))
    return found


def test_a_prompt_becomes_a_groove_on_channel_ten_with_a_kick_on_every_beat(terminal: Terminal) -> None:
    result = terminal.run("drums", PROMPT, "--seed", "7", "--bars", "2", "--humanise", "0", "--out", "house.mid")
    assert result.returncode == 0, result.stderr
    music = mido.MidiFile(terminal.folder / "house.mid")
    tempi = [message.tempo for track in music.tracks for message in track if message.type == "set_tempo"]
    assert [round(mido.tempo2bpm(tempo)) for tempo in tempi] == [124]
    kicks = {tick for tick, key in strokes(terminal.folder / "house.mid") if key == KICK}
    assert {beat * music.ticks_per_beat for beat in range(7)} <= kicks
    assert "kick │█   █   █   █   │" in result.stdout
    assert terminal.left_running() == []


def test_refinements_change_the_file_as_they_say(terminal: Terminal) -> None:
    asked = ("drums", PROMPT, "--seed", "7", "--bars", "2")
    terminal.run(*asked, "--out", "before.mid")
    result = terminal.run(*asked, "--refine", "sans clap", "--refine", "ajoute un tambourin", "--out", "after.mid")
    assert result.returncode == 0, result.stderr
    assert "✎ sans clap" in result.stdout
    before, after = (strokes(terminal.folder / name) for name in ("before.mid", "after.mid"))
    assert [stroke for stroke in before if stroke[1] != CLAP] == [s for s in after if s[1] != TAMBOURINE]
    assert TAMBOURINE in {key for _, key in after}
    assert TAMBOURINE not in {key for _, key in before}


def test_programs_get_a_line_for_each_event_in_order(terminal: Terminal) -> None:
    result = terminal.run("drums", "trap drums", "--json", "--bars", "2", "--refine", "busier", "--intensity", "0.9")
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    kinds = [next(iter(line)) for line in lines]
    assert kinds == ["started", "bar", "bar", "completed", "started", "bar", "bar", "completed", "saved"]
    assert lines[0]["started"]["feel"]["intensity"] == pytest.approx(0.9)
    assert lines[4]["started"]["edits"] == ["busier"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["une basse funky en Sol", "--humanise", "0.5"], "mélodie"),
        (["house", "--swing", "0.9"], "--swing is 0.9"),
        (["house", "--bars", "0"], "--bars is 0"),
        (["house", "--refine", "plus de bananes"], "--refine"),
    ],
    ids=["not drums", "swing", "bars", "refinement"],
)
def test_what_is_wrong_is_said_and_the_exit_code_tells(
    terminal: Terminal, arguments: list[str], complaint: str
) -> None:
    result = terminal.run("drums", *arguments)
    assert result.returncode == 2
    assert complaint in " ".join(result.stderr.split())
