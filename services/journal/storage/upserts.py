"""INSERT that meets rows which are there, in the words of either database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from services.journal.domain.preferences import Counts, Trait
from services.journal.storage.tables import PREFERENCES

_COUNTS = ("pieces", "rated", "stars", "kept", "dropped")
_ROWS = 500  # in a statement


def dialect_insert(connection: Connection, table: Table) -> Any:  # noqa: ANN401  one type or the other, which share no base
    """INSERT of the database in use.

    Args:
        connection: To it.
        table: To insert into.
    """
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def insert_or_pass(connection: Connection, table: Table, key: Sequence[str]) -> Any:  # noqa: ANN401  likewise
    """INSERT that passes over rows which are there.

    Args:
        connection: To the database.
        table: To insert into.
        key: Columns that are unique together.
    """
    return dialect_insert(connection, table).on_conflict_do_nothing(index_elements=list(key))


def add_counts(connection: Connection, changes: Mapping[int, Mapping[Trait, Counts]]) -> None:
    """Add to counts by user and trait; those that come to nothing go.

    Args:
        connection: In a transaction that may write.
        changes: What to add, by user.
    """
    rows = [
        {"user_id": user, "slot": trait.slot, "value": trait.value, **dict(zip(_COUNTS, counts.all(), strict=True))}
        for user, by_trait in sorted(
            changes.items()
        )  # in one order everywhere, so that no two transactions wait in a ring
        for trait, counts in sorted(by_trait.items())
    ]
    for start in range(0, len(rows), _ROWS):
        statement = dialect_insert(connection, PREFERENCES).values(rows[start : start + _ROWS])
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["user_id", "slot", "value"],
                set_={name: PREFERENCES.c[name] + statement.excluded[name] for name in _COUNTS},
            )
        )
