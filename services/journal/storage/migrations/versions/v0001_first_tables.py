"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "forgotten",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_forgotten")),
        comment="Users who were forgotten, so that what arrives late is dropped.",
    )
    op.create_table(
        "preferences",
        sa.Column("user_id", _ID, autoincrement=False, nullable=False),
        sa.Column("slot", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=96), nullable=False),
        sa.Column("pieces", sa.BigInteger(), nullable=False),
        sa.Column("rated", sa.BigInteger(), nullable=False),
        sa.Column("stars", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("dropped", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "slot", "value", name=op.f("pk_preferences")),
        comment="Sums over pieces by trait, for each user and (user 0) for everybody.",
    )
    op.create_table(
        "users",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("digest", "key_id", name=op.f("uq_users_digest_key_id")),
        comment="Users as keyed hashes.",
    )
    op.create_table(
        "pieces",
        sa.Column("id", _ID, nullable=False),
        sa.Column("request_id", sa.String(length=128), nullable=False),
        sa.Column("user_id", _ID, nullable=True),
        sa.Column("root_id", sa.String(length=128), nullable=False),
        sa.Column("parent_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.Column("began_us", sa.BigInteger(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("style", sa.String(length=64), nullable=False),
        sa.Column("mood", sa.String(length=64), nullable=False),
        sa.Column("tonic", sa.String(length=8), nullable=False),
        sa.Column("scale", sa.String(length=64), nullable=False),
        sa.Column("bpm", sa.Float(), nullable=False),
        sa.Column("beats", sa.SmallInteger(), nullable=False),
        sa.Column("beat_unit", sa.SmallInteger(), nullable=False),
        sa.Column("density", sa.SmallInteger(), nullable=False),
        sa.Column("bars", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Integer(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("model_digest", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.Column("first_bar_ms", sa.Float(), nullable=False),
        sa.Column("bar_ms", sa.Float(), nullable=False),
        sa.Column("stars", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("signals", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_pieces_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pieces")),
        sa.UniqueConstraint("request_id", name=op.f("uq_pieces_request_id")),
        comment="One row for each interaction; times are microseconds since 1970.",
    )
    op.create_index(op.f("ix_pieces_began_us_id"), "pieces", ["began_us", "id"], unique=False)
    op.create_index(op.f("ix_pieces_root_id"), "pieces", ["root_id"], unique=False)
    op.create_index(op.f("ix_pieces_user_id_began_us_id"), "pieces", ["user_id", "began_us", "id"], unique=False)
    op.create_index(
        op.f("ix_pieces_user_id_style_began_us_id"), "pieces", ["user_id", "style", "began_us", "id"], unique=False
    )
    op.create_table(
        "documents",
        sa.Column("piece_id", _ID, autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name=op.f("fk_documents_piece_id")),
        sa.PrimaryKeyConstraint("piece_id", name=op.f("pk_documents")),
        comment="Interactions without their users, serialised and compressed (zlib).",
    )
    op.create_table(
        "facts",
        sa.Column("piece_id", _ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["piece_id"], ["pieces.id"], name=op.f("fk_facts_piece_id")),
        sa.PrimaryKeyConstraint("piece_id", "kind", "name", name=op.f("pk_facts")),
        comment="What occurred in a piece: corrections, notices, failures, words that nothing used.",
    )
