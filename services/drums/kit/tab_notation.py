"""The notation of grooves: a row of symbols per piece, one symbol per step, blanks between for the eye.

    X  accent          1-9  may be hit, ever more likely
    x  full stroke     .    nothing, unless a lock or a fill wants it
    o  soft stroke     -    never
    g  ghost note
    F  accent with a flam

Rolls are rows of their own: a digit is the number of strokes on that step.
"""

from dataclasses import dataclass
from enum import Enum

ACCENT, FULL, MAYBE, SOFT, GHOST = 112, 92, 78, 58, 36  # velocities when played at medium intensity
_MUST = {"X": ACCENT, "F": ACCENT, "x": FULL, "o": SOFT, "g": GHOST}
_MOST_STROKES = 8


class HitRule(Enum):
    """What a style says of a step."""

    MUST = "must"
    MAY = "may"
    OPEN = "open"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a style says of one step of one piece.

    Attributes:
        layer: Whether it must, may or must never be hit.
        level: Velocity at medium intensity; 0 where nothing is hit.
        weight: Chance of a hit in tenths at medium complexity, for `Layer.MAY`.
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
    **{symbol: Cell(HitRule.MUST, level, flam=symbol == "F") for symbol, level in _MUST.items()},
}
Row = tuple[Cell, ...]


class TabNotationError(ValueError):
    """A row that cannot be read; the message says where."""


def read_row(text: str, steps: int, may_level: int = MAYBE) -> Row:
    """Read a row.

    Args:
        text: Symbols; blanks are skipped.
        steps: How many there must be.
        may_level: Velocity of hits that may be.

    Raises:
        NotationError: A symbol is unknown or the length is wrong.
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
    """A row with ghost notes that may be, also where a full stroke never is. Raises NotationError where both may be."""
    for step, (cell, ghost) in enumerate(zip(row, ghosts, strict=True)):
        if ghost.rule is HitRule.MUST or (ghost.rule is HitRule.MAY and cell.rule in (HitRule.MUST, HitRule.MAY)):
            raise TabNotationError(f"the ghost row disagrees with the pattern on step {step}")
    return tuple(ghost if ghost.rule is HitRule.MAY else cell for cell, ghost in zip(row, ghosts, strict=True))


def read_rolls(text: str, steps: int) -> tuple[int, ...]:
    """Strokes of a roll on every step, 0 for none. Raises NotationError."""
    symbols = text.replace(" ", "")
    strokes = tuple(0 if symbol == "." else int(symbol) if symbol.isdigit() else -1 for symbol in symbols)
    if len(strokes) != steps or any(count not in (0, *range(2, _MOST_STROKES + 1)) for count in strokes):
        raise TabNotationError(f"{text!r}: {steps} steps, each '.' or 2-{_MOST_STROKES}, are needed")
    return strokes
