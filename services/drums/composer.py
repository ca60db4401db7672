"""Composing grooves: what of it is the drums' alone; the rest is in `services.composition.composer`."""

from collections.abc import Iterator, Sequence

from boumbapp.drums.v2.drums_service_pb2 import ComposeRequest
from boumbapp.music.v2.events_pb2 import BarReady, Notice, Started
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import SOURCE_OVERRIDE, Evidence, Intent, IntentOptions
from boumbapp.music.v2.music_pb2 import (
    ROLE_BASS,
    ROLE_DRUMS,
    ROLE_MELODY,
    Bar,
    Meter,
    Role,
    Swing,
    Track,
)
from boumbapp.theory.v2.theory_service_pb2 import AnalyseResponse

from music.divisions import at_sixteenths
from services.composition.bar_stream import CheckedBar
from services.composition.composer import Composer
from services.composition.errors import wrong_role
from services.composition.notices import NOT_FOLLOWED
from services.drums.engines.brief import DrumsBrief, bar_of
from services.drums.engines.groove_engine import style_of
from services.drums.generation.accents import drum_accents
from services.drums.notices import STYLE_WITHOUT_GROOVE
from services.drums.performance.humanize import feel_in_use
from services.drums.performance.realign import realign_feel
from services.drums.prompt_feel import feel_from_prompt


class DrumsComposer(Composer[ComposeRequest, DrumsBrief, BarReady]):
    """Turns requests for grooves into streams of events."""

    def hints(self, request: ComposeRequest) -> IntentOptions:
        """The hints, for the part that this expert plays unless the prompt says otherwise."""
        chosen = IntentOptions()
        chosen.CopyFrom(request.hints)
        chosen.role = ROLE_DRUMS
        return chosen

    def check_role(self, role: Role.ValueType, field: str) -> None:
        """Refuse pitched parts. See `Composer`."""
        if role != ROLE_DRUMS:
            raise wrong_role(role, ROLE_MELODY, field)

    def brief(
        self, request: ComposeRequest, analysis: AnalyseResponse, given: tuple[Bar, ...], seed: int
    ) -> DrumsBrief:
        """What an engine is asked to compose. See `Composer`."""
        if request.feel.HasField("swing"):
            _override_swing(analysis, request.feel.swing)
        intent, constraints = analysis.intent, analysis.constraints
        return DrumsBrief(
            constraints=constraints,
            intent=intent,
            bars=intent.bars,
            seed=seed,
            feel=_feel(request, intent),
            given_bars=given,
            context=tuple(request.context),
            accents=tuple(request.accents),
            words=request.prompt,
            lock_to=_by_index(_line(request.context), constraints.meter),
        )

    def notices(self, brief: DrumsBrief, engine: str, locale: str) -> Iterator[Notice]:  # noqa: ARG002  any plays alike
        """Tell of a style that has no groove of its own, and of what drums cannot follow. See `Composer`."""
        if brief.intent.shape.HasField("dynamics"):
            what = "une nuance qui change au fil du morceau" if locale == "fr" else "a loudness that changes on the way"
            yield NOT_FOLLOWED.notice(locale, what=what)
        if brief.intent.style and style_of(brief).slug != brief.intent.style:
            words = _style_words(brief.intent) or brief.intent.style.replace("_", " ")
            yield STYLE_WITHOUT_GROOVE.notice(locale, style=words)

    def bar_of(self, draft: BarReady) -> Bar:
        """The bar in a draft."""
        return bar_of(draft)

    def add_to_started(self, started: Started, brief: DrumsBrief) -> None:
        """Tell the feel in use. See `Composer`."""
        started.feel.CopyFrom(feel_in_use(brief.feel, brief.intent, brief.constraints, style_of(brief)))

    def add_to_bar(self, checked: CheckedBar[BarReady]) -> None:
        """Tell what feel added, and the accents: what an engine made, told of the bar as it will be heard."""
        draft, ready = checked.draft, checked.ready
        ready.feels.extend(realign_feel(draft.bar.hits, draft.feels, ready.bar.hits))
        ready.accents.extend(drum_accents(ready.bar))


def _override_swing(analysis: AnalyseResponse, swing: Swing) -> None:
    """Put the swing of the request's feel in the place of what theory understood, in place."""
    intent = analysis.intent
    used = Swing(amount=swing.amount, unit=swing.unit or intent.swing.unit)
    differs = used != intent.swing
    for holder in (intent, analysis.constraints):
        holder.swing.CopyFrom(used)
    for evidence in intent.evidence:
        if evidence.slot == "swing":
            words = evidence.words if differs else ""
            evidence.CopyFrom(Evidence(slot="swing", source=SOURCE_OVERRIDE, words=words, confidence=1))


def _feel(request: ComposeRequest, intent: Intent) -> Feel:
    """What the request says of feel, and its words where no override says otherwise."""
    feel = feel_from_prompt(request.feel, request.prompt, _style_words(intent))
    if request.overrides.density and not request.feel.HasField("complexity"):
        feel.ClearField("complexity")  # the words for it are those that the override wins over
    return feel


def _style_words(intent: Intent) -> str:
    return next((each.words for each in intent.evidence if each.slot == "style"), "")


def _line(context: Sequence[Track]) -> Sequence[Bar]:
    """The bars that the kick locks to: those of the first bass or melody; none where there is neither."""
    return next((track.bars for track in context if track.role in (ROLE_BASS, ROLE_MELODY)), ())


def _by_index(bars: Sequence[Bar], meter: Meter) -> tuple[Bar, ...]:
    """Bars at the place that their index says; empty ones between."""
    known = {bar.index: at_sixteenths(bar) for bar in bars}
    return tuple(known.get(index, Bar(index=index, meter=meter)) for index in range(max(known, default=-1) + 1))
