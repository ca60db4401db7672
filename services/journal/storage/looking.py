"""Reading what is stored: histories, single pieces, versions, counts."""

import zlib
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, select, tuple_

from services.journal.domain.identity import KeyRing
from services.journal.domain.piece import Piece
from services.journal.domain.preferences import Counts, Trait
from services.journal.domain.repository import Cursor, HistoryPage, Span
from services.journal.storage.rows import piece_of
from services.journal.storage.tables import DOCUMENTS, EVERYBODY, PIECES, PREFERENCES
from services.journal.storage.users import known_users

_EXPORTED_AT_ONCE = 200


def history(
    connection: Connection, subject: str, keys: KeyRing, style: str, after: Cursor | None, most: int
) -> HistoryPage:
    """Pieces of a user; see `Repository`.

    Args:
        connection: In a transaction.
        subject: The user.
        keys: For the user.
        style: Slug; empty for all.
        after: Where to begin; None begins with the newest.
        most: Most pieces.
    """
    users = known_users(connection, subject, keys)
    if not users:
        return HistoryPage((), None)
    # A user has one row but for a moment, and equality keeps to the order of the index.
    own = PIECES.c.user_id == users[0] if len(users) == 1 else PIECES.c.user_id.in_(users)
    statement = select(PIECES).where(own)
    if style:
        statement = statement.where(PIECES.c.style == style)
    if after is not None:
        statement = statement.where(tuple_(PIECES.c.began_us, PIECES.c.id) < (after.began_us, after.row))
    rows = connection.execute(statement.order_by(PIECES.c.began_us.desc(), PIECES.c.id.desc()).limit(most + 1)).all()
    page = rows[:most]
    following = Cursor(page[-1].began_us, page[-1].id) if len(rows) > most else None
    return HistoryPage(tuple(map(piece_of, page)), following)


def with_document(connection: Connection, request_id: str, subject: str, keys: KeyRing) -> tuple[Piece, bytes] | None:
    """A piece of a user with its document; see `Repository`.

    Args:
        connection: In a transaction.
        request_id: Of the piece.
        subject: The user.
        keys: For the user.
    """
    row = connection.execute(
        select(PIECES, DOCUMENTS.c.content)
        .join(DOCUMENTS, DOCUMENTS.c.piece_id == PIECES.c.id)
        .where(PIECES.c.request_id == request_id, PIECES.c.user_id.in_(known_users(connection, subject, keys)))
    ).one_or_none()
    return None if row is None else (piece_of(row), zlib.decompress(row.content))


def versions(connection: Connection, root_id: str, subject: str, keys: KeyRing) -> Sequence[Piece]:
    """All versions of a piece of a user; see `Repository`.

    Args:
        connection: In a transaction.
        root_id: Request id of the first.
        subject: The user.
        keys: For the user.
    """
    rows = connection.execute(
        select(PIECES)
        .where(PIECES.c.root_id == root_id, PIECES.c.user_id.in_(known_users(connection, subject, keys)))
        .order_by(PIECES.c.began_us, PIECES.c.id)
    )
    return tuple(map(piece_of, rows))


def preferences(connection: Connection, subject: str | None, keys: KeyRing) -> Mapping[Trait, Counts]:
    """Counts by trait; see `Repository`.

    Args:
        connection: In a transaction.
        subject: The user; None for everybody.
        keys: For the user.
    """
    users = [EVERYBODY] if subject is None else known_users(connection, subject, keys)
    rows = connection.execute(select(PREFERENCES).where(PREFERENCES.c.user_id.in_(users), PREFERENCES.c.pieces > 0))
    return {Trait(row.slot, row.value): Counts(row.pieces, row.rated, row.stars, row.kept, row.dropped) for row in rows}


def exported(
    connection: Connection, span: Span, min_stars: int, after: Cursor
) -> Iterator[tuple[Cursor, Piece, bytes]]:
    """A page of the pieces of a time with their documents, the oldest first, each with its place.

    Args:
        connection: In a transaction.
        span: The time.
        min_stars: Least rating; 0 takes those that were not rated too.
        after: Where to begin.
    """
    statement = (
        select(PIECES, DOCUMENTS.c.content)
        .join(DOCUMENTS, DOCUMENTS.c.piece_id == PIECES.c.id)
        .where(
            tuple_(PIECES.c.began_us, PIECES.c.id) > (after.began_us, after.row),
            PIECES.c.began_us >= (span.since_us or 0),
            PIECES.c.stars >= min_stars,
        )
        .order_by(PIECES.c.began_us, PIECES.c.id)
        .limit(_EXPORTED_AT_ONCE)
    )
    if span.until_us is not None:
        statement = statement.where(PIECES.c.began_us < span.until_us)
    for row in connection.execute(statement):
        yield Cursor(row.began_us, row.id), piece_of(row), zlib.decompress(row.content)
