"""The hybrid engine: the specialist begins, Magenta continues, and the specialist takes over when Magenta fails.

A bar that Magenta does not deliver in time comes from the specialist, and so do all after it: the listener hears of it
in a Notice, and the music does not stop.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from boumbapp.music.v1.events_pb2 import EngineInfo, Notice
from boumbapp.music.v1.intent_pb2 import Constraints
from boumbapp.music.v1.music_pb2 import ROLE_MELODY, Bar, Meter

from music.meter import step_weights, steps_per_bar
from music.performance.dynamics import VELOCITY, velocities
from music.performance.timing import delays, in_ticks
from music.random_streams import stream_for_bar
from services.chassis.errors.catalogue import ApiError, Code
from services.chassis.errors.status import UpstreamError
from services.composition.engine import EngineSwitch
from services.melody.plan.brief import Brief, Engine
from services.melody.styles.style_idiom import idiom_of

NAME = "hybrid"
MAGENTA = "magenta"
# A bar may take this share of the time that the one before it plays, within bounds in seconds.
_SHARE, _SHORTEST_S, _LONGEST_S = 0.5, 0.2, 1.0
_SECONDS_PER_STEP_AT_ONE_BPM = 15.0
# Purpose of the random numbers that humanise a bar; the specialist uses 0 to 3.
_PERFORMANCE = 4
_NOTICES = {
    "ENGINE_FALLBACK": {
        "en": "Magenta does not answer; the specialist goes on from bar {bar}.",
        "fr": "Magenta ne répond pas ; le spécialiste continue à partir de la mesure {bar}.",
    },
    "MELODIES_ONLY": {
        "en": "Magenta plays melodies only; the specialist plays this part.",
        "fr": "Magenta ne joue que des mélodies ; le spécialiste joue cette partie.",
    },
}


class Magenta(Protocol):
    """What the engine needs of the magenta service."""

    def continue_bars(
        self, played: Sequence[Bar], constraints: Constraints, bars: int, seed: int
    ) -> AsyncGenerator[Bar, None]:
        """Yield the bars that continue others."""


class HybridEngine:
    """Composes melodies with a specialist and Magenta.

    Args:
        specialist: Makes the first bar, and the rest when it has to.
        magenta: Continues.
    """

    def __init__(self, specialist: Engine, magenta: Magenta) -> None:
        self._specialist = specialist
        self._magenta = magenta
        # It can always compose: at worst it is the specialist with a Notice.
        self.info = EngineInfo(name=NAME, available=True, model=f"{specialist.info.model} and {MAGENTA}")

    async def compose(self, brief: Brief) -> AsyncGenerator[Bar | EngineSwitch, Bar | None]:
        """Yield the bars after the given ones; see `services.composition.engine.Engine`."""
        played = list(brief.given_bars)
        specialist = self._specialist.info.name
        if brief.constraints.role != ROLE_MELODY:
            yield EngineSwitch(specialist, _notice("MELODIES_ONLY", brief, len(played)))
        else:
            if len(played) < brief.bars and not _has_notes(played):
                yield EngineSwitch(specialist)
            while len(played) < brief.bars and not _has_notes(played):
                bar = await self._one_bar(brief, played)
                played.append((yield bar) or bar)
            if len(played) == brief.bars:
                return
            yield EngineSwitch(MAGENTA)
            try:
                async with aclosing(_Continued(self._magenta, brief)) as continued:
                    while len(played) < brief.bars:
                        bar = _humanised(await continued.next_bar(played), brief)
                        played.append((yield bar) or bar)
                return
            except (ApiError, UpstreamError):
                yield EngineSwitch(specialist, _notice("ENGINE_FALLBACK", brief, len(played)))
        rest = self._specialist.compose(replace(brief, given_bars=tuple(played)))
        async with aclosing(rest):
            changed: Bar | None = None
            for _ in range(len(played), brief.bars):
                changed = yield await rest.asend(changed)

    async def _one_bar(self, brief: Brief, played: Sequence[Bar]) -> Bar:
        """The specialist's next bar."""
        async with aclosing(self._specialist.compose(replace(brief, given_bars=tuple(played)))) as composing:
            made = await anext(composing)
        assert isinstance(made, Bar)
        return made


class _Continued:
    """Magenta's stream for one piece; asked anew when a bar was changed after it was made."""

    def __init__(self, magenta: Magenta, brief: Brief) -> None:
        self._magenta = magenta
        self._brief = brief
        self._stream: AsyncGenerator[Bar, None] | None = None
        self._made: Bar | None = None
        bar_s = steps_per_bar(brief.constraints.meter) * _SECONDS_PER_STEP_AT_ONE_BPM / brief.intent.bpm
        self._deadline_s = min(max(bar_s * _SHARE, _SHORTEST_S), _LONGEST_S)

    async def next_bar(self, played: Sequence[Bar]) -> Bar:
        """The bar after those that were heard. Raises ApiError or UpstreamError when Magenta has none in time."""
        if self._made is not None and _sound(self._made) != _sound(played[-1]):
            await self.aclose()
        try:
            async with asyncio.timeout(self._deadline_s):
                if self._stream is None:
                    brief = self._brief
                    self._stream = self._magenta.continue_bars(played, brief.constraints, brief.bars, brief.seed)
                self._made = await anext(self._stream)
        except TimeoutError:
            raise ApiError(Code.DEADLINE, private="magenta: no bar in time") from None
        except StopAsyncIteration:
            raise ApiError(Code.INTERNAL, private="magenta: too few bars") from None
        return self._made

    async def aclose(self) -> None:
        """End the stream."""
        if self._stream is not None:
            await self._stream.aclose()
            self._stream = None


def _has_notes(bars: Sequence[Bar]) -> bool:
    return any(bar.notes for bar in bars)


def _sound(bar: Bar) -> list[tuple[int, int, int, bool]]:
    """What Magenta hears of a bar."""
    return [(note.start_step, note.duration_steps, note.pitch, note.tied) for note in bar.notes]


def _humanised(bar: Bar, brief: Brief) -> Bar:
    """A bar of Magenta, which knows neither dynamics nor micro-timing, with both; rhythm and pitches stay."""
    draw = stream_for_bar(brief.seed, bar.index, _PERFORMANCE)
    machine = idiom_of(brief.intent.style).machine
    onsets = sorted({note.start_step for note in bar.notes})
    loudness = velocities(onsets, ROLE_MELODY, step_weights(bar.meter), draw, machine=machine)
    late = delays(onsets, ROLE_MELODY, brief.constraints.swing, draw, machine=machine)
    humanised = Bar(index=bar.index, meter=Meter(beats=bar.meter.beats, beat_unit=bar.meter.beat_unit))
    for written in bar.notes:
        note = humanised.notes.add()
        note.CopyFrom(written)
        note.velocity = VELOCITY[ROLE_MELODY] if note.tied else loudness[note.start_step]
        note.offset_ticks = 0 if note.tied else in_ticks(late[note.start_step])
    return humanised


def _notice(code: str, brief: Brief, index: int) -> Notice:
    """A notice in the caller's language; bars are counted from 1."""
    text = _NOTICES[code]["fr" if brief.intent.locale == "fr" else "en"]
    return Notice(code=code, message=text.format(bar=index + 1))
