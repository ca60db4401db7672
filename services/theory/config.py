"""Settings of the theory service."""

from dataclasses import dataclass

from llm.settings import LanguageModelSettings
from services.chassis.settings import Environment, ServerSettings

# Every piece that melody or drums compose holds a stream, which mostly waits.
_MAX_IN_FLIGHT, _USER_SHARE = 4096, 1 / 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TheorySettings:
    """What theory needs to know at start.

    Attributes:
        server: Address and limits.
        language_model: Reads vague prompts.
    """

    server: ServerSettings
    language_model: LanguageModelSettings

    @classmethod
    def read(cls, environment: Environment) -> "TheorySettings":
        """Read the environment. Raises SettingsError naming the variable that is missing or wrong."""
        return cls(
            server=ServerSettings.read("theory", environment, _MAX_IN_FLIGHT, _USER_SHARE),
            language_model=LanguageModelSettings.read(environment),
        )
