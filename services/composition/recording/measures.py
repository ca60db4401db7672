"""What is measured of interactions on their way to the journal."""

from telemetry.measures import Counter, Gauge

JOURNAL_LAG = Gauge(
    name="boumbapp.journal.lag",
    unit="s",
    help="Age of the oldest interaction that the journal does not have yet; 0 when it has all.",
)
SPOOL = Gauge(name="boumbapp.journal.spool", unit="By", help="What waits on disk for the journal.")
SPOOL_ROOM = Gauge(name="boumbapp.journal.spool_room", unit="By", help="Room on disk for what waits for the journal.")
NOT_RECORDED = Counter(
    name="boumbapp.journal.not_recorded", unit="{interaction}", help="Interactions that found no room, and are lost."
)
