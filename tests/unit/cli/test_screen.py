"""What people see, on a terminal and in plain text."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.melody.v2.melody_service_pb2 import ComposeResponse
from boumbapp.music.v2.events_pb2 import BarReady, Completed, ComposingEvent, Correction, Notice, Started
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Alternative, Evidence, Intent, Modulation, Source
from boumbapp.music.v2.music_pb2 import (
    Bar,
    Chord,
    DrumHit,
    DrumPiece,
    Key,
    Level,
    Meter,
    Note,
    Role,
    Swing,
    SwingUnit,
)
from rich.console import Console

from cli.messages import texts as languages
from cli.messages.events import Event, read_event
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from cli.render.screen import Screen
from cli.render.view import Names, Saved
from launcher.supervisor import Change, State

METER = Meter(beats=4, beat_unit=4)
NAMES = Names(scales={"minor": "mineur"}, styles={"funk": "funk"}, moods={})
INTENT = Intent(
    key=Key(tonic="Bb", scale="minor"),
    role=Role.ROLE_BASS,
    style="funk",
    density=Level.LEVEL_HIGH,
    register=Level.LEVEL_LOW,
    bpm=92.5,
    bars=5,
    meter=METER,
    locale="fr",
    evidence=[
        Evidence(slot="key.tonic", source=Source.SOURCE_PROMPT, words="en Sib"),
        Evidence(slot="key.scale", source=Source.SOURCE_STYLE),
        Evidence(slot="style", source=Source.SOURCE_PROMPT, words="funky"),
        Evidence(slot="bpm", source=Source.SOURCE_STYLE),
        Evidence(slot="density", source=Source.SOURCE_PROMPT, words="dense"),
        Evidence(slot="register", source=Source.SOURCE_DEFAULT),
        Evidence(slot="bars", source=Source.SOURCE_OVERRIDE),
    ],
)


def started(intent: Intent = INTENT) -> Event:
    return happened(started=Started(seed=7, intent=intent, explanation="Parce que.", engine="specialist", model="m 1"))


def happened(**event: object) -> Event:
    return read_event(ComposeResponse(event=ComposingEvent(**event)))  # type: ignore[arg-type]


def drummed(**event: Any) -> Event:
    return read_event(drums.ComposeResponse(event=ComposingEvent(**event)))


def refined(**event: Any) -> Event:
    return read_event(drums.RefineResponse(event=ComposingEvent(**event)))


def bar(index: int, *corrections: Correction) -> Event:
    notes = [Note(pitch=34 + index, start_step=index, duration_steps=2, velocity=90, name=f"C{index}")]
    return happened(
        bar=BarReady(bar=Bar(index=index, meter=METER, notes=notes), corrections=corrections, engine="specialist")
    )


def screen(*, terminal: bool = False, width: int = 80, locale: str = "fr") -> tuple[Screen, io.StringIO]:
    output = io.StringIO()
    console = Console(
        file=output, force_terminal=terminal, width=width, height=60, highlight=False, markup=False, emoji=False,
        legacy_windows=False, _environ={"TERM": "xterm-256color"},
    )  # fmt: skip
    return Screen(languages.of(locale), "une basse [bold]funky", console), output


def plain(output: io.StringIO) -> list[str]:
    return [line.rstrip() for line in output.getvalue().splitlines()]


def test_what_was_understood_is_shown_with_the_words_that_say_so() -> None:
    view, output = screen()
    view.event(started(), NAMES)
    rows = {line.split()[0]: re.split(r"\s{2,}", line.strip())[1:] for line in plain(output) if line.strip()}
    assert rows["tonalité"] == ["Si♭ mineur", "« en Sib », par le style"]
    assert rows["partie"] == ["basse"]
    assert rows["style"] == ["funk", "« funky »"]
    assert rows["tempo"] == ["92.5 BPM", "par le style"]
    assert rows["densité"] == ["haute", "« dense »"]
    assert rows["durée"] == ["5 mesures", "votre option"]
    assert "registre" not in rows  # by default, so it says nothing
    assert "♪ une basse [bold]funky" in output.getvalue()
    assert "Parce que." in output.getvalue()


def test_values_of_a_newer_service_are_left_blank() -> None:
    newer = Intent()
    newer.CopyFrom(INTENT)
    newer.density = newer.swing.unit = newer.evidence[2].source = 99  # type: ignore[assignment]
    newer.swing.amount = 0.2
    view, output = screen()
    view.event(started(newer), NAMES)
    rows = {line.split()[0]: re.split(r"\s{2,}", line.strip())[1:] for line in plain(output) if line.strip()}
    assert rows["durée"] == ["5 mesures", "votre option"]
    assert "densité" not in rows


def test_without_names_the_slugs_are_shown() -> None:
    view, output = screen(locale="en")
    view.event(started(Intent(key=Key(tonic="F#", scale="minor_pentatonic"), meter=METER)), Names())
    assert "F♯ minor pentatonic" in output.getvalue()


def test_chords_later_keys_and_alternatives_are_shown() -> None:
    intent = Intent(
        key=Key(tonic="G", scale="minor"),
        meter=METER,
        progression=[Chord(symbol="Gm7"), Chord(symbol="Eb")],
        modulations=[Modulation(key=Key(tonic="A", scale="minor"), bar=4)],
        vague=True,
        alternatives=[Alternative(key=Key(tonic="D", scale="hirajoshi"), label="hirajoshi", description="5 notes")],
        evidence=[
            Evidence(slot=slot, source=Source.SOURCE_PROMPT, words="w") for slot in ("progression", "modulations")
        ],
    )
    view, output = screen()
    view.event(started(intent), NAMES)
    text = " ".join(output.getvalue().split())
    assert "accords Gm7 Eb « w »" in text
    assert "puis La mineur dès la mesure 5 « w »" in text
    assert 'Ré hirajoshi 5 notes --key "D hirajoshi"' in text


@pytest.mark.parametrize("terminal", [False, True])
def test_every_bar_ends_up_on_the_screen_once_with_its_remarks_below_it(terminal: bool) -> None:
    view, output = screen(terminal=terminal)
    view.starting(Change(name="theory", state=State.READY))
    view.event(started(), NAMES)
    before = Note(pitch=30, name="F#1")
    for index in range(5):
        corrected = Correction(note=before, note_after=Note(name="F1"), explanation="Hors de la gamme.")
        view.event(bar(index, *[corrected] * (index == 1)), NAMES)
    view.event(happened(notice=Notice(code="N", message="Le moteur a changé.")), NAMES)
    view.event(happened(completed=Completed(bars=5, notes=5, started_ms=3, first_bar_ms=9, total_ms=40)), NAMES)
    lines = replay(output) if terminal else plain(output)
    rolls = [line for line in lines if "│" in line]
    assert [line.split("│")[0].strip() for line in rolls] == ["C3", "C2", "C1", "C0", "C4"]  # four bars, then the fifth
    first_roll, correction = lines.index(rolls[3]), lines.index("  ✎ mesure 2 : F#1 → F1. Hors de la gamme.")
    assert correction == first_roll + 1
    assert lines.index("  ! Le moteur a changé.") == lines.index(rolls[4]) + 1
    text = "\n".join(lines)
    assert "compris en 3 ms · première mesure 9 ms · 5 mesures, 5 notes en 40 ms" in text
    assert "specialist · pour la même musique : --seed 7" in text
    assert "composition" not in text


def replay(output: io.StringIO) -> list[str]:
    """Lines that stay on a terminal after all that was written to it: a terminal of our own, for what Live uses."""
    lines, row = [""], 0
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\n|\r|[^\x1b\n\r]+", output.getvalue()):
        if token == "\n":
            row += 1
            if row == len(lines):
                lines.append("")
        elif token.endswith("A") and token.startswith("\x1b"):
            row -= int(token[2:-1])
        elif token == "\x1b[2K":
            lines[row] = ""
        elif not token.startswith("\x1b") and token != "\r":
            lines[row] += token
    return [line.rstrip() for line in lines]


@pytest.mark.parametrize("width", [20, 33, 40, 60, 100, 200])
def test_nothing_is_wider_than_the_screen(width: int) -> None:
    view, output = screen(width=width)
    view.event(started(), NAMES)
    for index in range(5):
        view.event(bar(index, Correction(note=Note(name="F#1"), explanation="Une raison assez longue.")), NAMES)
    view.event(happened(completed=Completed(bars=5)), NAMES)
    view.done(["Une idée qui prend bien plus de place qu'il n'y en a."])
    assert max(len(line) for line in plain(output)) <= width
    removed = "mesure 5 : F#1 retirée."
    assert removed in re.sub(r"\s+", " ", output.getvalue())


def test_an_interruption_shows_what_came_and_says_so() -> None:
    view, output = screen(terminal=True)
    view.event(started(), NAMES)
    view.event(bar(0), NAMES)
    view.interrupted(1, 5)
    text = "\n".join(replay(output))
    assert "C0 │" in text
    assert "Interrompu après la mesure 1 sur 5" in text


def test_a_problem_comes_after_what_there_is_with_what_to_do() -> None:
    view, output = screen()
    view.event(started(), NAMES)
    view.event(bar(0), NAMES)
    view.problem(UserError(message="Le studio ne répond pas.", advice="Réessayez.", exit=ExitCode.UNAVAILABLE))
    lines = plain(output)
    assert lines[-2:] == ["  ✗ Le studio ne répond pas.", "    Réessayez."]
    assert any("C0 │" in line for line in lines)


def test_the_end_tells_where_the_file_is_and_what_to_try() -> None:
    view, output = screen(locale="en")
    view.done(["darker", "slower"])
    view.saved(Saved(path=Path("a-2.mid"), size=1, wanted=Path("a.mid")))
    view.saved(Saved(path=Path("a.mid"), size=1, replaced=True))
    text = output.getvalue()
    assert re.search(r"• darker *\n *• slower", text)
    assert "✓ saved a-2.mid, since a.mid exists" in text
    assert "✓ saved a.mid, over what was there" in text


def groove(index: int, *hits: DrumHit) -> Event:
    made = BarReady(bar=Bar(index=index, meter=METER, hits=hits))
    return drummed(bar=made)


def drums_started() -> Event:
    intent = Intent(key=Key(tonic="A", scale="minor"), role=Role.ROLE_DRUMS, bpm=140, bars=1, meter=METER, vague=True)
    intent.alternatives.add(label="hirajoshi", description="5 notes")
    feel = Feel(intensity=0.6, complexity=0.5, swing=Swing(amount=0.2, unit=SwingUnit.SWING_UNIT_EIGHTH), humanise=0.3)
    began = Started(seed=7, intent=intent, explanation="Parce que.", engine="skeleton", feel=feel)
    return drummed(started=began)


def test_drums_show_a_step_grid_their_feel_and_no_key() -> None:
    view, output = screen()
    view.event(drums_started(), NAMES)
    view.event(groove(0, *(DrumHit(piece=DrumPiece.DRUM_PIECE_KICK, step=s, velocity=110) for s in (0, 8))), NAMES)
    view.event(drummed(completed=Completed(bars=1, notes=2)), NAMES)
    text = output.getvalue()
    assert "kick │█   ·   █   ·   │" in text
    assert "intensité 60% · complexité 50% · swing 60% croches · humain 30%" in text
    assert "1 mesure, 2 coups" in text
    assert "tonalité" not in text
    assert "hirajoshi" not in text


def test_a_corrected_hit_is_named_by_its_piece() -> None:
    view, output = screen()
    view.event(drums_started(), NAMES)
    hit = DrumHit(piece=DrumPiece.DRUM_PIECE_OPEN_HAT, velocity=90)
    gone = Correction(hit=hit, explanation="Deux fois.")
    eased = Correction(hit=DrumHit(piece=DrumPiece.DRUM_PIECE_RIDE), hit_after=hit, explanation="Trop fort.")
    made = BarReady(bar=Bar(meter=METER, hits=[hit]), corrections=[gone, eased])
    view.event(drummed(bar=made), NAMES)
    view.event(drummed(completed=Completed(bars=1, notes=1)), NAMES)
    names = languages.of("fr").pieces
    text = " ".join(output.getvalue().split())
    assert languages.of("fr").removed.format(bar=1, before=names["open_hat"], after="", why="Deux fois.") in text
    assert f"{names['ride']} → {names['open_hat']}" in text


@pytest.mark.parametrize("terminal", [False, True])
def test_a_refinement_tells_its_edits_and_draws_the_bars_anew(terminal: bool) -> None:
    view, output = screen(terminal=terminal)
    view.event(drums_started(), NAMES)
    view.event(groove(0, DrumHit(piece=DrumPiece.DRUM_PIECE_KICK, velocity=110)), NAMES)
    view.event(drummed(completed=Completed(bars=1)), NAMES)
    refining = Started(edits=["sans grosse caisse", "plus vite"], bpm=150)
    view.event(refined(started=refining), NAMES)
    view.event(refined(notice=Notice(code="X", message="Non compris.")), NAMES)
    made = BarReady(bar=Bar(meter=METER))
    view.event(refined(bar=made), NAMES)
    view.event(refined(completed=Completed(bars=1)), NAMES)
    lines = replay(output) if terminal else plain(output)
    grids = [line for line in lines if "│" in line]
    assert [grid.split("│")[0].strip() for grid in grids] == ["kick", ""]
    assert lines.index("  ✎ sans grosse caisse") < lines.index("  ✎ plus vite") < lines.index(grids[1])
    assert lines.index("  ! Non compris.") == lines.index(grids[1]) + 1
    assert any("150 BPM" in line for line in lines)
    assert sum("--seed 7" in line for line in lines) == 1
