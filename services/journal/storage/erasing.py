"""Removing: everything of a user, or everything that is old."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from services.journal.domain.identity import KeyRing
from services.journal.domain.piece import Piece
from services.journal.domain.preferences import Counts, Trait, totals
from services.journal.domain.repository import Removal
from services.journal.storage.rows import piece_of
from services.journal.storage.tables import DOCUMENTS, EVERYBODY, FACTS, FORGOTTEN, PIECES, PREFERENCES, USERS
from services.journal.storage.upserts import add_counts
from services.journal.storage.users import known_users

_AT_ONCE = 1000
# Spools are younger than this, so whom nothing older can name need not be remembered as forgotten.
_REMEMBERED_US = 90 * 24 * 3600 * 1_000_000


def forget(connection: Connection, subject: str, keys: KeyRing, at_us: int) -> Sequence[Removal]:
    """Remove everything of a user; see `Repository`.

    Args:
        connection: In a transaction that may write.
        subject: The user.
        keys: For the user.
        at_us: Nothing of before that time is let in any more.
    """
    users = known_users(connection, subject, keys)
    digests = [each.digest for each in keys.hashes(subject)]
    # What is being stored for the user meanwhile is waited for, and what comes later meets the mark.
    connection.execute(select(USERS.c.id).where(USERS.c.id.in_(users)).with_for_update())
    connection.execute(delete(FORGOTTEN).where(FORGOTTEN.c.digest.in_(digests)))
    connection.execute(delete(FORGOTTEN).where(FORGOTTEN.c.at_us < at_us - _REMEMBERED_US))
    connection.execute(insert(FORGOTTEN), [{"digest": digest, "at_us": at_us} for digest in digests])
    before = _counted(connection, users)
    everybodys = {
        Trait(row.slot, row.value): -Counts(row.pieces, row.rated, row.stars, row.kept, row.dropped)
        for row in connection.execute(select(PREFERENCES).where(PREFERENCES.c.user_id.in_(users)))
    }
    add_counts(connection, {EVERYBODY: everybodys})
    own = PIECES.c.user_id.in_(users)
    _remove_pieces(connection, own)
    connection.execute(delete(PREFERENCES).where(PREFERENCES.c.user_id.in_(users) | (PREFERENCES.c.pieces <= 0)))
    connection.execute(delete(USERS).where(USERS.c.id.in_(users)))
    after = _counted(connection, known_users(connection, subject, keys) or users)
    return [Removal(what, count - after[what], after[what]) for what, count in before.items()]


def purge(connection: Connection, before_us: int) -> int:
    """Remove some pieces of before a time; how many, 0 when none is left.

    Args:
        connection: In a transaction that may write.
        before_us: The time.
    """
    rows = connection.execute(
        select(PIECES).where(PIECES.c.began_us < before_us).order_by(PIECES.c.began_us).limit(_AT_ONCE)
    ).all()
    if not rows:
        return 0
    by_user: dict[int, list[Piece]] = defaultdict(list)
    for row in rows:
        if row.user_id is not None:
            by_user[row.user_id].append(piece_of(row))
            by_user[EVERYBODY].append(piece_of(row))
    changes: dict[int, Mapping[Trait, Counts]] = {
        user: {trait: -counts for trait, counts in totals(pieces).items()} for user, pieces in by_user.items()
    }
    add_counts(connection, changes)
    connection.execute(delete(PREFERENCES).where(PREFERENCES.c.pieces <= 0))
    _remove_pieces(connection, PIECES.c.id.in_([row.id for row in rows]))
    return len(rows)


def _remove_pieces(connection: Connection, which: ColumnElement[bool]) -> None:
    rows = select(PIECES.c.id).where(which)
    connection.execute(delete(DOCUMENTS).where(DOCUMENTS.c.piece_id.in_(rows)))
    connection.execute(delete(FACTS).where(FACTS.c.piece_id.in_(rows)))
    connection.execute(delete(PIECES).where(which))


def _counted(connection: Connection, users: Sequence[int]) -> dict[str, int]:
    own = PIECES.c.user_id.in_(users)
    rows = select(PIECES.c.id).where(own)
    statements = {
        "pieces": select(func.count()).select_from(PIECES).where(own),
        "documents": select(func.count()).select_from(DOCUMENTS).where(DOCUMENTS.c.piece_id.in_(rows)),
        "ratings": select(func.count()).select_from(PIECES).where(own, PIECES.c.stars > 0),
        "signals": select(func.count()).select_from(PIECES).where(own, PIECES.c.signals > 0),
        "facts": select(func.count()).select_from(FACTS).where(FACTS.c.piece_id.in_(rows)),
        "preferences": select(func.count()).select_from(PREFERENCES).where(PREFERENCES.c.user_id.in_(users)),
        "user": select(func.count()).select_from(USERS).where(USERS.c.id.in_(users)),
    }
    return {what: connection.scalar(statement) or 0 for what, statement in statements.items()}
