"""Starts the journal: `python -m services.journal.main`."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from boumbapp.journal.v2.journal_service_pb2 import DESCRIPTOR
from boumbapp.journal.v2.journal_service_pb2_grpc import add_JournalServiceServicer_to_server
from sqlalchemy.exc import OperationalError

from services.chassis.client.channel import open_channel
from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment
from services.journal.config import JournalSettings
from services.journal.journal import Journal
from services.journal.servicer import JournalServicer
from services.journal.storage.database import Database
from services.journal.storage.sql_repository import SqlRepository
from services.journal.theory_client import CatalogueClient

_log = logging.getLogger("journal")
_RETRY_S = 1.0
# Where processors are short, those who compose go first.
_NICENESS = 5


@asynccontextmanager
async def mounted(settings: JournalSettings) -> AsyncIterator[ServiceDefinition]:
    """The journal's servicer, ready to be put on a server, for the time of a block.

    Its tables are brought up to date when the server warms up.
    """
    database = Database(settings.url)
    journal = Journal(SqlRepository(database), settings.keys, settings.spool, settings.retention_days, database.writers)
    theory = settings.theory_address
    channel = open_channel(theory, settings.server.otlp_endpoint, settings.server.tls) if theory else None
    servicer = JournalServicer(
        journal, CatalogueClient(channel), database.name, settings.retention_days, settings.operator_role
    )

    async def warm() -> None:
        while True:  # NOT_SERVING meanwhile
            try:
                await asyncio.to_thread(database.migrate)
                break
            except OperationalError as reason:
                _log.warning("no database yet: %s", reason)
                await asyncio.sleep(_RETRY_S)
        await journal.begin()

    async with journal.running():
        yield ServiceDefinition(
            descriptor=DESCRIPTOR.services_by_name["JournalService"],
            add=partial(add_JournalServiceServicer_to_server, servicer),
            warm=warm,
        )
        if channel is not None:
            await channel.close()


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = JournalSettings.read(Environment())
    os.nice(_NICENESS)
    async with mounted(settings) as definition:
        await serve(settings.server, [definition])


if __name__ == "__main__":
    asyncio.run(main())
