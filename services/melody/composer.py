"""Composing: understand, announce, then one bar at a time, each checked by theory before it is sent."""

import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Protocol

from boumbapp.melody.v1.melody_service_pb2 import ComposeRequest, ComposeResponse
from boumbapp.music.v1.events_pb2 import BarComposed, Completed, Started
from boumbapp.music.v1.intent_pb2 import Constraints, IntentOptions
from boumbapp.music.v1.music_pb2 import ROLE_DRUMS, Bar, Meter
from boumbapp.theory.v1.theory_service_pb2 import AnalyseResponse, ValidatedBar

from services.chassis.errors import Code, Fault
from services.melody.engine import Brief, Engines

_SEEDS = 2**32


class Theory(Protocol):
    """What composing needs of theory."""

    async def analyse(self, prompt: str, options: IntentOptions, locale: str) -> AnalyseResponse:
        """Understand a prompt."""

    async def validate(self, constraints: Constraints, bar: Bar, locale: str) -> ValidatedBar:
        """Correct a bar."""


class Composer:
    """Turns requests into streams of events.

    Args:
        theory: Says what is allowed and checks every bar.
        engines: Who can compose.
    """

    def __init__(self, theory: Theory, engines: Engines) -> None:
        self._theory = theory
        self._engines = engines

    async def compose(self, request: ComposeRequest, request_id: str, locale: str) -> AsyncIterator[ComposeResponse]:
        """Compose what a request asks for. Each bar is made when the one before it has been taken.

        Raises:
            Fault: The request cannot be served, or theory is away.
        """
        clock = _Clock()
        engine = self._engines.choose(request.engine)
        analysis = await self._theory.analyse(request.prompt, request.options, locale)
        intent, constraints = analysis.intent, analysis.constraints
        if constraints.role == ROLE_DRUMS:
            raise Fault(Code.WRONG_ROLE, field="prompt", value="drums", expert="drums")
        given = tuple(request.given_bars)
        _check_given(given, constraints.meter, intent.bars)
        seed = request.seed if request.HasField("seed") else secrets.randbelow(_SEEDS)
        totals = Completed(started_ms=clock.elapsed_ms())
        yield ComposeResponse(
            started=Started(
                request_id=request_id,
                seed=seed,
                intent=intent,
                constraints=constraints,
                explanation=analysis.explanation,
                suggestions=analysis.suggestions,
                engine=engine.info.name,
                model=engine.info.model,
            )
        )
        brief = Brief(constraints=constraints, intent=intent, bars=intent.bars, seed=seed, given_bars=given)
        played: Bar | None = None
        async with aclosing(engine.compose(brief)) as composing:
            for _ in range(len(given), intent.bars):
                asked = time.perf_counter()
                bar = await composing.asend(played)
                engine_ms = (time.perf_counter() - asked) * 1000
                validated = await self._theory.validate(constraints, bar, locale)
                # The music goes on from the bar that is heard, as it will when a client resumes with it.
                played = validated.bar
                totals.bars += 1
                totals.notes += len(played.notes)
                totals.corrections += len(validated.corrections)
                totals.first_bar_ms = totals.first_bar_ms or clock.elapsed_ms()
                yield ComposeResponse(
                    bar=BarComposed(
                        bar=played,
                        corrections=validated.corrections,
                        engine=engine.info.name,
                        engine_ms=engine_ms,
                    )
                )
        totals.total_ms = clock.elapsed_ms()
        yield ComposeResponse(completed=totals)


class _Clock:
    """Time since a request came in."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def elapsed_ms(self) -> float:
        """Milliseconds since the start."""
        return (time.perf_counter() - self._start) * 1000


def _check_given(given: Sequence[Bar], meter: Meter, bars: int) -> None:
    """Raise Fault unless the given bars are the beginning of the piece and leave something to compose."""
    numbered = [bar.index for bar in given] == list(range(len(given)))
    if not numbered or any(bar.meter != meter for bar in given) or len(given) >= bars:
        raise Fault(Code.GIVEN_BARS, field="given_bars", bars=bars)
