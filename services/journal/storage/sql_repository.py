"""The repository on SQL; see `services.journal.domain.repository`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.journal.domain.figures import Figures
from services.journal.domain.identity import KeyRing
from services.journal.domain.piece import NewPiece, Piece
from services.journal.domain.preferences import Counts, Trait
from services.journal.domain.repository import Cursor, HistoryPage, Recorded, Removal, Span, StorageDown
from services.journal.storage import counting, erasing, judging, looking, recording
from services.journal.storage.database import Database

# A transaction that met another one is tried again this often.
_TRIES = 5


class SqlRepository:
    """Keeps pieces in a database whose tables are there. See `Repository`.

    Args:
        database: An open one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, pieces: Sequence[NewPiece], keys: KeyRing) -> Recorded:
        """Store pieces. See `Repository`."""
        for _ in range(_TRIES):
            try:
                with _transaction(self._database.writer) as connection:
                    return recording.store(connection, pieces, keys)
            except IntegrityError:  # its user was forgotten, or another transaction stored the same, meanwhile
                continue
        raise StorageDown("transactions met again and again")

    def rate(self, request_id: str, subject: str, keys: KeyRing, stars: int, comment: str) -> Piece | None:
        """Rate a piece. See `Repository`."""
        changes = {"stars": stars, "comment": comment.replace("\0", "")}
        with _transaction(self._database.writer) as connection:
            return judging.judge(connection, request_id, subject, keys, changes)

    def signal(self, request_id: str, subject: str, keys: KeyRing, kind: int) -> bool:
        """Note what was done with a piece. See `Repository`."""
        with _transaction(self._database.writer) as connection:
            return judging.judge(connection, request_id, subject, keys, {"signals": 1 << kind}) is not None

    def history(self, subject: str, keys: KeyRing, style: str, after: Cursor | None, most: int) -> HistoryPage:
        """Pieces of a user. See `Repository`."""
        with _transaction(self._database.reader) as connection:
            return looking.history(connection, subject, keys, style, after, most)

    def piece(self, request_id: str, subject: str, keys: KeyRing) -> tuple[Piece, bytes] | None:
        """A piece with its document. See `Repository`."""
        with _transaction(self._database.reader) as connection:
            return looking.with_document(connection, request_id, subject, keys)

    def versions(self, root_id: str, subject: str, keys: KeyRing) -> Sequence[Piece]:
        """All versions of a piece. See `Repository`."""
        with _transaction(self._database.reader) as connection:
            return looking.versions(connection, root_id, subject, keys)

    def preferences(self, subject: str | None, keys: KeyRing) -> Mapping[Trait, Counts]:
        """Counts by trait. See `Repository`."""
        with _transaction(self._database.reader) as connection:
            return looking.preferences(connection, subject, keys)

    def figures(self, span: Span) -> Figures:
        """Figures over the pieces of a time. See `Repository`."""
        with _transaction(self._database.reader) as connection:
            return counting.figures(connection, span)

    def export(self, span: Span, min_stars: int) -> Iterator[tuple[Piece, bytes]]:
        """Every piece of a time; a transaction for each page, so that writers are not held up. See `Repository`."""
        place = Cursor(-1, -1)
        while True:
            with _transaction(self._database.reader) as connection:
                page = list(looking.exported(connection, span, min_stars, place))
            if not page:
                return
            for after, piece, document in page:
                place = after
                yield piece, document

    def forget(self, subject: str, keys: KeyRing, at_us: int) -> Sequence[Removal]:
        """Remove everything of a user. See `Repository`."""
        with _transaction(self._database.writer) as connection:
            removed = erasing.forget(connection, subject, keys, at_us)
        self._scrub()
        return removed

    def purge(self, before_us: int) -> int:
        """Remove pieces of before a time. See `Repository`."""
        total = 0
        while True:
            with _transaction(self._database.writer) as connection:
                removed = erasing.purge(connection, before_us)
            total += removed
            if not removed:
                if total:
                    self._scrub()
                return total

    def _scrub(self) -> None:
        """Let the files hold nothing of what was deleted."""
        with _translated():
            if self._database.name == "sqlite":  # deleted content is overwritten (secure_delete); the log goes too
                raw = self._database.writer.raw_connection()
                try:
                    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    raw.close()
                return
            with self._database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM pieces, documents, facts, preferences, users"))

    def close(self) -> None:
        """Close all connections."""
        self._database.close()


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    with _translated(), engine.begin() as connection:
        yield connection


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what says that the database is away, full or busy into StorageDown."""
    try:
        yield
    except IntegrityError:
        raise
    except (OperationalError, PoolTimeout) as error:
        raise StorageDown(str(error)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StorageDown(str(error)) from error
        raise
