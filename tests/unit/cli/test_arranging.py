"""Several parts in the command: what is asked for, what is shown, and how it sounds."""

import io
import wave

import numpy as np
import pytest
from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.music.v2.events_pb2 import BarReady, Completed, ComposingEvent, Started
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_KICK,
    ROLE_BASS,
    ROLE_DRUMS,
    Bar,
    DrumHit,
    Key,
    Meter,
    Note,
    Track,
)
from rich.console import Console

from cli.audio.mix import render_tracks
from cli.messages import texts as languages
from cli.messages.events import read_event
from cli.options import ArrangeOptions
from cli.render.ensemble import Ensemble
from cli.render.view import Names
from cli.request import compose_request
from services.chassis.errors.catalogue import ApiError

METER = Meter(beats=4, beat_unit=4)
TRACKS = [Track(id="drums", name="batterie", role=ROLE_DRUMS), Track(id="bass", name="basse", role=ROLE_BASS)]


def bar(track: str, index: int) -> BarReady:
    if track == "drums":
        return BarReady(
            track=track,
            bar=Bar(
                index=index, meter=METER, hits=[DrumHit(piece=DRUM_PIECE_KICK, step=s, velocity=90) for s in (0, 8)]
            ),
        )
    note = Note(pitch=36 + index, start_step=4, duration_steps=4, velocity=90, name=f"C{index}")
    return BarReady(track=track, bar=Bar(index=index, meter=METER, notes=[note]))


def test_parts_are_asked_for_by_name() -> None:
    request = compose_request(ArrangeOptions(prompt="p", parts="drums, bass", key="C minor", chords="Am F", bars=8))
    assert isinstance(request, arranger.ComposeRequest)
    assert [part.role for part in request.parts] == [ROLE_DRUMS, ROLE_BASS]
    assert (request.overrides.key_text, request.overrides.progression, request.overrides.bars) == ("C minor", "Am F", 8)
    assert not compose_request(ArrangeOptions(prompt="p")).parts  # type: ignore[union-attr]  # of an arrangement
    with pytest.raises(ApiError, match="kazoo"):
        compose_request(ArrangeOptions(prompt="p", parts="kazoo"))


def shown(*bars: BarReady) -> str:
    output = io.StringIO()
    console = Console(file=output, width=80, highlight=False, markup=False, emoji=False)
    view = Ensemble(languages.of("fr"), "house", console)
    intent = Intent(key=Key(tonic="C", scale="minor"), bars=2, bpm=120, meter=METER, locale="fr")
    events = [
        ComposingEvent(started=Started(intent=intent, tracks=TRACKS)),
        *(ComposingEvent(bar=each) for each in bars),
        ComposingEvent(completed=Completed(bars=len(bars))),
    ]
    for event in events:
        view.event(read_event(arranger.ComposeResponse(event=event)), Names())
    view.close()
    return output.getvalue()


def test_every_part_is_drawn_under_its_name() -> None:
    text = shown(bar("drums", 0), bar("bass", 0), bar("drums", 1), bar("bass", 1))
    lines = text.splitlines()
    assert any("batterie, basse" in line for line in lines)
    places = [next(i for i, line in enumerate(lines) if line.strip() == name) for name in ("batterie", "basse")]
    assert places == sorted(places)
    kick = next(line for line in lines if line.strip().startswith("kick"))
    assert sum(kick.count(glyph) for glyph in "░▒▓█-+*#") == 4
    assert {"C0", "C1"} <= {line.split()[0] for line in lines if line.strip()}


def test_a_part_without_bars_leaves_the_others_on_the_screen() -> None:
    text = shown(bar("drums", 0), bar("drums", 1))
    kick = next(line for line in text.splitlines() if line.strip().startswith("kick"))
    assert sum(kick.count(glyph) for glyph in "░▒▓█-+*#") == 4


def test_a_mix_holds_all_parts_each_as_long_as_it_plays() -> None:
    drums = Track(role=ROLE_DRUMS, bars=[bar("drums", 0).bar])
    bass = Track(role=ROLE_BASS, bars=[bar("bass", 0).bar, bar("bass", 1).bar])

    def heard(*tracks: Track) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        with wave.open(io.BytesIO(render_tracks(tracks, 120))) as file:
            return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768

    alone, both = heard(bass), heard(drums, bass)
    assert len(both) == len(alone)
    assert np.abs(alone[:8000]).max() == 0
    assert np.abs(both[:8000]).max() > 0.1
    assert 0.7 < np.abs(both).max() <= 0.81
    assert len(heard()) == 0
