"""Between rows and pieces."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from services.journal.domain.piece import Piece
from services.journal.storage.tables import FACT_COLUMNS

_NAMES = tuple(column.name for column in FACT_COLUMNS)


def row_of(piece: Piece) -> dict[str, Any]:
    """The columns of a piece."""
    return asdict(piece)


def piece_of(row: Row[Any]) -> Piece:
    """The piece in a row that has FACT_COLUMNS, among others."""
    return Piece(**{name: getattr(row, name) for name in _NAMES})
