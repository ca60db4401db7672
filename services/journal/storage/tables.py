"""The tables. `migrations/` makes them; a test compares both."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

# SQLite numbers rows by itself only where the key is INTEGER.
_ID = BigInteger().with_variant(Integer, "sqlite")
# What everybody's counts are stored under in `preferences`.
EVERYBODY = 0

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

USERS = Table(
    "users",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("key_id", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("digest", "key_id"),
    comment="Users as keyed hashes.",
)

PIECES = Table(
    "pieces",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("request_id", String(128), nullable=False, unique=True),
    Column("user_id", _ID, ForeignKey("users.id")),
    Column("root_id", String(128), nullable=False),
    Column("parent_id", String(128), nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("service", String(32), nullable=False),
    Column("began_us", BigInteger, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("locale", String(35), nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("style", String(64), nullable=False),
    Column("mood", String(64), nullable=False),
    Column("tonic", String(8), nullable=False),
    Column("scale", String(64), nullable=False),
    Column("bpm", Float, nullable=False),
    Column("beats", SmallInteger, nullable=False),
    Column("beat_unit", SmallInteger, nullable=False),
    Column("density", SmallInteger, nullable=False),
    Column("bars", Integer, nullable=False),
    Column("notes", Integer, nullable=False),
    Column("corrections", Integer, nullable=False),
    Column("engine", String(64), nullable=False),
    Column("model", String(128), nullable=False),
    Column("model_digest", String(64), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("outcome", SmallInteger, nullable=False),
    Column("error", String(64), nullable=False),
    Column("first_bar_ms", Float, nullable=False),
    Column("bar_ms", Float, nullable=False),
    Column("stars", SmallInteger, nullable=False, server_default="0"),
    Column("comment", Text, nullable=False, server_default=""),
    Column("signals", Integer, nullable=False, server_default="0"),
    Index(None, "user_id", "began_us", "id"),
    Index(None, "user_id", "style", "began_us", "id"),
    Index(None, "root_id"),
    Index(None, "began_us", "id"),
    comment="One row for each interaction; times are microseconds since 1970.",
)

DOCUMENTS = Table(
    "documents",
    METADATA,
    Column("piece_id", _ID, ForeignKey("pieces.id"), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    comment="Interactions without their users, serialised and compressed (zlib).",
)

FACTS = Table(
    "facts",
    METADATA,
    Column("piece_id", _ID, ForeignKey("pieces.id"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    comment="What occurred in a piece: corrections, notices, failures, words that nothing used.",
)

PREFERENCES = Table(
    "preferences",
    METADATA,
    Column("user_id", _ID, primary_key=True, autoincrement=False),
    Column("slot", String(16), primary_key=True),
    Column("value", String(96), primary_key=True),
    Column("pieces", BigInteger, nullable=False),
    Column("rated", BigInteger, nullable=False),
    Column("stars", BigInteger, nullable=False),
    Column("kept", BigInteger, nullable=False),
    Column("dropped", BigInteger, nullable=False),
    comment="Sums over pieces by trait, for each user and (user 0) for everybody.",
)

FORGOTTEN = Table(
    "forgotten",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    comment="Users who were forgotten, so that what arrives late is dropped.",
)

# Columns of a piece that the domain knows, under the names that it has for them.
FACT_COLUMNS = tuple(column for column in PIECES.columns if column.name not in ("id", "user_id"))
