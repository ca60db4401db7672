"""Composing: understand, announce, then one bar at a time, each checked by theory before it is sent."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing

from boumbapp.drums.v1.drums_service_pb2 import ComposeRequest, ComposeResponse, GrooveBar, GrooveStarted
from boumbapp.music.v1.events_pb2 import BarComposed
from boumbapp.music.v1.intent_pb2 import Intent, IntentOptions
from boumbapp.music.v1.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Bar,
    Meter,
    Role,
)

from music.divisions import at_sixteenths
from services.chassis.errors.catalogue import ApiError, Code
from services.composition.bar_stream import Theory, Totals, checked_bars, draw_seed, read_given, started
from services.drums.engines.brief import Brief, EngineRegistry
from services.drums.engines.groove_engine import style_of
from services.drums.generation.accents import drum_accents
from services.drums.performance.humanize import feel_in_use
from services.drums.performance.realign import realign_feel
from services.drums.prompt_feel import feel_from_prompt

_PARTS: Mapping[str, Mapping[Role.ValueType, str]] = {
    "en": {
        ROLE_MELODY: "melody",
        ROLE_BASS: "bass",
        ROLE_CHORDS: "chords",
        ROLE_ARPEGGIO: "arpeggios",
        ROLE_PAD: "pads",
    },
    "fr": {
        ROLE_MELODY: "mélodie",
        ROLE_BASS: "basse",
        ROLE_CHORDS: "accords",
        ROLE_ARPEGGIO: "arpège",
        ROLE_PAD: "nappe",
    },
}


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
        analysis = await self._theory.analyse(request.prompt, _for_drums(request.options), locale)
        intent, constraints = analysis.intent, analysis.constraints
        if constraints.role != ROLE_DRUMS:
            part = _PARTS[locale].get(constraints.role, Role.Name(constraints.role))
            raise ApiError(Code.WRONG_ROLE, field="prompt", value=part, expert="melody")
        given = read_given(request.given_bars, constraints.meter, intent.bars)
        seed = request.seed if request.HasField("seed") else draw_seed()
        brief = Brief(
            constraints=constraints,
            intent=intent,
            bars=intent.bars,
            seed=seed,
            feel=feel_from_prompt(request.feel, request.prompt, _style_words(intent)),
            given_bars=given,
            lock_to=_by_index(request.lock_to, constraints.meter),
        )
        totals.start()
        yield ComposeResponse(
            started=GrooveStarted(
                started=started(analysis, request_id, seed, engine.info),
                feel=feel_in_use(brief.feel, intent, style_of(brief)),
            )
        )
        async with aclosing(checked_bars(engine, brief, _bar, self._theory, constraints, locale)) as bars:
            async for checked in bars:
                for notice in checked.notices:
                    yield ComposeResponse(notice=notice)
                totals.add(checked.composed)
                yield ComposeResponse(bar=_as_heard(checked.made, checked.composed))
        yield ComposeResponse(completed=totals.complete())


def _bar(made: GrooveBar) -> Bar:
    return made.composed.bar


def _as_heard(made: GrooveBar, composed: BarComposed) -> GrooveBar:
    """What an engine made, told of the bar as it will be heard."""
    feels = realign_feel(made.composed.bar.hits, made.feels, composed.bar.hits)
    return GrooveBar(composed=composed, feels=feels, accents=drum_accents(composed.bar))


def _for_drums(options: IntentOptions) -> IntentOptions:
    """The options, for the part that this expert plays unless the prompt says otherwise."""
    chosen = IntentOptions()
    chosen.CopyFrom(options)
    chosen.role = ROLE_DRUMS
    return chosen


def _style_words(intent: Intent) -> str:
    return next((each.words for each in intent.evidence if each.slot == "style"), "")


def _by_index(bars: Sequence[Bar], meter: Meter) -> tuple[Bar, ...]:
    """Bars at the place that their index says; empty ones between."""
    known = {bar.index: at_sixteenths(bar) for bar in bars}
    return tuple(known.get(index, Bar(index=index, meter=meter)) for index in range(max(known, default=-1) + 1))
