"""A fill as data; `generation.fills` plays it."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.drums.kit.kit import Piece
from services.drums.kit.tab_notation import Row


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """A fill of one bar of 4/4; a shorter one is its end.

    Attributes:
        name: Its name in fills.yaml.
        rows: A row per piece that the fill plays.
        keeps: Pieces of the groove that go on beside it, other than kick and pedal hat, which do so anyway.
        rests: Pieces of the groove that fall silent during the fill.
    """

    name: str
    rows: Mapping[Piece, Row]
    keeps: frozenset[Piece]
    rests: frozenset[Piece]
