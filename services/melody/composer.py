"""Composing pitched parts: what of it is melody's alone; the rest is in `services.composition.composer`."""

from collections.abc import Iterator

from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.music.v2.events_pb2 import Notice
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Role
from boumbapp.theory.v2.theory_service_pb2 import AnalyseResponse

from services.chassis.errors.catalogue import NOT_ALLOWED, ApiError
from services.composition.brief import CompositionBrief
from services.composition.composer import Composer
from services.composition.context_harmony import in_context
from services.composition.errors import wrong_role
from services.composition.notices import NOT_FOLLOWED
from services.melody.engines.melody_engine import bar_of
from services.melody.shape_notices import not_followed


class MelodyComposer(Composer[ComposeRequest, CompositionBrief, Bar]):
    """Turns requests for melodies, basses and other pitched parts into streams of events."""

    def check_role(self, role: Role.ValueType, field: str) -> None:
        """Refuse drums. See `Composer`."""
        if role == ROLE_DRUMS:
            raise wrong_role(role, ROLE_DRUMS, field)

    async def adapted(self, request: ComposeRequest, analysis: AnalyseResponse, seed: int) -> AnalyseResponse:
        """With the chords of the tracks beside it. See `Composer`."""
        return await in_context(self._theory, analysis, request.context, seed)

    def brief(
        self,
        request: ComposeRequest,
        analysis: AnalyseResponse,
        given: tuple[Bar, ...],
        seed: int,
    ) -> CompositionBrief:
        """What an engine is asked to compose. See `Composer`."""
        rhythms = _rhythms(request, given)
        return CompositionBrief(
            constraints=analysis.constraints,
            intent=analysis.intent,
            bars=analysis.intent.bars,
            seed=seed,
            given_bars=tuple(bar for bar in given if bar not in rhythms),
            rhythms=rhythms,
            context=tuple(request.context),
            accents=tuple(request.accents),
            words=request.prompt,
        )

    def notices(self, brief: CompositionBrief, engine: str, locale: str) -> Iterator[Notice]:
        """Tell of what the engine cannot follow. See `Composer`."""
        for what in not_followed(brief, engine, locale):
            yield NOT_FOLLOWED.notice(locale, what=what)

    def bar_of(self, draft: Bar) -> Bar:
        """The bar in a draft."""
        return bar_of(draft)


def _rhythms(request: ComposeRequest, given: tuple[Bar, ...]) -> tuple[Bar, ...]:
    """The given bars that are to be coloured. Raises ApiError when one is not given."""
    by_index = {bar.index: bar for bar in given}
    for place, index in enumerate(request.colour):
        if index not in by_index:
            raise ApiError(NOT_ALLOWED, field=f"colour[{place}]", value=index, allowed=", ".join(map(str, by_index)))
    return tuple(by_index[index] for index in dict.fromkeys(request.colour))
