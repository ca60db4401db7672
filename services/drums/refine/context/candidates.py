"""Candidates for a bar that is regenerated between the bars around it: of one style, from several seeds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from boumbapp.drums.v2.drums_service_pb2 import BarFeels
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Meter

from music.meter import steps_per_bar
from services.composition.bar_stream import SEEDS
from services.drums.engines.brief import DrumsBrief
from services.drums.engines.groove_engine import Groove
from services.drums.generation.pattern import LogitBias
from services.drums.generation.sampling_noise import Noise
from services.drums.kit.kit import Piece
from services.drums.kit.strokes import BarStrokes
from services.drums.neural.hit_bias import HitBias
from services.drums.neural.hit_history import sets_of
from services.drums.neural.humanizer import NeuralHumanizer
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.performance.deviation_model import FeelModel
from services.drums.performance.humanize import Humanizer, Playing, TableHumanizer, perform, swing_strokes
from services.drums.performance.velocity_curve import MEDIUM
from services.drums.refine.model.editable_groove import FeltHit, hits_with_feel
from services.drums.refine.model.swing import GrooveSwing
from services.drums.styles.meter_fitting import Skeleton
from services.drums.styles.style import DrumStyle

_COMPLEXITIES = (0.5, 0.3, 0.7, 0.1, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegenerationContext:
    """What surrounds a bar that is regenerated.

    Attributes:
        index: Index of the bar.
        bars: Bars of the piece, for fills at the ends of its phrases.
        meter: Time signature.
        swing: GrooveSwing of the groove.
        bpm: Tempo in quarter notes per minute.
        human: Whether hits are humanized, as much as the style is.
        before: Bars that lead to it, at the velocities of a groove of medium intensity.
        after: Bars that follow and stay, likewise.
    """

    index: int
    bars: int
    meter: Meter
    swing: GrooveSwing
    bpm: float
    human: bool
    before: Sequence[Bar]
    after: Sequence[Bar]


@dataclass(frozen=True, slots=True, eq=False)
class BarCandidate:
    """One candidate for the bar.

    Attributes:
        strokes: Its strokes, on the straight grid.
        playing: How it is played.
        hits: Piece and step of each hit, on the swung grid.
    """

    strokes: BarStrokes
    playing: Playing
    hits: frozenset[tuple[Piece, int]]


class CandidateGenerator:
    """Generates, scores and performs candidates for one bar.

    With the specialist, its models are conditioned on the bars before: they bias the choice of hits, score the
    candidates and humanize the chosen one. Without it, the noise of the seed and the tables of `feel` do.

    Args:
        context: What surrounds the bar.
        style: Style of the fills and the feel.
        seed: Seed of the request.
        feel: How drummers deviate.
        specialist: The specialist's models, if there are any.
    """

    def __init__(
        self,
        context: RegenerationContext,
        style: DrumStyle,
        seed: int,
        feel: FeelModel,
        specialist: SpecialistModel | None,
    ) -> None:
        self._context = context
        self._style = style
        self._seed = seed
        self._feel = feel
        self._hit_bias: HitBias | None = None
        self._humanizer: Humanizer = TableHumanizer(feel)
        if specialist is not None:
            playing = self._groove(seed, MEDIUM).playing
            self._hit_bias, humanizer = HitBias(specialist, playing), NeuralHumanizer(specialist, playing)
            self._hit_bias.condition_on(context.before)
            humanizer.condition_on(context.before)
            self._humanizer = humanizer

    def generate(self, attempt: int, skeleton: Skeleton) -> Iterator[BarCandidate]:
        """Yield the candidates of one seed, of different complexities.

        Args:
            attempt: Offset of the seed from the request's, from 1.
            skeleton: Mandatory and optional hits of the bar.
        """
        seed, bias = (self._seed + attempt) % SEEDS, self._logit_bias()
        for complexity in _COMPLEXITIES:
            groove = self._groove(seed, complexity)
            strokes, playing = groove.strokes(self._context.index, skeleton, bias), groove.playing
            yield BarCandidate(strokes, playing, frozenset(swing_strokes(strokes, playing)))

    def bits(self, candidate: BarCandidate) -> float:
        """Negative log-likelihood in bits of a candidate and the bars after it; 0 without a model."""
        if self._hit_bias is None:
            return 0.0
        steps = steps_per_bar(self._context.meter)
        sets = sets_of(candidate.hits, steps)
        for bar in self._context.after:
            sets += sets_of(((hit.piece, hit.step) for hit in bar.hits), steps)
        return self._hit_bias.bits(sets)

    def perform(self, candidate: BarCandidate) -> list[FeltHit]:
        """The hits of a candidate. To be called once: the humanizer's history then goes on from this bar."""
        hits, feels = perform(candidate.strokes, candidate.playing, self._humanizer, self._context.index)
        bar = Bar(index=self._context.index, meter=self._context.meter, hits=hits)
        return hits_with_feel(bar, BarFeels(feels=feels))

    def _logit_bias(self) -> LogitBias | None:
        """The bias for one seed. It does not depend on complexity, so it is computed once for all of its candidates."""
        if self._hit_bias is None:
            return None
        hit_bias, biased = self._hit_bias, list[Noise]()

        def apply(skeleton: Skeleton, noise: Noise) -> Noise:
            if not biased:
                biased.append(hit_bias.preview(skeleton, noise))
            return biased[0]

        return apply

    def _groove(self, seed: int, complexity: float) -> Groove:
        context, style = self._context, self._style
        humanise = style.humanise if context.human else 0.0
        brief = DrumsBrief(
            constraints=Constraints(meter=context.meter, role=ROLE_DRUMS, swing=context.swing.message),
            intent=Intent(style=style.slug, bpm=context.bpm, bars=context.bars, meter=context.meter),
            bars=context.bars,
            seed=seed,
            feel=Feel(intensity=MEDIUM, complexity=complexity, humanise=humanise),
        )
        return Groove(brief, self._feel)
