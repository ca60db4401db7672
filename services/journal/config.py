"""Settings of the journal."""

from dataclasses import dataclass
from pathlib import Path

from services.chassis.settings import Environment, ServerSettings, SettingsError
from services.composition.recording.settings import spool_folder
from services.journal.domain.identity import KeyRing, KeysError, load_keys, parse_keys

_ROOT = Path(__file__).resolve().parents[2]
_KEYS = "BOUMB_JOURNAL_KEYS"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """What the journal needs to know at start.

    Attributes:
        server: Address and limits.
        theory_address: Where theory listens, for names of styles and scales; empty does without.
        url: Of the database: "sqlite:////path/journal.db" or "postgresql://user@host/name".
        keys: Keys of the hashes of users.
        spool: Folder of the spools of this machine; what processes that ended left there is taken in.
        retention_days: Days after which pieces are removed; 0 keeps them for ever.
        operator_role: Role of those who may see figures and export.
    """

    server: ServerSettings
    theory_address: str
    url: str
    keys: KeyRing
    spool: Path
    retention_days: int
    operator_role: str

    @classmethod
    def read(cls, environment: Environment) -> "JournalSettings":
        """Read the environment. Raises SettingsError naming the variable that is missing or wrong."""
        folder = journal_folder(environment)
        return cls(
            server=ServerSettings.read("journal", environment),
            theory_address=environment.text("BOUMB_THEORY_ADDRESS", ""),
            url=environment.text("BOUMB_JOURNAL_URL", f"sqlite:///{folder / 'journal.db'}"),
            keys=_keys(environment, folder),
            spool=spool_folder(environment),
            retention_days=environment.whole_number("BOUMB_JOURNAL_RETENTION_DAYS", 0, 0, 36_500),
            operator_role=environment.text("BOUMB_JOURNAL_OPERATOR_ROLE", "ROLE_OPERATOR"),
        )


def journal_folder(environment: Environment) -> Path:
    """Where the journal keeps its files."""
    return _ROOT / environment.text("BOUMB_STATE_DIR", ".boumb") / "journal"


def _keys(environment: Environment, folder: Path) -> KeyRing:
    given = environment.text(_KEYS, "")
    try:
        return parse_keys(given, _KEYS) if given else load_keys(folder / "keys")
    except KeysError as error:
        raise SettingsError(str(error)) from error
