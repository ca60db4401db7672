"""Brings the tables of the journal's database to this version: `python -m services.journal.migrate`, and ends.

The journal does so itself when it starts. Where several of them start at once, with a database that others keep, it is
done once before.
"""

from services.chassis.logs import configure_logs
from services.chassis.settings import Environment
from services.journal.storage.database import Database


def main() -> None:
    """Migrate. Raises what SQLAlchemy raises when the database is away: whoever runs this tries again."""
    environment = Environment()
    configure_logs("journal", environment.text("BOUMB_LOG_LEVEL", "INFO"))
    database = Database(environment.text("BOUMB_JOURNAL_URL"))
    try:
        database.migrate()
    finally:
        database.close()


if __name__ == "__main__":
    main()
