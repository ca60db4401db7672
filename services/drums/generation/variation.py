"""Continues a given theme: the first bars of a piece when they are not those that the engine would have composed."""

from collections.abc import Sequence

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Bar, Meter, Swing

from music.meter import steps_per_bar
from music.swing import straightened, swung
from services.drums.kit.kit import PIECES, Piece, playable
from services.drums.kit.strokes import BarStrokes
from services.drums.kit.tab_notation import OPEN, Cell, HitRule, Row
from services.drums.performance.velocity_curve import level_of
from services.drums.styles.meter_fitting import Skeleton
from services.drums.styles.style import DrumStyle


def matches(bar: Bar, strokes: BarStrokes, meter: Meter, swing: Swing) -> bool:
    """Whether a bar has the hits of some strokes, whatever its velocities and offsets.

    Args:
        bar: The bar, on the swung grid.
        strokes: Strokes on the straight grid.
        meter: Time signature.
        swing: Swing of the groove.
    """
    moved = {
        (swung(step, meter, swing)[0] if stroke.ticks is None else step, piece)
        for step, piece, stroke in strokes.ordered()
    }
    return moved == {(hit.step, hit.piece) for hit in bar.hits}


def theme_skeleton(
    theme: Sequence[Bar], index: int, own: Skeleton, style: DrumStyle, meter: Meter, swing: Swing, intensity: float
) -> Skeleton:
    """The skeleton of a later bar: the theme's hits are mandatory, and its pieces keep the style's optional hits.

    Args:
        theme: The first bars of the piece, a loop at most.
        index: Index of the bar to compose.
        own: The style's skeleton of the bar.
        style: The style.
        meter: Time signature.
        swing: Swing of the groove.
        intensity: Intensity at which the theme is played, 0-1; turns its velocities back into written levels.
    """
    source = theme[index % len(theme)]
    steps = steps_per_bar(meter)
    cells: dict[int, dict[Piece, Cell]] = {}
    for hit in sorted(source.hits, key=lambda hit: -hit.velocity):
        step = straightened(hit.step, meter, swing, hit.offset_ticks)
        known = step < steps and hit.piece in PIECES.values() and hit.piece != pb.DRUM_PIECE_CRASH
        if known and playable(hit.piece, cells.get(step, {}), percussionist=True):
            level = level_of(hit.piece, hit.velocity, intensity, style.balance)
            flam = hit.HasField("flam")
            cells.setdefault(step, {})[hit.piece] = Cell(HitRule.MUST, level, flam=flam)
    pieces = {hit.piece for bar in theme for hit in bar.hits}
    rows: dict[Piece, Row] = {}
    for piece in sorted(pieces & set(PIECES.values()) - {pb.DRUM_PIECE_CRASH}):
        row = own.rows.get(piece, (OPEN,) * steps)
        rows[piece] = tuple(cells.get(step, {}).get(piece) or _unless_must(row[step]) for step in range(steps))
    return Skeleton(rows, {piece: rolls for piece, rolls in own.rolls.items() if piece in pieces})


def _unless_must(cell: Cell) -> Cell:
    """The style's cell; open where the theme left a mandatory hit out."""
    return OPEN if cell.rule is HitRule.MUST else cell
