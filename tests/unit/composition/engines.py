"""Engines for tests: one that stands for a language model, and one that always composes; for any kind of draft."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

from boumbapp.music.v2.events_pb2 import SEVERITY_INFO, BarReady, EngineInfo
from boumbapp.music.v2.feel_pb2 import HitFeel
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_KICK,
    DRUM_PIECE_SNARE,
    ROLE_DRUMS,
    ROLE_MELODY,
    Bar,
    DrumHit,
    Key,
    Meter,
    Note,
)

from music.notices import NoticeKind
from services.composition.brief import CompositionBrief
from services.composition.engine import EngineSwitch
from services.drums.engines.brief import DrumsBrief

METER = Meter(beats=4, beat_unit=4)
LOW, HIGH = 60, 72
BPM = 400  # a bar plays 0.6 s, so the deadline of a bar is 0.3 s
MOODY = NoticeKind("MOODY", "It changes its mind.", "Il change d'avis.", SEVERITY_INFO)

Make = Callable[[int, int], Any]


def melody_bar(index: int, voice: int) -> Bar:
    return Bar(index=index, meter=METER, notes=[Note(pitch=voice, duration_steps=4, velocity=100)])


def groove_bar(index: int, voice: int) -> BarReady:
    piece = DRUM_PIECE_KICK if voice == LOW else DRUM_PIECE_SNARE
    bar = Bar(index=index, meter=METER, hits=[DrumHit(piece=piece, velocity=100)])
    return BarReady(bar=bar, feels=[HitFeel()], accents=[100] + [0] * 15)


def melody_brief(bars: int = 4, given: tuple[Bar, ...] = (), locale: str = "en") -> CompositionBrief:
    plan = BarPlan(key=Key(tonic="C", scale="major"), pitch_classes=0b1010_1011_0101)
    constraints = Constraints(
        meter=METER, lowest_pitch=48, highest_pitch=84, max_polyphony=1, plans=[plan], role=ROLE_MELODY
    )
    intent = Intent(bpm=BPM, locale=locale)
    return CompositionBrief(constraints=constraints, intent=intent, bars=bars, seed=5, given_bars=given)


def drums_brief(bars: int = 4, given: tuple[Bar, ...] = (), locale: str = "en") -> DrumsBrief:
    constraints = Constraints(meter=METER, role=ROLE_DRUMS)
    return DrumsBrief(
        constraints=constraints, intent=Intent(bpm=BPM, locale=locale), bars=bars, seed=5, given_bars=given
    )


class LanguageModelEngine:
    """Does at one bar what a language model behind a network may do; composes in a voice of its own until then.

    Args:
        make: Makes a draft of an index in a voice.
        how: "well", "fails", "hangs", "ends", "stays" (will not be cancelled), "nothing", "text", "wrong bar",
            "wrong metre", "wild", "cancels", "switches" (announces another maker, then fails), "endless" (announces
            for ever).
        at: Index of the bar at which it does so.
        voice: What it plays.
        name: Of the engine.
        available: Whether it is there.
    """

    def __init__(
        self,
        make: Make = melody_bar,
        how: str = "well",
        at: int = 0,
        *,
        voice: int = HIGH,
        name: str = "llm",
        available: bool = True,
    ) -> None:
        self.make = make
        self.how = how
        self.at = at
        self.voice = voice
        self.name = name
        self.available = available
        self.primers: list[list[Bar]] = []
        self.asked = 0
        self.open = 0
        self.released = asyncio.Event()

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(name=self.name, available=self.available, model="none")

    async def compose(self, brief: Any) -> AsyncGenerator[Any, Bar | None]:
        self.primers.append(list(brief.given_bars))
        self.open += 1
        try:
            for index in brief.missing:
                self.asked += 1
                if index >= self.at and self.how != "well":
                    async for garbage in self._misbehave(index):
                        yield garbage
                    if self.how in ("ends", "stays"):
                        return
                else:
                    yield self.make(index, self.voice)
        finally:
            self.open -= 1

    async def _misbehave(self, index: int) -> AsyncGenerator[Any, None]:
        match self.how:
            case "fails":
                raise ConnectionError("the model was unloaded")
            case "hangs":
                await asyncio.sleep(3600)
            case "stays":
                await self._stay()
            case "ends":
                return
            case "cancels":
                raise asyncio.CancelledError
            case "switches":
                yield EngineSwitch("somebody", MOODY.notice("en"))
                raise ConnectionError("nobody")
            case "endless":
                while True:
                    yield EngineSwitch("somebody")
            case _:
                yield spoilt(self.make(index, self.voice), self.how)

    async def _stay(self) -> None:
        """Go on until released, whoever cancels."""
        released = self.released
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue


def spoilt(draft: Any, how: str) -> Any:
    """What a language model may yield in place of a draft."""
    bar = draft if isinstance(draft, Bar) else draft.bar
    match how:
        case "nothing":
            return None
        case "text":
            return "C E G"
        case "wrong bar":
            bar.index += 1
        case "wrong metre":
            bar.meter.beats = 7
        case "wild":
            for struck in (*bar.notes, *bar.hits):
                struck.velocity = 9000
    return draft
