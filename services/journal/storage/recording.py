"""Storing what is reported, each request id once."""

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert, select, update

from services.journal.domain.identity import KeyRing
from services.journal.domain.piece import NewPiece, Piece
from services.journal.domain.preferences import Counts, Trait, totals
from services.journal.domain.repository import Recorded
from services.journal.storage.rows import row_of
from services.journal.storage.tables import DOCUMENTS, EVERYBODY, FACTS, FORGOTTEN, PIECES
from services.journal.storage.upserts import add_counts, insert_or_pass
from services.journal.storage.users import users_of

_LEVEL = 6  # of compression; interactions shrink to a tenth


def store(connection: Connection, pieces: Sequence[NewPiece], keys: KeyRing) -> Recorded:
    """Store pieces; see `Repository`.

    Args:
        connection: In a transaction that may write.
        pieces: In the order in which they were reported.
        keys: For their users.
    """
    wanted = _not_forgotten(connection, pieces, keys)
    once = {new.piece.request_id: new for new in reversed(wanted)}  # the first of two with one id
    known = set(connection.scalars(select(PIECES.c.request_id).where(PIECES.c.request_id.in_(once))))
    fresh = [new for new in wanted if once[new.piece.request_id] is new and new.piece.request_id not in known]
    ids: Mapping[str, int] = {}
    if fresh:
        ids = _insert(connection, fresh, keys)
    return Recorded(len(ids), len(wanted) - len(ids), len(pieces) - len(wanted))


def _not_forgotten(connection: Connection, pieces: Sequence[NewPiece], keys: KeyRing) -> list[NewPiece]:
    digests = {user: {each.digest for each in keys.hashes(user)} for user in {new.user for new in pieces if new.user}}
    every = set().union(*digests.values())
    statement = select(FORGOTTEN.c.digest, FORGOTTEN.c.at_us).where(FORGOTTEN.c.digest.in_(every))
    forgotten = dict(map(tuple, connection.execute(statement))) if every else {}
    until = {user: max((forgotten.get(each, -1) for each in own), default=-1) for user, own in digests.items()}
    return [new for new in pieces if new.piece.began_us > until.get(new.user, -1)]


def _insert(connection: Connection, fresh: Sequence[NewPiece], keys: KeyRing) -> Mapping[str, int]:
    """Insert pieces that were not there a moment ago; the row of each that was inserted."""
    users = users_of(connection, {new.user for new in fresh if new.user}, keys)
    roots = _roots(connection, fresh, users)
    placed = {
        new.piece.request_id: replace(new.piece, root_id=roots.get(new.piece.request_id, new.piece.request_id))
        for new in fresh
    }
    rows = [row_of(placed[new.piece.request_id]) | {"user_id": users.get(new.user)} for new in fresh]
    statement = insert_or_pass(connection, PIECES, ["request_id"]).returning(PIECES.c.request_id, PIECES.c.id)
    # One statement numbers them in their order; what another transaction has inserted meanwhile is passed over.
    ids = dict(map(tuple, connection.execute(statement.values(rows))))
    inserted = [new for new in fresh if new.piece.request_id in ids]
    if inserted:
        connection.execute(
            insert(DOCUMENTS),
            [
                {"piece_id": ids[new.piece.request_id], "content": zlib.compress(new.document, _LEVEL)}
                for new in inserted
            ],
        )
    facts = [
        {"piece_id": ids[new.piece.request_id], "kind": fact.kind, "name": fact.name, "count": fact.count}
        for new in inserted
        for fact in new.facts
    ]
    if facts:
        connection.execute(insert(FACTS), facts)
    _adopt(connection, [(placed[new.piece.request_id], users.get(new.user)) for new in inserted])
    _count(connection, inserted, users)
    return ids


def _roots(connection: Connection, fresh: Sequence[NewPiece], users: Mapping[str, int]) -> dict[str, str]:
    """First version of each piece that has a parent; a parent of another user is none."""
    parents = {new.piece.parent_id for new in fresh if new.piece.parent_id}
    if not parents:
        return {}
    statement = select(PIECES.c.request_id, PIECES.c.root_id, PIECES.c.user_id).where(PIECES.c.request_id.in_(parents))
    known = {request_id: (root, user) for request_id, root, user in connection.execute(statement)}
    found: dict[str, str] = {}
    for new in fresh:
        piece, user = new.piece, users.get(new.user)
        if piece.parent_id:
            root, owner = known.get(piece.parent_id, (piece.parent_id, user))
            found[piece.request_id] = root if owner == user else piece.request_id
        known[piece.request_id] = found.get(piece.request_id, piece.request_id), user
    return found


def _adopt(connection: Connection, pieces: Sequence[tuple[Piece, int | None]]) -> None:
    """Give versions that came before their parent the root that the parent has."""
    for piece, user in pieces:
        if piece.parent_id and piece.root_id != piece.request_id:
            own = PIECES.c.user_id.is_(None) if user is None else PIECES.c.user_id == user
            children = update(PIECES).where(PIECES.c.root_id == piece.request_id, own)
            connection.execute(children.values(root_id=piece.root_id))


def _count(connection: Connection, inserted: Sequence[NewPiece], users: Mapping[str, int]) -> None:
    by_user: dict[int, list[Piece]] = defaultdict(list)
    for new in inserted:
        if new.user:
            by_user[users[new.user]].append(new.piece)
            by_user[EVERYBODY].append(new.piece)
    changes: dict[int, Mapping[Trait, Counts]] = {user: totals(pieces) for user, pieces in by_user.items()}
    add_counts(connection, changes)
