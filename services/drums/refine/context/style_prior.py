"""A prior on where hits belong: by the style, and by the metre where the style says nothing."""

from collections.abc import Iterable, Mapping, Sequence

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.feel_pb2 import Feel, HitFeel
from boumbapp.music.v2.music_pb2 import Meter

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
from services.drums.performance.velocity_curve import MEDIUM, level_of, velocity
from services.drums.refine.context.candidates import CandidateGenerator, RegenerationContext
from services.drums.refine.context.metrical_prior import ScoredStep, metrical_prior
from services.drums.refine.model.editable_groove import FeltHit
from services.drums.refine.model.swing import GrooveSwing
from services.drums.styles.default_style import default_style
from services.drums.styles.fill import Fill
from services.drums.styles.meter_fitting import Skeleton, fit, fit_fill
from services.drums.styles.style import DrumStyle

# Scores by the cell of the style: mandatory hits, then optional ones by probability, then open steps by the metre.
_MANDATORY, _OPTIONAL_FROM, _OPTIONAL_TO, _OPEN_FACTOR = 1.0, 0.55, 0.95, 0.5
# From this score on, a step belongs to the pattern that a piece plays when it is added.
_ENTRY_THRESHOLDS = {pb.DRUM_PIECE_SHAKER: 0.3, pb.DRUM_PIECE_CLOSED_HAT: 0.7, pb.DRUM_PIECE_RIDE: 0.7}
_ENTRY_THRESHOLD = 0.85
_STYLE_THRESHOLD = 0.7
# In triplets, a beat has three parts and its fourth sixteenth is silent.
_PARTS, _SILENT = 4, 3


class StylePrior:
    """What a style says about each piece, its fills, and its feel.

    Args:
        style: The style; without one, the metre alone decides.
        seed: Breaks ties between steps of equal score; the same way in every bar, so that bars stay alike.
        model: How drummers deviate.
        specialist: Models that regenerate bars; without them, the statistical engine does.

    Attributes:
        seed: The seed.
        has_style: Whether there is a style.
        engine: Name of the engine that regenerates bars.
        triplets: Whether the style is written in triplets; it swings eighths then, and sixteenths otherwise.
    """

    def __init__(
        self, style: DrumStyle | None, seed: int, model: FeelModel, specialist: SpecialistModel | None = None
    ) -> None:
        self._style = style
        self.seed = seed
        self.has_style = style is not None
        self.engine = STATISTICAL if specialist is None else SPECIALIST
        self._model = model
        self._specialist = specialist
        self._humanizer = TableHumanizer(model)
        self.triplets = style is not None and style.triplets

    def in_style(self, style: DrumStyle) -> "StylePrior":
        """The prior of another style, with the same seed and models."""
        return StylePrior(style, self.seed, self._model, self._specialist)

    def scored_steps(self, piece: Piece, meter: Meter, bar: int) -> list[ScoredStep]:
        """Steps of a bar on which a piece may be hit, the highest score first.

        Args:
            piece: The piece.
            meter: Time signature.
            bar: Index of the bar.
        """
        row = self._row(piece, meter, bar)
        found = []
        for scored in metrical_prior(piece, meter):
            if self._is_silent(scored.step):
                continue
            if row is None:
                found.append(scored)
            elif row[scored.step].rule is not HitRule.NEVER:
                found.append(self._in_style(scored, row[scored.step], piece, meter))
        stream = stream_for_bar(self.seed, 0, piece)
        tie_breaks = {scored: stream.random() for scored in sorted(found, key=lambda scored: scored.step)}
        return sorted(found, key=lambda scored: (-scored.score, tie_breaks[scored]))

    def entry_pattern(self, piece: Piece, meter: Meter, bar: int) -> list[ScoredStep]:
        """Steps of a bar on which a piece is hit when it is added to a groove, the highest score first.

        Args:
            piece: The piece.
            meter: Time signature.
            bar: Index of the bar.
        """
        found = self.scored_steps(piece, meter, bar)
        if self._row(piece, meter, bar) is not None:
            if in_style := [scored for scored in found if scored.score >= _STYLE_THRESHOLD]:
                return in_style
            found = metrical_prior(piece, meter)
        threshold = _ENTRY_THRESHOLDS.get(piece, _ENTRY_THRESHOLD)
        return [scored for scored in found if scored.score >= threshold]

    def fill(self, meter: Meter, bar: int) -> tuple[Fill, dict[Piece, Row]]:
        """A fill for the end of a bar.

        Args:
            meter: Time signature.
            bar: Index of the bar; with the seed, it chooses the fill.

        Returns:
            The fill, and its rows in the metre.
        """
        style = self._style_in(meter)
        chosen = stream_for_bar(self.seed, bar, RandomStream.FILL).choice(style.fills)
        return chosen, fit_fill(chosen, meter, style.triplets)

    def candidates(self, context: RegenerationContext) -> CandidateGenerator:
        """The generator of candidates for a bar that is regenerated."""
        return CandidateGenerator(context, self._style_in(context.meter), self.seed, self._model, self._specialist)

    def skeleton(self, meter: Meter, bar: int) -> Skeleton:
        """The style's skeleton of a bar, or without a style that of the default one.

        Args:
            meter: Time signature.
            bar: Index of the bar.
        """
        return fit(self._style_in(meter), meter, bar)

    def uses(self, piece: Piece, meter: Meter, bar: int) -> bool:
        """Whether the style uses a piece: in its pattern, in its fills or as a crash. Without a style, always.

        Args:
            piece: The piece.
            meter: Time signature.
            bar: Index of the bar.
        """
        style = self._style
        if style is None or piece == pb.DRUM_PIECE_CRASH or piece in fit(style, meter, bar).rows:
            return True
        return any(piece in fill.rows for fill in style.fills)

    def balance(self, meter: Meter) -> Mapping[Piece, float]:
        """Factors of the style on the balance of the kit, by piece."""
        return self._style_in(meter).balance

    def deviations(
        self, hits: Sequence[FeltHit], meter: Meter, swing: GrooveSwing, bpm: float, bar: int, amount: float
    ) -> dict[tuple[Piece, int], HitFeel]:
        """Sample human deviations for the hits of a bar.

        Args:
            hits: Hits of the bar.
            meter: Its time signature.
            swing: Its swing.
            bpm: Tempo in quarter notes per minute.
            bar: Its index.
            amount: Factor on the measured deviations of drummers, 0 or more.

        Returns:
            The feel to add, by piece and step.
        """
        feel = Feel(intensity=MEDIUM, complexity=MEDIUM, swing=swing.message, humanise=amount)
        playing = Playing(feel=feel, style=self._style_in(meter), meter=meter, bpm=bpm, seed=self.seed)
        inside = [hit for hit in hits if hit.step < steps_per_bar(meter)]
        played, feels = perform(self.unswung_strokes(inside, swing, meter), playing, self._humanizer, bar)
        return {(hit.piece, hit.step): feel for hit, feel in zip(played, feels, strict=True)}

    def unswung_strokes(self, hits: Iterable[FeltHit], swing: GrooveSwing, meter: Meter) -> BarStrokes:
        """The written strokes of some hits, without feel; all of them, even those that cannot be played at once.

        Args:
            hits: Hits of a bar.
            swing: Its swing.
            meter: Its time signature.

        Returns:
            Strokes on the straight grid.
        """
        strokes = BarStrokes(percussionist=True)
        balance = self._style_in(meter).balance
        together: dict[int, dict[Piece, DrumStroke]] = {}
        for hit in hits:
            if hit.piece in PIECES.values():
                level = level_of(hit.piece, hit.velocity, MEDIUM, balance)
                together.setdefault(swing.straight_step(hit), {})[hit.piece] = DrumStroke(level)
        for step, strokes_of_step in together.items():
            strokes.replace(step, strokes_of_step)
        return strokes

    def velocity(self, piece: Piece, level: int, meter: Meter) -> int:
        """MIDI velocity of a level of the style at medium intensity.

        Args:
            piece: Piece that is hit.
            level: Written level, 1-127.
            meter: Time signature.
        """
        return velocity(piece, level, MEDIUM, self._style_in(meter).balance)

    def _style_in(self, meter: Meter) -> DrumStyle:
        return self._style or default_style(meter)

    def _in_style(self, scored: ScoredStep, cell: Cell, piece: Piece, meter: Meter) -> ScoredStep:
        """The step with the score and the velocity that the style gives it."""
        if cell.rule is HitRule.MUST:
            return ScoredStep(_MANDATORY, scored.step, self.velocity(piece, cell.level, meter))
        if cell.rule is HitRule.MAY:
            score = _OPTIONAL_FROM + (_OPTIONAL_TO - _OPTIONAL_FROM) * cell.weight / 10
            return ScoredStep(score, scored.step, self.velocity(piece, cell.level, meter))
        return ScoredStep(scored.score * _OPEN_FACTOR, scored.step, scored.velocity)

    def _row(self, piece: Piece, meter: Meter, bar: int) -> Row | None:
        return fit(self._style, meter, bar).rows.get(piece) if self._style else None

    def _is_silent(self, step: int) -> bool:
        return self.triplets and step % _PARTS == _SILENT
