"""Versions of a bar that is to be played anew, between the bars around it: of the style, each of a seed of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from boumbapp.drums.v1.drums_service_pb2 import BarFeels, Feel
from boumbapp.music.v1.intent_pb2 import Constraints, Intent
from boumbapp.music.v1.music_pb2 import ROLE_DRUMS, Bar, Meter

from music.meter import steps_per_bar
from services.composition.bar_stream import SEEDS
from services.drums.engines.brief import DrumsBrief
from services.drums.engines.groove_engine import Groove
from services.drums.generation.pattern import Lean
from services.drums.generation.sampling_noise import Noise
from services.drums.kit.kit import Piece
from services.drums.kit.strokes import Strokes
from services.drums.neural.hit_bias import Leaning
from services.drums.neural.hit_history import sets_of
from services.drums.neural.humanizer import TouchHand
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.performance.deviation_model import FeelModel
from services.drums.performance.humanize import Hand, Playing, TableHand, perform, swing_strokes
from services.drums.refine.model.groove import FeltHit, told_hits
from services.drums.refine.model.swing import Swing
from services.drums.styles.meter_fitting import Skeleton
from services.drums.styles.style import Style

_COMPLEXITIES = (0.5, 0.3, 0.7, 0.1, 0.9)
_MEDIUM = 0.5  # intensity at which levels are written


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a bar is to be played anew.

    Attributes:
        index: Index of the bar.
        bars: Bars of the piece, for fills at the ends of its phrases.
        meter: Time signature.
        swing: Swing of the groove.
        bpm: Tempo in quarter notes per minute.
        human: Whether drummers' deviations are wanted, as far as the style has them.
        before: Bars that lead to it, as loud as styles are written.
        after: Bars that follow and stay as they are.
    """

    index: int
    bars: int
    meter: Meter
    swing: Swing
    bpm: float
    human: bool
    before: Sequence[Bar]
    after: Sequence[Bar]


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One version of the bar.

    Attributes:
        strokes: What is struck, without swing.
        playing: How it is played.
        places: Pieces and the steps that they strike, swing included.
    """

    strokes: Strokes
    playing: Playing
    places: frozenset[tuple[Piece, int]]


class Versions:
    """Versions of one bar. With the specialist, a drummer who has heard the bars before chooses, judges and plays them.

    Args:
        scene: Where the bar is.
        style: Whose fills and feel it has.
        seed: Seed of the request.
        feel: How drummers deviate.
        specialist: Hears the bars around, if given; else luck and the tables of `feel` do without.
    """

    def __init__(
        self, scene: Scene, style: Style, seed: int, feel: FeelModel, specialist: SpecialistModel | None
    ) -> None:
        self._scene = scene
        self._style = style
        self._seed = seed
        self._feel = feel
        self._leaning: Leaning | None = None
        self._hand: Hand = TableHand(feel)
        if specialist is not None:
            playing = self._playing(self._groove(seed, _MEDIUM))
            self._leaning, hand = Leaning(specialist, playing), TouchHand(specialist, playing)
            self._leaning.hear(scene.before)
            hand.hear(scene.before)
            self._hand = hand

    def of_seed(self, attempt: int, skeleton: Skeleton) -> Iterator[Version]:
        """Versions of one seed, each more or less busy.

        Args:
            attempt: Which seed, from 1.
            skeleton: What must be struck, what may be and what never is.
        """
        seed, lean = (self._seed + attempt) % SEEDS, self._lean()
        for complexity in _COMPLEXITIES:
            groove = self._groove(seed, complexity)
            strokes, playing = groove.strokes(self._scene.index, skeleton, lean), self._playing(groove)
            yield Version(strokes, playing, frozenset(swing_strokes(strokes, playing)))

    def surprise(self, version: Version) -> float:
        """Bits that a version, and what comes after it, cost one who has heard what is before; 0 if nobody listens."""
        if self._leaning is None:
            return 0.0
        steps = steps_per_bar(self._scene.meter)
        sets = sets_of(version.places, steps)
        for bar in self._scene.after:
            sets += sets_of(((hit.piece, hit.step) for hit in bar.hits), steps)
        return self._leaning.bits(sets)

    def played(self, version: Version) -> list[FeltHit]:
        """The hits of a version; only one version can be played, for it is heard."""
        hits, feels = perform(version.strokes, version.playing, self._hand, self._scene.index)
        bar = Bar(index=self._scene.index, meter=self._scene.meter, hits=hits)
        return told_hits(bar, BarFeels(feels=feels))

    def _lean(self) -> Lean | None:
        """How the drummer leans; complexity has no say in that, so once is enough for a seed."""
        if self._leaning is None:
            return None
        leaning, leaned = self._leaning, list[Noise]()

        def lean(skeleton: Skeleton, luck: Noise) -> Noise:
            if not leaned:
                leaned.append(leaning.try_out(skeleton, luck))
            return leaned[0]

        return lean

    def _groove(self, seed: int, complexity: float) -> Groove:
        scene, style = self._scene, self._style
        humanise = style.humanise if scene.human else 0.0
        brief = DrumsBrief(
            constraints=Constraints(meter=scene.meter, role=ROLE_DRUMS),
            intent=Intent(style=style.slug, bpm=scene.bpm, bars=scene.bars, meter=scene.meter),
            bars=scene.bars,
            seed=seed,
            feel=Feel(intensity=_MEDIUM, complexity=complexity, swing=scene.swing.amount, humanise=humanise),
        )
        return Groove(brief, self._feel)

    def _playing(self, groove: Groove) -> Playing:
        """How a groove is played, with the kind of swing that there is."""
        if groove.playing.style.swings_eighths == self._scene.swing.eighths:
            return groove.playing
        return replace(groove.playing, style=replace(self._style, swings_eighths=self._scene.swing.eighths))
