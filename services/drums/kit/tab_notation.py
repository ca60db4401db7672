"""Drum tablature of the style files: a row of symbols per piece, one symbol per step, blanks for legibility.

    X  accent          1-9  optional hit, probability in tenths
    x  full stroke     .    no hit, unless a lock or a fill adds one
    o  soft stroke     -    never a hit
    g  ghost note
    F  accent with a flam

Rolls are rows of their own: a digit is the number of strokes on that step.
"""

from dataclasses import dataclass
from enum import Enum

from music.notation.drum_rows import ACCENT, FULL, GHOST, SOFT, STROKES

__all__ = ["ACCENT", "FULL", "GHOST", "MAYBE", "NEVER", "OPEN", "SOFT"]
MAYBE = 78  # velocity of an optional hit when played at medium intensity
_MOST_STROKES = 8


class HitRule(Enum):
    """Whether a step is hit: always, with a probability, only by locks and fills, or never."""

    MUST = "must"
    MAY = "may"
    OPEN = "open"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Cell:
    """One step of one piece in a style's pattern.

    Attributes:
        rule: Whether it is hit.
        level: Velocity at medium intensity, 1-127; 0 for `HitRule.OPEN` and `HitRule.NEVER`.
        weight: Probability of a hit in tenths at medium complexity, 1-9; 0 unless the rule is `HitRule.MAY`.
        flam: Whether the hit is a flam.
    """

    rule: HitRule
    level: int = 0
    weight: int = 0
    flam: bool = False


OPEN, NEVER = Cell(HitRule.OPEN), Cell(HitRule.NEVER)
_FIXED = {
    ".": OPEN,
    "-": NEVER,
    **{symbol: Cell(HitRule.MUST, level, flam=symbol == "F") for symbol, level in STROKES.items()},
}
Row = tuple[Cell, ...]


class TabNotationError(ValueError):
    """A row cannot be parsed; the message quotes it."""


def read_row(text: str, steps: int, may_level: int = MAYBE) -> Row:
    """Parse a row.

    Args:
        text: Symbols; blanks are skipped.
        steps: How many symbols there must be.
        may_level: Level of optional hits, 1-127.

    Raises:
        TabNotationError: A symbol is unknown or the length is wrong.
    """
    symbols = text.replace(" ", "")
    if len(symbols) != steps:
        raise TabNotationError(f"{text!r} has {len(symbols)} steps instead of {steps}")
    return tuple(_cell(symbol, text, may_level) for symbol in symbols)


def _cell(symbol: str, text: str, may_level: int) -> Cell:
    if symbol in _FIXED:
        return _FIXED[symbol]
    if symbol in "123456789":
        return Cell(HitRule.MAY, may_level, int(symbol))
    raise TabNotationError(f"{text!r}: {symbol!r} is no symbol of a groove")


def with_ghosts(row: Row, ghosts: Row) -> Row:
    """A row with optional ghost notes added; they may stand where a full stroke never does.

    Args:
        row: Row of full strokes.
        ghosts: Row of optional ghost notes, as long.

    Raises:
        TabNotationError: A ghost note is mandatory, or stands on a step that already has a hit.
    """
    for step, (cell, ghost) in enumerate(zip(row, ghosts, strict=True)):
        if ghost.rule is HitRule.MUST or (ghost.rule is HitRule.MAY and cell.rule in (HitRule.MUST, HitRule.MAY)):
            raise TabNotationError(f"the ghost row disagrees with the pattern on step {step}")
    return tuple(ghost if ghost.rule is HitRule.MAY else cell for cell, ghost in zip(row, ghosts, strict=True))


def read_rolls(text: str, steps: int) -> tuple[int, ...]:
    """Parse a row of rolls.

    Args:
        text: A digit 2-8 for the strokes of a roll on that step, '.' for none; blanks are skipped.
        steps: How many symbols there must be.

    Returns:
        Strokes of the roll on every step, 0 for none: (steps,).

    Raises:
        TabNotationError: A symbol is unknown or the length is wrong.
    """
    symbols = text.replace(" ", "")
    strokes = tuple(0 if symbol == "." else int(symbol) if symbol.isdigit() else -1 for symbol in symbols)
    if len(strokes) != steps or any(count not in (0, *range(2, _MOST_STROKES + 1)) for count in strokes):
        raise TabNotationError(f"{text!r}: {steps} steps, each '.' or 2-{_MOST_STROKES}, are needed")
    return strokes
