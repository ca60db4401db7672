"""Settings of the magenta service."""

from dataclasses import dataclass
from pathlib import Path

from services.chassis.settings import Environment, ServerSettings

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class MagentaSettings:
    """Settings of the process.

    Attributes:
        server: Address and limits.
        folders: Folders of bundles; those that a person pulled take precedence over those that ship.
        threads: Cores for one call of the network, 1 or more.
        batch: Largest number of melodies in one call.
    """

    server: ServerSettings
    folders: tuple[Path, ...]
    threads: int
    batch: int

    @classmethod
    def read(cls, environment: Environment) -> "MagentaSettings":
        """Read the environment. Raises SettingsError naming the variable that is missing or wrong."""
        state = _ROOT / environment.text("BOUMB_STATE_DIR", ".boumb")
        return cls(
            server=ServerSettings.read("magenta", environment),
            folders=(
                Path(environment.text("BOUMB_MAGENTA_BUNDLES", str(state / "bundles"))),
                Path(environment.text("BOUMB_MODELS_DIR", str(_ROOT / "models"))),
            ),
            threads=environment.whole_number("BOUMB_MAGENTA_THREADS", 1, 1, 256),
            batch=environment.whole_number("BOUMB_MAGENTA_BATCH", 64, 1, 1024),
        )
