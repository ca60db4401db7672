"""Connections: SQLite in WAL mode, with one writer and readers beside it, or PostgreSQL."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.pool import ConnectionPoolEntry

_MIGRATIONS = Path(__file__).parent / "migrations"
_READERS = 4
# secure_delete: what is deleted is overwritten, so that nothing of it stays in the file.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
# How long a writer waits for another process that writes, such as a backup.
_BUSY_MS = 10_000
_CONNECT_S = 3
# One journal at a time changes the tables: any number, the same for all.
_MIGRATION_LOCK = 7_166_212


class Database:
    """An open database.

    Args:
        url: "sqlite:////path/to/journal.db" or "postgresql://user@host/name".

    Attributes:
        writer: Where transactions write; takes one at a time on SQLite.
        reader: Where transactions only read.
        name: "sqlite" or "postgresql".
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            self.name = "sqlite"
            Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.writer = _sqlite(url, "BEGIN IMMEDIATE", 1)
            self.reader = _sqlite(url, "BEGIN", _READERS)
        else:
            self.name = "postgresql"
            parsed = parsed.set(drivername="postgresql+psycopg")
            self.writer = self.reader = create_engine(
                parsed,
                pool_size=_READERS + 1,
                pool_pre_ping=True,
                connect_args={"connect_timeout": _CONNECT_S},
            )

    @property
    def writers(self) -> int:
        """Transactions that may write at once."""
        return 1 if self.name == "sqlite" else 2

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to a version. Raises what SQLAlchemy raises when the database is away."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self.writer.begin() as connection:
            if self.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    def close(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()


def _sqlite(url: str, begin: str, connections: int) -> Engine:
    engine = create_engine(url, pool_size=connections, max_overflow=0, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(connection: object, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # transactions begin as said below
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for pragma in (f"busy_timeout={_BUSY_MS}", *_PRAGMAS):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
