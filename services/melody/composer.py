"""Composing pitched parts: what of it is melody's alone; the rest is in `services.composition.composer`."""

from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Role
from boumbapp.theory.v2.theory_service_pb2 import AnalyseResponse

from services.composition.brief import CompositionBrief
from services.composition.composer import Composer
from services.composition.errors import wrong_role
from services.melody.engines.melody_engine import bar_of


class MelodyComposer(Composer[ComposeRequest, CompositionBrief, Bar]):
    """Turns requests for melodies, basses and other pitched parts into streams of events."""

    def check_role(self, role: Role.ValueType, field: str) -> None:
        """Refuse drums. See `Composer`."""
        if role == ROLE_DRUMS:
            raise wrong_role(role, ROLE_DRUMS, field)

    def brief(
        self,
        request: ComposeRequest,
        analysis: AnalyseResponse,
        given: tuple[Bar, ...],
        seed: int,
    ) -> CompositionBrief:
        """What an engine is asked to compose. See `Composer`."""
        return CompositionBrief(
            constraints=analysis.constraints,
            intent=analysis.intent,
            bars=analysis.intent.bars,
            seed=seed,
            given_bars=given,
            context=tuple(request.context),
            accents=tuple(request.accents),
            words=request.prompt,
        )

    def bar_of(self, draft: Bar) -> Bar:
        """The bar in a draft."""
        return bar_of(draft)
