"""Strokes of a bar before they are given feel: what is hit, where, and how hard at medium intensity."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.drums.kit.kit import Piece, playable
from services.drums.kit.tab_notation import Cell


class DrumStroke(NamedTuple):
    """One stroke.

    Attributes:
        level: Velocity at medium intensity, before the piece's balance, 1-127.
        flam: Whether it is a flam.
        rolled: Strokes of a roll within the step, 2-8; 0 for none.
    """

    level: int
    flam: bool = False
    rolled: int = 0


class BarStrokes:
    """The strokes of a bar, at most one per piece and step, always playable.

    Args:
        percussionist: Whether claps, bells and shakers have hands of their own.
    """

    def __init__(self, percussionist: bool) -> None:
        self.percussionist = percussionist
        self._by_step: dict[int, dict[Piece, DrumStroke]] = {}

    def __len__(self) -> int:
        return sum(len(together) for together in self._by_step.values())

    def copy(self) -> "BarStrokes":
        """The same strokes, to be changed apart."""
        other = BarStrokes(self.percussionist)
        for step, together in self._by_step.items():
            other.replace(step, together)
        return other

    def at(self, step: int) -> Mapping[Piece, DrumStroke]:
        """What is struck on a step."""
        return self._by_step.get(step, {})

    def add(self, piece: Piece, step: int, stroke: DrumStroke) -> bool:
        """Add a stroke where it can be played. Returns whether it could."""
        together = self._by_step.setdefault(step, {})
        if not playable(piece, together, self.percussionist):
            return False
        together[piece] = stroke
        return True

    def add_cell(self, piece: Piece, step: int, cell: Cell) -> bool:
        """Add the stroke that a cell stands for; see `add`."""
        return self.add(piece, step, DrumStroke(cell.level, cell.flam))

    def put(self, piece: Piece, step: int, stroke: DrumStroke) -> None:
        """Change the stroke of a piece that is struck on the step already."""
        self._by_step[step][piece] = stroke

    def swap(self, before: Piece, after: Piece, step: int) -> bool:
        """Strike another piece instead, no softer. Returns whether that could be done."""
        together = self._by_step[step]
        stroke = together.pop(before)
        if self.add(after, step, stroke):
            return True
        together[before] = stroke
        return False

    def replace(self, step: int, together: Mapping[Piece, DrumStroke]) -> None:
        """Strike these on a step, and nothing else."""
        self._by_step[step] = dict(together)

    def ordered(self) -> list[tuple[int, Piece, DrumStroke]]:
        """All strokes by step, then piece."""
        return [
            (step, piece, stroke)
            for step, together in sorted(self._by_step.items())
            for piece, stroke in sorted(together.items())
        ]


def count(beats: Iterable[Mapping[Piece, DrumStroke]]) -> int:
    """Number of strokes on some steps."""
    return sum(len(together) for together in beats)
