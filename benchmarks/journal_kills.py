"""kill -9 of the journal, of PostgreSQL and of a recording service, at random moments of ten thousand writes.

Fails when an acknowledged record is missing, one is there twice, or versions are out of order. For a recording
service it tells how many interactions ended before the kill, and how many of those had not reached its spool.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from launcher.settings import ROOT
from services.journal.storage.database import Database
from services.journal.storage.tables import PIECES
from tests.integration.journal.journal_process import JournalProcess
from tests.integration.journal.killing import Load, check, write_while
from tests.integration.journal.postgres import Cluster, is_there, running_cluster

_LOAD = Load(writers=20, batches=50, batch=10, kills=8)
_STREAMS, _KILLS = 2000, 5


def run() -> list[dict[str, object]]:
    """Kill. Rows: database, what was killed, how often, written, acknowledged, missing, twice."""
    rows: list[dict[str, object]] = []
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster()) if is_there() else None
        for number in range(2 if cluster else 1):
            database = "postgresql" if number else "sqlite"
            kinds = ("journal", "recording service", *(["postgresql"] if number else []))
            for kind in kinds:
                folder = Path(stack.enter_context(TemporaryDirectory()))
                url = f"sqlite:///{folder / 'journal.db'}"
                if number and cluster is not None:
                    name = f"kills_{len(rows)}"
                    cluster.sql(f"CREATE DATABASE {name}")
                    url = cluster.url(name)
                journal = JournalProcess(url, folder)
                journal.start()
                journal.wait_until_serving()
                try:
                    row = _kill_recorder(journal) if kind == "recording service" else _kill(journal, kind, cluster)
                finally:
                    journal.stop()
                rows.append({"database": database, "killed": kind, **row})
    return rows


def _kill(journal: JournalProcess, kind: str, cluster: Cluster | None) -> dict[str, object]:
    def kill_journal() -> None:
        journal.kill()
        journal.start()

    def kill_postgresql() -> None:
        assert cluster is not None
        cluster.kill()
        cluster.start()

    crash: Callable[[], None] = kill_journal if kind == "journal" else kill_postgresql
    acknowledged = asyncio.run(write_while(journal.address, crash, _LOAD))
    check(journal.url, acknowledged, _LOAD)
    return {"kills": _LOAD.kills, "written": _LOAD.total, "acknowledged": len(acknowledged), "missing": 0, "twice": 0}


def _kill_recorder(journal: JournalProcess) -> dict[str, object]:
    """Kill it again and again; what it had in its spool must be there, and what it had not is counted."""
    ended: set[str] = set()
    for kill in range(_KILLS):
        name = f"kill{kill}"
        command = [sys.executable, "-P", "-m", "tests.integration.journal.recording_process", name, str(10**6)]
        environment = journal.environment(PYTHONPATH=str(ROOT))
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            ended |= {process.stdout.readline().strip() for _ in range(_STREAMS // _KILLS + 37 * kill)}
            os.kill(process.pid, signal.SIGKILL)
            rest = process.stdout.read().split("\n")
        ended |= {each for each in rest if len(each) == len(f"{name}-000000")}
        subprocess.run([*command[:-1], "1"], cwd=ROOT, env=environment, check=True, capture_output=True)
    database = Database(journal.url)
    with database.reader.begin() as connection:
        stored = connection.scalars(select(PIECES.c.request_id)).all()
    database.close()
    return {
        "kills": _KILLS,
        "written": len(ended),
        "missing": len(ended - set(stored)),
        "twice": len(stored) - len(set(stored)),
    }


if __name__ == "__main__":
    for row in run():
        print(row)
