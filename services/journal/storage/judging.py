"""Ratings and signals: a change of a piece, and of the counts of its traits."""

from typing import Any

from sqlalchemy import Connection, Row, select, update

from services.journal.domain.identity import KeyRing
from services.journal.domain.piece import Piece
from services.journal.domain.preferences import change
from services.journal.storage.rows import piece_of
from services.journal.storage.tables import EVERYBODY, PIECES
from services.journal.storage.upserts import add_counts
from services.journal.storage.users import known_users


def judge(
    connection: Connection, request_id: str, subject: str, keys: KeyRing, changes: dict[str, Any]
) -> Piece | None:
    """Change how a piece of a user is judged; the piece as it is now, or None when the user has no such piece.

    Args:
        connection: In a transaction that may write.
        request_id: Of the piece.
        subject: The user.
        keys: For the user.
        changes: Columns to set; `signals` are added to those that there are.
    """
    row: Row[Any] | None = connection.execute(
        select(PIECES)
        .where(PIECES.c.request_id == request_id, PIECES.c.user_id.in_(known_users(connection, subject, keys)))
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    before = piece_of(row)
    values = changes | ({"signals": before.signals | changes["signals"]} if "signals" in changes else {})
    after_row = connection.execute(update(PIECES).where(PIECES.c.id == row.id).values(values).returning(PIECES)).one()
    after = piece_of(after_row)
    if difference := change(before, after):
        add_counts(connection, {row.user_id: difference, EVERYBODY: difference})
    return after
