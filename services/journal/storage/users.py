"""Users in the tables: found by their hashes under every key, moved to the current one when they are seen."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select, update

from services.journal.domain.identity import KeyRing, UserHash
from services.journal.storage.tables import USERS
from services.journal.storage.upserts import insert_or_pass


def known_users(connection: Connection, subject: str, keys: KeyRing) -> Sequence[int]:
    """Rows of a user: none, one, or one more for a key that was current before.

    Args:
        connection: In a transaction.
        subject: The user.
        keys: For the user.
    """
    digests = [each.digest for each in keys.hashes(subject)]
    return connection.scalars(select(USERS.c.id).where(USERS.c.digest.in_(digests))).all()


def users_of(connection: Connection, subjects: Collection[str], keys: KeyRing) -> Mapping[str, int]:
    """Row of each user, made where there is none.

    Args:
        connection: In a transaction that may write.
        subjects: The users.
        keys: For them.
    """
    hashes = {subject: keys.hashes(subject) for subject in sorted(subjects)}
    if not hashes:
        return {}
    found = _rows(connection, [each for known in hashes.values() for each in known])
    rows: dict[str, int] = {}
    for subject, (current, *older) in hashes.items():
        if current.digest in found:
            rows[subject] = found[current.digest]
        elif before := next((each for each in older if each.digest in found), None):
            rows[subject] = found[before.digest]
            change = {"key_id": current.key_id, "digest": current.digest}
            connection.execute(update(USERS).where(USERS.c.id == rows[subject]).values(change))
    missing = [known[0] for subject, known in hashes.items() if subject not in rows]
    if missing:
        values = [{"key_id": each.key_id, "digest": each.digest} for each in missing]
        connection.execute(insert_or_pass(connection, USERS, ["digest", "key_id"]).values(values))
        made = _rows(connection, missing)
        rows |= {subject: made[known[0].digest] for subject, known in hashes.items() if subject not in rows}
    return rows


def _rows(connection: Connection, hashes: Sequence[UserHash]) -> dict[str, int]:
    digests = [each.digest for each in hashes]
    return {row.digest: row.id for row in connection.execute(select(USERS).where(USERS.c.digest.in_(digests)))}
