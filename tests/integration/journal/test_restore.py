"""A backup of a journal that is being written to, restored: whole, and with what came afterwards from the spools."""

import sqlite3
import threading
from pathlib import Path

from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub

from services.chassis.client.channel import open_channel
from services.journal.domain.identity import parse_keys
from services.journal.domain.reading import read_interaction
from services.journal.domain.repository import Span
from services.journal.storage.database import Database
from services.journal.storage.sql_repository import SqlRepository
from tests.integration.journal.conftest import KEY, journal_settings, running_journal
from tests.integration.journal.interactions import interaction
from tests.integration.journal.test_service import ANA, record

KEYS = parse_keys(KEY, "test")


async def test_a_backup_taken_while_writing_is_restored(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    async with running_journal(journal_settings(url, tmp_path)) as server, open_channel(server.address) as channel:
        stub = JournalServiceStub(channel)
        await record(stub, *(interaction(f"r{n:03}", at=n + 1) for n in range(50)))
        taken = threading.Thread(target=back_up, args=(tmp_path / "journal.db", tmp_path / "backup.db"))
        taken.start()
        await record(stub, *(interaction(f"s{n:03}", at=100 + n) for n in range(50)))
        taken.join()
    restore(tmp_path)
    async with running_journal(journal_settings(url, tmp_path)) as server, open_channel(server.address) as channel:
        stub = JournalServiceStub(channel)
        history = await stub.History(pb.HistoryRequest(page_size=1000), metadata=ANA)
        assert {f"r{n:03}" for n in range(50)} <= {piece.request_id for piece in history.pieces}
        # What a spool still holds is sent again, whether the backup has it or not.
        await record(stub, *(interaction(f"s{n:03}", at=100 + n) for n in range(50)))
        profile = await stub.Profile(pb.ProfileRequest(), metadata=ANA)
        assert profile.pieces == 100


def restore(folder: Path) -> None:
    """Likewise."""
    for path in folder.glob("journal.db*"):
        path.unlink()
    (folder / "backup.db").rename(folder / "journal.db")


def back_up(source: Path, target: Path) -> None:
    """As docs/journal.md says."""
    with sqlite3.connect(source) as before, sqlite3.connect(target) as after:
        before.backup(after)
    before.close()
    after.close()


def test_every_released_version_of_the_tables_is_brought_up_to_date(url: str) -> None:
    """Rows of each version are there, and mean the same, after all later migrations."""
    database = Database(url)
    database.migrate("0001")
    SqlRepository(database).record([read_interaction(interaction("r1").SerializeToString())], KEYS)
    database.migrate()
    database.migrate()  # nothing to do
    [(piece, document)] = SqlRepository(database).export(Span(), 0)
    assert (piece.request_id, piece.style) == ("r1", "funk")
    assert b"zorglub" in document
    database.close()


def test_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from services.journal.storage.tables import METADATA

    with database.reader.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_pieces_grow_old_and_counts_go_with_them(repository: SqlRepository) -> None:
    new = [read_interaction(interaction(f"r{n}", at=n + 1).SerializeToString()) for n in range(10)]
    repository.record(new, KEYS)
    assert repository.purge(6_000_000) == 5
    assert [piece.request_id for piece, _ in repository.export(Span(), 0)] == [f"r{n}" for n in range(5, 10)]
    for subject in ("ana", None):
        assert {counts.pieces for counts in repository.preferences(subject, KEYS).values()} == {5}


def test_a_user_is_found_under_an_older_key_and_moves_to_the_new_one(repository: SqlRepository) -> None:
    repository.record([read_interaction(interaction("r1").SerializeToString())], KEYS)
    both = KEYS.rotated()
    assert [piece.request_id for piece in repository.history("ana", both, "", None, 10).pieces] == ["r1"]
    repository.record([read_interaction(interaction("r2").SerializeToString())], both)
    only_new = parse_keys(both.text().splitlines()[0], "test")
    pieces = repository.history("ana", only_new, "", None, 10).pieces
    assert sorted(piece.request_id for piece in pieces) == ["r1", "r2"]
