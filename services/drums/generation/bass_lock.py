"""Locks a groove to a bass line or melody: the kick follows its accents and keeps the style's signature."""

from collections.abc import Sequence

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Meter, Swing

from music.meter import steps_per_bar
from music.swing import straightened
from services.drums.kit.kit import Piece
from services.drums.kit.tab_notation import ACCENT, FULL, MAYBE, OPEN, Cell, HitRule, Row
from services.drums.styles.meter_fitting import Skeleton

# An onset this strong beside the strongest of the bar is an accent that the kick must follow.
_STRONG = 0.8
_STEPS_PER_KICK = 4  # no more forced kicks than one per so many steps
_SECONDARY_WEIGHT = 2  # in tenths, of the style's lesser kicks where the line has no onset
_ONSET_WEIGHTS = (3, 8)  # in tenths, of the weakest and the strongest onset that is no accent


def lock(skeleton: Skeleton, line: Sequence[float], meter: Meter, swing: Swing) -> Skeleton:
    """The skeleton with a kick that follows a line.

    The style's accented kicks stay, and steps where it never kicks stay empty. Its other kicks give way to the line's
    onsets: strong ones must be hit, the others may.

    Args:
        skeleton: Cells of the bar; left as they are.
        line: How strongly each step of the bar is accented beside it, 0-1.
        meter: Time signature of the groove; steps beyond its bar are ignored.
        swing: Swing of the groove.
    """
    row = skeleton.rows.get(pb.DRUM_PIECE_KICK)
    onsets = _onsets(line, meter, swing)
    if row is None or not onsets:
        return skeleton
    strongest = max(onsets.values())
    ranked = sorted(onsets, key=lambda step: (-onsets[step], step))
    forced = [step for step in ranked if onsets[step] >= _STRONG * strongest]
    forced = forced[: max(len(row) // _STEPS_PER_KICK, 1)]
    locked: list[Cell] = []
    for step, cell in enumerate(row):
        if cell.rule is HitRule.NEVER or (cell.rule is HitRule.MUST and cell.level >= ACCENT):
            locked.append(cell)
        elif step in forced:
            locked.append(Cell(HitRule.MUST, FULL))
        elif step in onsets:
            low, high = _ONSET_WEIGHTS
            locked.append(Cell(HitRule.MAY, MAYBE, round(low + (high - low) * onsets[step] / strongest)))
        else:
            locked.append(Cell(HitRule.MAY, MAYBE, _SECONDARY_WEIGHT) if cell.rule is HitRule.MUST else OPEN)
    rows: dict[Piece, Row] = {**skeleton.rows, pb.DRUM_PIECE_KICK: tuple(locked)}
    return Skeleton(rows, skeleton.rolls)


def _onsets(line: Sequence[float], meter: Meter, swing: Swing) -> dict[int, float]:
    """Accents of the line by the step of the straight groove."""
    onsets: dict[int, float] = {}
    for step, accent in enumerate(line[: steps_per_bar(meter)]):
        if accent:
            straight = straightened(step, meter, swing)
            onsets[straight] = max(onsets.get(straight, 0.0), accent)
    return onsets
