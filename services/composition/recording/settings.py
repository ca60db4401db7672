"""Settings of those who record."""

from dataclasses import dataclass
from pathlib import Path

from services.chassis.settings import Environment
from services.chassis.tls import TlsIdentity

_ROOT = Path(__file__).resolve().parents[3]
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    """What recording needs to know.

    Attributes:
        service: Short name of the service that records.
        journal_address: Where the journal listens; empty records nothing.
        spool: Folder of the spools of this machine.
        most_bytes: Room for what is not delivered, in bytes.
        tls: What to call the journal with, except on this machine; None for plain text.
    """

    service: str
    journal_address: str
    spool: Path
    most_bytes: int
    tls: TlsIdentity | None = None

    @classmethod
    def read(cls, service: str, environment: Environment, tls: TlsIdentity | None = None) -> "RecordingSettings":
        """Read the environment.

        Args:
            service: Short name of the service.
            environment: Where to read.
            tls: Of the service.

        Raises:
            SettingsError: A variable is wrong.
        """
        return cls(
            service=service,
            journal_address=environment.text("BOUMB_JOURNAL_ADDRESS", ""),
            spool=spool_folder(environment),
            most_bytes=environment.whole_number("BOUMB_SPOOL_MIB", 256, 1, 1_000_000) * _MIB,
            tls=tls,
        )


def spool_folder(environment: Environment) -> Path:
    """Folder of the spools of this machine."""
    state = _ROOT / environment.text("BOUMB_STATE_DIR", ".boumb")
    return Path(environment.text("BOUMB_SPOOL_DIR", str(state / "spool")))
