"""Composing: understand, announce, then one bar at a time, each checked by theory before it is sent."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from boumbapp.melody.v1.melody_service_pb2 import ComposeRequest, ComposeResponse
from boumbapp.music.v1.music_pb2 import ROLE_DRUMS, Bar

from services.chassis.errors.catalogue import ApiError, Code
from services.composition.bar_stream import Theory, Totals, checked_bars, draw_seed, read_given, started
from services.melody.plan.brief import Brief, EngineRegistry


class Composer:
    """Turns requests into streams of events.

    Args:
        theory: Says what is allowed and checks every bar.
        engines: Who can compose.
    """

    def __init__(self, theory: Theory, engines: EngineRegistry) -> None:
        self._theory = theory
        self._engines = engines

    async def compose(self, request: ComposeRequest, request_id: str, locale: str) -> AsyncIterator[ComposeResponse]:
        """Compose what a request asks for. Each bar is made when the one before it has been taken.

        Raises:
            ApiError: The request cannot be served, or theory is away.
        """
        totals = Totals()
        engine = self._engines.choose(request.engine)
        analysis = await self._theory.analyse(request.prompt, request.options, locale)
        intent, constraints = analysis.intent, analysis.constraints
        if constraints.role == ROLE_DRUMS:
            raise ApiError(Code.WRONG_ROLE, field="prompt", value="drums", expert="drums")
        given = read_given(request.given_bars, constraints.meter, intent.bars)
        seed = request.seed if request.HasField("seed") else draw_seed()
        totals.start()
        yield ComposeResponse(started=started(analysis, request_id, seed, engine.info))
        brief = Brief(constraints=constraints, intent=intent, bars=intent.bars, seed=seed, given_bars=given)
        async with aclosing(checked_bars(engine, brief, _bar, self._theory, constraints, locale)) as bars:
            async for checked in bars:
                for notice in checked.notices:
                    yield ComposeResponse(notice=notice)
                totals.add(checked.composed)
                yield ComposeResponse(bar=checked.composed)
        yield ComposeResponse(completed=totals.complete())


def _bar(made: Bar) -> Bar:
    return made
