"""Written strokes of a bar, before performance: piece, step and level."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.drums.kit.kit import Piece, playable
from services.drums.kit.tab_notation import Cell


class DrumStroke(NamedTuple):
    """A written stroke of one piece on one step.

    Attributes:
        level: Velocity at medium intensity, before the balance of the kit, 1-127.
        flam: Whether it is a flam.
        rolled: Strokes of a roll within the step, 2-8; 0 for a single stroke.
        ticks: Exact distance from the step, which swing and human feel leave, as of triplets; None for others.
    """

    level: int
    flam: bool = False
    rolled: int = 0
    ticks: int | None = None


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
        """An independent copy."""
        other = BarStrokes(self.percussionist)
        for step, together in self._by_step.items():
            other.replace(step, together)
        return other

    def at(self, step: int) -> Mapping[Piece, DrumStroke]:
        """Strokes on a step by piece; empty when there are none."""
        return self._by_step.get(step, {})

    def add(self, piece: Piece, step: int, stroke: DrumStroke) -> bool:
        """Add a stroke if it can be played together with those of its step.

        Args:
            piece: Piece to hit.
            step: Step of the bar, from 0.
            stroke: The stroke.

        Returns:
            Whether it was added.
        """
        together = self._by_step.setdefault(step, {})
        if not playable(piece, together, self.percussionist):
            return False
        together[piece] = stroke
        return True

    def add_cell(self, piece: Piece, step: int, cell: Cell) -> bool:
        """Add the stroke of a cell; see `add`.

        Args:
            piece: Piece to hit.
            step: Step of the bar, from 0.
            cell: The cell; its level and flam count.

        Returns:
            Whether it was added.
        """
        return self.add(piece, step, DrumStroke(cell.level, cell.flam))

    def put(self, piece: Piece, step: int, stroke: DrumStroke) -> None:
        """Replace the stroke of a piece that is hit on the step already.

        Args:
            piece: Piece that is hit.
            step: Step of the bar, from 0.
            stroke: The new stroke.

        Raises:
            KeyError: The step has no strokes.
        """
        self._by_step[step][piece] = stroke

    def swap(self, before: Piece, after: Piece, step: int) -> bool:
        """Move a stroke to another piece.

        Args:
            before: Piece that is hit.
            after: Piece to hit instead.
            step: Step of the bar, from 0.

        Returns:
            Whether it could be played; otherwise nothing changes.

        Raises:
            KeyError: The step has no stroke of the first piece.
        """
        together = self._by_step[step]
        stroke = together.pop(before)
        if self.add(after, step, stroke):
            return True
        together[before] = stroke
        return False

    def replace(self, step: int, together: Mapping[Piece, DrumStroke]) -> None:
        """Set the strokes of a step, playable or not.

        Args:
            step: Step of the bar, from 0.
            together: The strokes by piece.
        """
        self._by_step[step] = dict(together)

    def ordered(self) -> list[tuple[int, Piece, DrumStroke]]:
        """All strokes as (step, piece, stroke), by step, then piece."""
        return [
            (step, piece, stroke)
            for step, together in sorted(self._by_step.items())
            for piece, stroke in sorted(together.items())
        ]


def count(beats: Iterable[Mapping[Piece, DrumStroke]]) -> int:
    """Number of strokes on some steps."""
    return sum(len(together) for together in beats)
