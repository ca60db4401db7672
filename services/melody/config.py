"""Settings of the melody service."""

from dataclasses import dataclass
from pathlib import Path

from services.chassis.settings import Environment, ServerSettings

_MODELS = Path(__file__).resolve().parents[2] / "models"


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodySettings:
    """What melody needs to know at start.

    Attributes:
        server: Address and limits.
        theory_address: Where theory listens.
        magenta_address: Where magenta listens, if it runs; empty does without the hybrid engine.
        models: Folder of the models that ship.
        pace_ms: Pause before each bar, in milliseconds. 0 in production; slows the engine
            down for those who rehearse a client against slow music.
    """

    server: ServerSettings
    theory_address: str
    magenta_address: str
    models: Path
    pace_ms: float

    @classmethod
    def read(cls, environment: Environment) -> "MelodySettings":
        """Read the environment. Raises SettingsError naming the variable that is missing or wrong."""
        return cls(
            server=ServerSettings.read("melody", environment),
            theory_address=environment.text("BOUMB_THEORY_ADDRESS"),
            magenta_address=environment.text("BOUMB_MAGENTA_ADDRESS", ""),
            models=Path(environment.text("BOUMB_MODELS_DIR", str(_MODELS))),
            pace_ms=environment.number("BOUMB_MELODY_PACE_MS", 0, 0, 60_000),
        )
