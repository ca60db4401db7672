"""One request: understand, plan, announce, then the bars of all parts in playing order."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from boumbapp.arranger.v2.arranger_service_pb2 import ComposeRequest
from boumbapp.music.v2.events_pb2 import ComposingEvent, EngineInfo, Notice
from boumbapp.theory.v2.theory_service_pb2 import AnalyseResponse

from services.arranger.ensemble.performance import Performance
from services.arranger.experts.expert import Expert
from services.arranger.plan.form import sections_of, with_form
from services.arranger.plan.plan import Plan, plan_parts, shared_harmony
from services.composition.bar_stream import Theory, draw_seed, started, wanted_bars
from services.composition.composer import about_words, understood
from services.composition.context_harmony import in_context
from services.composition.event_writer import EventWriter
from services.composition.heartbeat import with_heartbeat
from services.composition.know_how import KnowHowClient
from services.composition.scheduling.playhead import Playhead

NAME = "arranger"


class Arranger:
    """Turns requests into streams of events.

    Args:
        theory: Understands prompts.
        drums: Composes drums.
        melody: Composes all other parts.
        patience_s: Seconds that the end of a piece waits for parts whose expert is away.
        heartbeat_s: Seconds without a bar after which a Progress tells that work goes on, and again after as many.
        know_how: Finds the pages that a prompt is about.
    """

    def __init__(
        self,
        theory: Theory,
        drums: Expert,
        melody: Expert,
        patience_s: float,
        heartbeat_s: float,
        know_how: KnowHowClient,
    ) -> None:
        self._theory = theory
        self._drums = drums
        self._melody = melody
        self._patience_s = patience_s
        self._heartbeat_s = heartbeat_s
        self._know_how = know_how

    async def compose(
        self, request: ComposeRequest, request_id: str, locale: str
    ) -> AsyncGenerator[ComposingEvent, None]:
        """Compose what a request asks for.

        Args:
            request: From the caller.
            request_id: Identifies it.
            locale: Language of texts, "fr" or "en".

        Raises:
            ApiError: The request cannot be served, or every expert is away.
            UpstreamError: Theory refuses the request, or every expert does.
        """
        events = EventWriter()
        playhead = Playhead(request.playback)
        seed = request.seed if request.HasField("seed") else draw_seed()
        analysis = await understood(self._theory, request, request.hints, seed, locale)
        analysis = await in_context(self._theory, await self._formed(analysis, seed), request.context, seed)
        plan = _plan(request, analysis, seed, locale, playhead)
        first = started(analysis, request_id, plan.seed, EngineInfo(name=NAME, repeatable=True))
        del first.tracks[:]
        first.tracks.extend(part.track for part in plan.sent)
        first.know_how.extend((await self._know_how.find(request.prompt, analysis.intent, locale)).pages)
        yield events.started(first)
        for notice in about_words(analysis):
            yield events.notice(notice)
        total = sum(index not in part.given for part in plan.sent for index in plan.wanted)
        performance = Performance(plan, self._drums, self._melody, self._patience_s)
        async with aclosing(events.making(with_heartbeat(performance.bars(), self._heartbeat_s))) as items:
            async for item in items:
                if item is None:
                    yield events.progress(total, locale)
                elif isinstance(item, Notice):
                    yield events.notice(item)
                else:
                    yield events.bar(item)
        yield events.completed()

    async def _formed(self, analysis: AnalyseResponse, seed: int) -> AnalyseResponse:
        """The same with a form; the constraints follow it: sections have harmony of their own."""
        intent = with_form(analysis.intent)
        if intent != analysis.intent:
            analysis.constraints.CopyFrom(await self._theory.constrain(intent, seed))
        analysis.intent.CopyFrom(intent)
        return analysis


def _plan(request: ComposeRequest, analysis: AnalyseResponse, seed: int, locale: str, playhead: Playhead) -> Plan:
    """Plan what a request asks for. Raises ApiError when it asks for what cannot be."""
    intent = shared_harmony(analysis.intent, analysis.constraints)
    parts = plan_parts(request.parts, intent, seed, locale)
    missing = sorted({index for part in parts for index in range(intent.bars) if index not in part.given})
    wanted = tuple(wanted_bars(request.compose, missing, intent.bars))
    playhead.follow(intent.meter, intent.bpm, min(wanted, default=0))
    return Plan(
        intent=intent,
        constraints=analysis.constraints,
        seed=seed,
        parts=parts,
        sections=sections_of(intent),
        feel=request.feel,
        context=tuple(request.context),
        wanted=wanted,
        locale=locale,
        playhead=playhead,
    )
