"""A theme that somebody else gave: a groove goes on from the bars that are heard, not from those it would have made."""

from collections.abc import Sequence

from boumbapp.music.v1 import music_pb2 as pb
from boumbapp.music.v1.music_pb2 import Bar, Meter

from music.meter import steps_per_bar
from services.drums.kit.kit import PIECES, Piece, playable
from services.drums.kit.strokes import BarStrokes
from services.drums.kit.swing import straightened, swung
from services.drums.kit.tab_notation import OPEN, Cell, HitRule, Row
from services.drums.performance.velocity_curve import level_of
from services.drums.styles.meter_fitting import Skeleton
from services.drums.styles.style import DrumStyle


def same_strokes(bar: Bar, strokes: BarStrokes, meter: Meter, swing: float, eighths: bool) -> bool:
    """Whether a bar strikes what strokes do, whatever the dynamics and the timing."""
    moved = {(swung(step, meter, swing, eighths)[0], piece) for step, piece, _ in strokes.ordered()}
    return moved == {(hit.step, hit.piece) for hit in bar.hits}


def theme_skeleton(
    theme: Sequence[Bar], index: int, own: Skeleton, style: DrumStyle, meter: Meter, swing: float, intensity: float
) -> Skeleton:
    """What a given theme says of a later bar: its hits must be, and its pieces may do what the style lets them.

    Args:
        theme: The first bars of the piece, a loop at most.
        index: Index of the bar.
        own: What the style says of the bar.
        style: The style.
        meter: Time signature.
        swing: Swing of the groove.
        intensity: Intensity at which it is played, to know what the heard velocities were written as.
    """
    heard = theme[index % len(theme)]
    steps = steps_per_bar(meter)
    struck: dict[int, dict[Piece, Cell]] = {}
    for hit in sorted(heard.hits, key=lambda hit: -hit.velocity):
        step = straightened(hit.step, meter, swing, style.swings_eighths)
        known = step < steps and hit.piece in PIECES.values() and hit.piece != pb.DRUM_PIECE_CRASH
        if known and playable(hit.piece, struck.get(step, {}), percussionist=True):
            level = level_of(hit.piece, hit.velocity, intensity, style.balance)
            flam = hit.articulation == pb.ARTICULATION_FLAM
            struck.setdefault(step, {})[hit.piece] = Cell(HitRule.MUST, level, flam=flam)
    pieces = {hit.piece for bar in theme for hit in bar.hits}
    rows: dict[Piece, Row] = {}
    for piece in sorted(pieces & set(PIECES.values()) - {pb.DRUM_PIECE_CRASH}):
        row = own.rows.get(piece, (OPEN,) * steps)
        rows[piece] = tuple(struck.get(step, {}).get(piece) or _unless_must(row[step]) for step in range(steps))
    return Skeleton(rows, {piece: rolls for piece, rolls in own.rolls.items() if piece in pieces})


def _unless_must(cell: Cell) -> Cell:
    """What the style says, but for what the theme left out."""
    return OPEN if cell.rule is HitRule.MUST else cell
