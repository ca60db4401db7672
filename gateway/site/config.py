"""Settings of the page's server."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.chassis.settings import Environment

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "clients/web/studio/dist"


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the page's server needs to know.

    Attributes:
        socket: Path of the unix socket that it listens on; only the gateway connects.
        folder: Where the built page is.
        keys: Folder of the keys that sign the developer's tokens; None signs nobody in.
    """

    socket: Path
    folder: Path
    keys: Path | None

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "SiteSettings":
        """Read the environment.

        Args:
            environment: Variables; those of this process when not given.

        Raises:
            SettingsError: One is missing or wrong.
        """
        read = Environment(environment)
        signs_in = read.text("BOUMB_STUDIO_SIGN_IN", "on") == "on"
        return cls(
            socket=Path(read.text("BOUMB_SITE_SOCKET")),
            folder=Path(read.text("BOUMB_SITE_FOLDER", str(BUILT))),
            keys=ROOT / read.text("BOUMB_STATE_DIR") / "keys" if signs_in else None,
        )
