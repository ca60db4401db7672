"""Settings of the rag service."""

from dataclasses import dataclass
from pathlib import Path

from llm.settings import LanguageModelSettings
from services.chassis.settings import Environment, ServerSettings
from services.composition.recording.settings import RecordingSettings
from services.rag.pages.library import KNOWLEDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class RagSettings:
    """What rag needs to know at start.

    Attributes:
        server: Address and limits.
        theory_address: Where theory listens; empty where it does not run, and no music is handed over.
        knowledge: Folder of the pages.
        watch_s: Seconds between two looks at that folder.
        model: Which language model writes answers, where one is there.
        recording: Where questions are recorded.
    """

    server: ServerSettings
    theory_address: str
    knowledge: Path
    watch_s: float
    model: LanguageModelSettings
    recording: RecordingSettings

    @classmethod
    def read(cls, environment: Environment) -> "RagSettings":
        """Read the environment. Raises SettingsError naming the variable that is missing or wrong."""
        server = ServerSettings.read("rag", environment)
        return cls(
            server=server,
            theory_address=environment.text("BOUMB_THEORY_ADDRESS", ""),
            knowledge=Path(environment.text("BOUMB_RAG_KNOWLEDGE", str(KNOWLEDGE))),
            watch_s=environment.number("BOUMB_RAG_WATCH_S", 2, 0.01, 3600),
            model=LanguageModelSettings.read(environment),
            recording=RecordingSettings.read("rag", environment, server.tls),
        )
