"""Where added hits belong: as the style has it, and where it says nothing, by the metre."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from boumbapp.drums.v1.drums_service_pb2 import Feel, HitFeel
from boumbapp.music.v1 import music_pb2 as pb
from boumbapp.music.v1.music_pb2 import Meter

from music.meter import steps_per_bar
from music.random_streams import stream_for_bar
from services.drums.engines.groove_engine import SPECIALIST, STATISTICAL
from services.drums.kit.kit import PIECES, Piece
from services.drums.kit.random_stream import RandomStream
from services.drums.kit.strokes import BarStrokes, DrumStroke
from services.drums.kit.tab_notation import Cell, HitRule, Row
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.performance.deviation_model import FeelModel
from services.drums.performance.humanize import Playing, TableHumanizer, perform
from services.drums.performance.velocity_curve import level_of, velocity
from services.drums.refine.context.candidates import CandidateGenerator, RegenerationContext
from services.drums.refine.context.metrical_prior import ScoredStep, metrical_prior
from services.drums.refine.model.editable_groove import FeltHit
from services.drums.refine.model.swing import Swing
from services.drums.styles.default_style import basic_style
from services.drums.styles.fills import Fill
from services.drums.styles.meter_fitting import Skeleton, fit, fit_fill
from services.drums.styles.style import DrumStyle

# Ranks of what a style says: what must be hit comes first, then what may, then what it leaves open.
_MUST, _MAY_FROM, _MAY_TO, _OPEN_TO = 1.0, 0.55, 0.95, 0.5
# From this rank on, a step belongs to the pattern that a piece starts with when it is added.
_BELONGS = {pb.DRUM_PIECE_SHAKER: 0.3, pb.DRUM_PIECE_CLOSED_HAT: 0.7, pb.DRUM_PIECE_RIDE: 0.7}
_BELONGS_OTHERWISE = 0.85
_STYLE_BELONGS = 0.7
# Where eighths swing, a beat has three parts and its fourth sixteenth is silent.
_PARTS, _SILENT = 4, 3
MEDIUM = 0.5  # intensity at which levels are read and written, so that what is there stays as it is


class StylePrior:
    """What a style does with each piece, and the fills it plays.

    Args:
        style: Whose data to follow; without one, pieces go by the metre alone.
        seed: Chooses among steps that fit equally well, the same for every bar, so that bars stay alike.
        model: How drummers deviate.
        specialist: Plays bars anew, if given; else luck and the tables of `model` do.

    Attributes:
        seed: As given.
        has_style: Whether there is a style.
        composer: Engine that plays bars anew.
        swings_eighths: Whether the style swings eighths, not sixteenths.
    """

    def __init__(
        self, style: DrumStyle | None, seed: int, model: FeelModel, specialist: SpecialistModel | None = None
    ) -> None:
        self._style = style
        self.seed = seed
        self.has_style = style is not None
        self.composer = STATISTICAL if specialist is None else SPECIALIST
        self._model = model
        self._specialist = specialist
        self._hand = TableHumanizer(model)
        self.swings_eighths = style is not None and style.swings_eighths

    def scored_steps(self, piece: Piece, meter: Meter, bar: int) -> list[ScoredStep]:
        """Steps of a bar where a piece may play, the most fitting first."""
        row = self._row(piece, meter, bar)
        found = []
        for step_score in metrical_prior(piece, meter):
            if self._is_silent(step_score.step):
                continue
            if row is None:
                found.append(step_score)
            elif row[step_score.step].rule is not HitRule.NEVER:
                found.append(self._in_style(step_score, row[step_score.step], piece, meter))
        draw = stream_for_bar(self.seed, 0, piece)
        noise = {step_score: draw.random() for step_score in sorted(found, key=lambda step_score: step_score.step)}
        return sorted(found, key=lambda step_score: (-step_score.rank, noise[step_score]))

    def entry_pattern(self, piece: Piece, meter: Meter, bar: int) -> list[ScoredStep]:
        """The steps that a piece plays when it comes in, the most fitting first."""
        found = self.scored_steps(piece, meter, bar)
        if self._row(piece, meter, bar) is not None:
            if in_style := [step_score for step_score in found if step_score.rank >= _STYLE_BELONGS]:
                return in_style
            found = metrical_prior(piece, meter)
        threshold = _BELONGS.get(piece, _BELONGS_OTHERWISE)
        return [step_score for step_score in found if step_score.rank >= threshold]

    def fill(self, meter: Meter, bar: int) -> tuple[Fill, dict[Piece, Row]]:
        """A fill for the end of a bar, and its rows in the metre."""
        style = self._style_in(meter)
        chosen = stream_for_bar(self.seed, bar, RandomStream.FILL).choice(style.fills)
        return chosen, fit_fill(chosen, meter, style.swings_eighths)

    def candidates(self, scene: RegenerationContext) -> CandidateGenerator:
        """Versions of a bar that is to be played anew."""
        return CandidateGenerator(scene, self._style_in(scene.meter), self.seed, self._model, self._specialist)

    def skeleton(self, meter: Meter, bar: int) -> Skeleton:
        """What the style says of a bar."""
        return fit(self._style_in(meter), meter, bar)

    def knows(self, piece: Piece, meter: Meter, bar: int) -> bool:
        """Whether the style plays a piece in such a bar, or at the end or the start of a phrase; without one, yes."""
        style = self._style
        if style is None or piece == pb.DRUM_PIECE_CRASH or piece in fit(style, meter, bar).rows:
            return True
        return any(piece in fill.rows for fill in style.fills)

    def balance(self, meter: Meter) -> Mapping[Piece, float]:
        """What the style makes of the balance of the kit."""
        return self._style_in(meter).balance

    def deviations(
        self, hits: Sequence[FeltHit], meter: Meter, swing: Swing, bpm: float, bar: int, amount: float
    ) -> dict[tuple[Piece, int], HitFeel]:
        """What the hands of the style's drummers would add to hits, by piece and step.

        Args:
            hits: Hits of a bar.
            meter: Its time signature.
            swing: Its swing.
            bpm: Tempo in quarter notes per minute.
            bar: Its index.
            amount: Times what is usual of drummers.
        """
        style = replace(self._style_in(meter), swings_eighths=swing.eighths)
        feel = Feel(intensity=MEDIUM, complexity=MEDIUM, swing=swing.amount, humanise=amount)
        playing = Playing(feel=feel, style=style, meter=meter, bpm=bpm, seed=self.seed)
        inside = [hit for hit in hits if hit.step < steps_per_bar(meter)]
        played, feels = perform(self.unswung_strokes(inside, swing, meter), playing, self._hand, bar)
        return {(hit.piece, hit.step): feel for hit, feel in zip(played, feels, strict=True)}

    def unswung_strokes(self, hits: Iterable[FeltHit], swing: Swing, meter: Meter) -> BarStrokes:
        """The strokes that hits are, without feel; all of them, however many hands it takes."""
        strokes = BarStrokes(percussionist=True)
        balance = self._style_in(meter).balance
        together: dict[int, dict[Piece, DrumStroke]] = {}
        for felt in hits:
            if felt.piece in PIECES.values():
                level = level_of(felt.piece, felt.hit.velocity, MEDIUM, balance)
                together.setdefault(swing.straight_step(felt), {})[felt.piece] = DrumStroke(level)
        for step, struck in together.items():
            strokes.replace(step, struck)
        return strokes

    def velocity(self, piece: Piece, level: int, meter: Meter) -> int:
        """MIDI velocity at which a level of the style sounds."""
        return velocity(piece, level, MEDIUM, self._style_in(meter).balance)

    def _style_in(self, meter: Meter) -> DrumStyle:
        return self._style or basic_style(meter)

    def _in_style(self, step_score: ScoredStep, cell: Cell, piece: Piece, meter: Meter) -> ScoredStep:
        """The spot as the style ranks it."""
        if cell.rule is HitRule.MUST:
            return ScoredStep(_MUST, step_score.step, self.velocity(piece, cell.level, meter))
        if cell.rule is HitRule.MAY:
            rank = _MAY_FROM + (_MAY_TO - _MAY_FROM) * cell.weight / 10
            return ScoredStep(rank, step_score.step, self.velocity(piece, cell.level, meter))
        return ScoredStep(step_score.rank * _OPEN_TO, step_score.step, step_score.velocity)

    def _row(self, piece: Piece, meter: Meter, bar: int) -> Row | None:
        return fit(self._style, meter, bar).rows.get(piece) if self._style else None

    def _is_silent(self, step: int) -> bool:
        return self.swings_eighths and step % _PARTS == _SILENT
