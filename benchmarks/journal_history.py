"""The journal with a million pieces: recording on one core, then what people ask of it, on SQLite and PostgreSQL.

Pieces are recorded through gRPC for the rate, then copied inside the database up to a million: half of them of one
person, the rest of a thousand. Times are those of calls over a unix socket; PostgreSQL is left out where it is missing.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub
from sqlalchemy import Connection, text

from launcher.process import ServiceProcess
from launcher.readiness import serving
from services.chassis.client.channel import open_channel
from services.chassis.request_context import Identity, write_identity
from services.journal.storage.database import Database
from services.journal.storage.tables import FACT_COLUMNS
from tests.integration.journal.interactions import interaction
from tests.integration.journal.postgres import is_there, running_cluster

_KEY = "1:" + "ab" * 32
_RECORDED, _BATCH, _ROWS, _USERS, _VALUES, _CALLS = 4000, 100, 1_000_000, 1000, 300, 200
_STYLES = ("funk", "jazz", "house", "rock", "trap", "ballad", "bossa_nova", "techno")
_HEAVY, _LIGHT = "heavy", "user 1"


def run(rows: int = _ROWS) -> list[dict[str, object]]:
    """Measure. Rows: database, what, per minute or p50 and p95 in milliseconds.

    Args:
        rows: How many pieces there are when people ask.
    """
    with TemporaryDirectory() as folder:
        found = asyncio.run(_measured(f"sqlite:///{folder}/journal.db", Path(folder), rows))
    if is_there():
        with running_cluster() as cluster, TemporaryDirectory() as folder:
            found += asyncio.run(_measured(cluster.url("postgres"), Path(folder), rows))
    return found


@asynccontextmanager
async def _running(url: str, folder: Path) -> AsyncIterator[tuple[JournalServiceStub, int]]:
    address = f"unix:{folder}/journal.sock"
    own = {
        "BOUMB_JOURNAL_ADDRESS": address,
        "BOUMB_JOURNAL_URL": url,
        "BOUMB_JOURNAL_KEYS": _KEY,
        "BOUMB_STATE_DIR": str(folder),
        "BOUMB_LOG_LEVEL": "WARNING",
    }
    with (folder / "log").open("wb") as log:
        process = await ServiceProcess.start("services.journal.main", {**os.environ, **own}, log)
        try:
            await serving(address)
            async with open_channel(address) as channel:
                yield JournalServiceStub(channel), process.pid
        finally:
            await process.kill()


async def _measured(url: str, folder: Path, rows: int) -> list[dict[str, object]]:
    database = Database(url)
    found: list[dict[str, object]] = []
    async with _running(url, folder) as (stub, pid):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(pid, cores[:1])
        os.sched_setaffinity(0, cores[1:] or cores)
        began = time.perf_counter()
        for start in range(0, _RECORDED, _BATCH):
            await stub.Record(_requests(start))
        rate = _RECORDED / (time.perf_counter() - began) * 60
        found.append({"database": database.name, "what": "Record, one core", "pieces_per_minute": round(rate)})
    with database.writer.begin() as connection:
        _multiply(connection, rows)
    async with _running(url, folder) as (stub, _):
        for name, call in _questions(stub).items():
            for _ in range(5):
                await call()
            times = [await _timed(call) for _ in range(_CALLS)]
            cuts = quantiles(times, n=20)
            found.append(
                {
                    "database": database.name,
                    "what": name,
                    "p50_ms": round(cuts[9] * 1000, 2),
                    "p95_ms": round(cuts[18] * 1000, 2),
                }
            )
    database.close()
    return found


async def _requests(start: int) -> AsyncIterator[pb.RecordRequest]:
    for number in range(start, start + _BATCH):
        user = _HEAVY if number % 2 else f"user {number // 2 % _USERS}"
        style = _STYLES[number % len(_STYLES)]
        made = interaction(f"r{number:06}", user=user, at=1_700_000_000 + number, style=style)
        yield pb.RecordRequest(interaction=made.SerializeToString())


def _multiply(connection: Connection, rows: int) -> None:
    """Copy what is there, with other ids and times, and the counts with it."""
    times = rows // _RECORDED
    copied = [column.name for column in FACT_COLUMNS if column.name not in ("request_id", "root_id", "began_us")]
    names = ", ".join(["user_id", *copied])
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :times)"
        if connection.dialect.name == "sqlite"
        else "WITH n(i) AS (SELECT generate_series(1, :times))"
    )
    changed = "request_id || '-' || i, root_id || '-' || i, began_us + i * CAST(10000000 AS BIGINT)"
    statement = (
        f"INSERT INTO pieces (request_id, root_id, began_us, {names}) "
        f"{numbers} SELECT {changed}, {names} FROM pieces CROSS JOIN n"
    )
    connection.execute(text(statement), {"times": times - 1})
    connection.execute(
        text(
            "INSERT INTO documents (piece_id, content) SELECT p.id, d.content FROM pieces p "
            "JOIN documents d ON d.piece_id = (p.id - 1) % :recorded + 1 WHERE p.id > :recorded"
        ),
        {"recorded": _RECORDED},
    )
    connection.execute(text("UPDATE preferences SET pieces = pieces * :times"), {"times": times})
    # As many values as the catalogue has, for those who have tried them all.
    connection.execute(
        text(
            f"INSERT INTO preferences (user_id, slot, value, pieces, rated, stars, kept, dropped) {numbers} "
            "SELECT user_id, 'style', 'style_' || i, 10, 2, 7, 1, 1 FROM (SELECT DISTINCT user_id FROM preferences) u "
            "CROSS JOIN n"
        ),
        {"times": _VALUES},
    )
    connection.execute(text("ANALYZE"))


def _questions(stub: JournalServiceStub) -> dict[str, Callable[[], Awaitable[object]]]:
    heavy = tuple(write_identity(Identity(_HEAVY)))
    light = tuple(write_identity(Identity(_LIGHT)))
    going_on = pb.HistoryRequest(page_size=50)
    return {
        "History, 50 of 500,000": lambda: stub.History(pb.HistoryRequest(page_size=50), metadata=heavy),
        "History, pages one after the other": lambda: _next(stub, heavy, going_on),
        "History, one style": lambda: stub.History(pb.HistoryRequest(page_size=50, style="jazz"), metadata=heavy),
        "History, 50 of 500": lambda: stub.History(pb.HistoryRequest(page_size=50), metadata=light),
        "Get": lambda: stub.Get(pb.GetRequest(request_id="r000001"), metadata=heavy),
        "Profile": lambda: stub.Profile(pb.ProfileRequest(), metadata=heavy),
        "Suggest": lambda: stub.Suggest(pb.SuggestRequest(), metadata=heavy),
        "Rate": lambda: stub.Rate(pb.RateRequest(request_id="r000001", stars=4), metadata=heavy),
    }


async def _next(
    stub: JournalServiceStub, metadata: tuple[tuple[str, str | bytes], ...], request: pb.HistoryRequest
) -> None:
    """The page that a request asks for; afterwards it asks for the one after that."""
    request.page_token = (await stub.History(request, metadata=metadata)).next_page_token


async def _timed(call: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await call()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(run())
