"""`./boumb refine` as a person runs it on a file with several tracks: the real services behind the real gateway."""

import json
from pathlib import Path

import mido
import pytest

from tests.e2e.cli.boumb import Terminal

_BAR, _BEAT = 1920, 480
_ROOTS = (45, 41, 36, 43)
KICK, SNARE, HAT = 36, 38, 42
Sounds = list[tuple[int, int, int]]  # tick, key, velocity


def write_loop(path: Path) -> None:
    """Four bars at 96: a bass, piano chords, a lead and drums."""
    music = mido.MidiFile(ticks_per_beat=_BEAT)
    head = mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(96)))
    head.append(mido.MetaMessage("time_signature", numerator=4, denominator=4))
    head.append(mido.MetaMessage("key_signature", key="Am"))
    music.tracks.append(head)
    bass = [(bar * _BAR + beat * _BEAT, root, 90) for bar, root in enumerate(_ROOTS) for beat in range(4)]
    chords = [(bar * _BAR, root + 12 + third, 80) for bar, root in enumerate(_ROOTS) for third in (0, 7, 12)]
    lead = [(bar * _BAR + step * 240, 69 + (step * 5) % 7, 85) for bar in range(4) for step in range(8)]
    drums = [(bar * _BAR + beat * _BEAT, SNARE if beat % 2 else KICK, 100) for bar in range(4) for beat in range(4)]
    drums += [(bar * _BAR + step * 240, HAT, 70) for bar in range(4) for step in range(8)]
    for channel, (name, sounds) in enumerate({"Bass": bass, "Piano": chords, "Lead": lead, "Drums": drums}.items()):
        track = mido.MidiTrack()
        track.append(mido.MetaMessage("track_name", name=name))
        played = 9 if name == "Drums" else channel
        events = sorted((tick + end, key, velocity * (not end)) for tick, key, velocity in sounds for end in (0, 200))
        now = 0
        for tick, key, velocity in events:
            track.append(mido.Message("note_on", note=key, velocity=velocity, channel=played, time=tick - now))
            now = tick
        music.tracks.append(track)
    music.save(path)


def sounds(path: Path) -> dict[str, Sounds]:
    """What is struck in each track, by its name."""
    found: dict[str, Sounds] = {}
    for track in mido.MidiFile(path).tracks:
        now, struck = 0, Sounds()
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                struck.append((now, message.note, message.velocity))
        if struck:
            found[track.name] = sorted(struck)
    return found


def bpm(path: Path) -> float:
    music = mido.MidiFile(path)
    tempi = [message.tempo for track in music.tracks for message in track if message.type == "set_tempo"]
    return round(float(mido.tempo2bpm(tempi[0])), 1)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    terminal = Terminal.at(tmp_path)
    write_loop(terminal.folder / "loop.mid")
    return terminal


def test_only_what_is_named_changes_and_locks_hold(terminal: Terminal) -> None:
    said = ("basse une octave plus haut", "moins de charley à la fin", "plus fort")
    result = terminal.run("refine", "loop.mid", *said, "--lock", "piano", "--lock", "1", "--json", "--out", "new.mid")
    assert result.returncode == 0, result.stderr
    before, after = sounds(terminal.folder / "loop.mid"), sounds(terminal.folder / "new.mid")
    assert set(after) == {"Bass", "Piano", "Lead", "Drums"}
    assert after["Piano"] == before["Piano"]
    for name in before:
        assert [each for each in after[name] if each[0] < _BAR] == [each for each in before[name] if each[0] < _BAR]
    assert [each[:2] for each in after["Lead"]] == [each[:2] for each in before["Lead"]]
    raised = [(tick, key + 12) for tick, key, _ in before["Bass"] if tick >= _BAR]
    assert [each[:2] for each in after["Bass"] if each[0] >= _BAR] == raised
    assert bpm(terminal.folder / "new.mid") == 96
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [next(iter(line)) for line in lines] == ["refined", "refined", "refined", "saved"]
    assert lines[0]["refined"]["tracks"] == [{"name": "Bass", "edits": ["une octave plus haut"], "bars": [1, 2, 3]}]
    assert lines[1]["refined"]["tracks"][0]["bars"] == [3]
    assert terminal.left_running() == []


def test_several_in_turn_keep_history_and_never_overwrite_the_file(terminal: Terminal) -> None:
    content = (terminal.folder / "loop.mid").read_bytes()
    result = terminal.run("refine", "loop.mid", "lead staccato", "transpose en do mineur, 120 bpm", "annule", "annule")
    assert result.returncode == 0, result.stderr
    assert (terminal.folder / "loop.mid").read_bytes() == content
    made = terminal.folder / "loop-refined.mid"
    assert bpm(made) == 96
    assert sounds(made) == sounds(terminal.folder / "loop.mid")
    assert result.stdout.count("✎ annule") == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("loop.mid", "raconte une blague"), "Essayez"),
        (("loop.mid", "plus fort", "--lock", "kazoo"), "kazoo"),
        (("nothing.mid", "plus fort"), "nothing.mid"),
        (("loop.mid", "un fill à la mesure 9"), "mesure 9"),
    ],
)
def test_what_cannot_be_done_is_said_and_no_file_is_written(
    terminal: Terminal, arguments: tuple[str, ...], words: str
) -> None:
    result = terminal.run("refine", *arguments, "--locale", "fr", "--out", "new.mid")
    assert result.returncode == 2
    assert words in result.stderr
    assert not (terminal.folder / "new.mid").exists()
