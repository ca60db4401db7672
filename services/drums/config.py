"""Settings of the drums service."""

from dataclasses import dataclass
from pathlib import Path

from llm.settings import LanguageModelSettings
from services.chassis.settings import Environment, ServerSettings
from services.composition.composer import HEARTBEAT_S
from services.composition.recording.settings import RecordingSettings
from services.composition.scheduling.load import STREAMS, USER_STREAMS
from services.composition.worker_pool import usual_workers

_MODELS = Path(__file__).resolve().parents[2] / "models"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumsSettings:
    """What drums needs to know at start.

    Attributes:
        server: Address and limits.
        theory_address: Where theory listens.
        rag_address: Where rag listens, if it runs; empty does without know-how.
        language_model: Of the engine `ollama`.
        models: Folder of the models that ship.
        workers: Processes that compose beside the service; 0 composes in the service alone.
        pace_ms: Pause before each bar, in milliseconds. 0 in production; slows the engine
            down for those who rehearse a client against slow music.
        heartbeat_s: Seconds of a bar after which a Progress tells that work goes on, and again after as many.
        recording: Where what was composed is recorded.
    """

    server: ServerSettings
    theory_address: str
    rag_address: str
    language_model: LanguageModelSettings
    models: Path
    workers: int
    pace_ms: float
    heartbeat_s: float
    recording: RecordingSettings

    @classmethod
    def read(cls, environment: Environment) -> "DrumsSettings":
        """Read the environment. Raises SettingsError naming the variable that is missing or wrong."""
        server = ServerSettings.read("drums", environment, STREAMS, USER_STREAMS)
        return cls(
            server=server,
            theory_address=environment.text("BOUMB_THEORY_ADDRESS"),
            rag_address=environment.text("BOUMB_RAG_ADDRESS", ""),
            language_model=LanguageModelSettings.read(environment),
            models=Path(environment.text("BOUMB_MODELS_DIR", str(_MODELS))),
            workers=environment.whole_number("BOUMB_DRUMS_WORKERS", usual_workers(), 0, 64),
            pace_ms=environment.number("BOUMB_DRUMS_PACE_MS", 0, 0, 60_000),
            heartbeat_s=environment.number("BOUMB_DRUMS_HEARTBEAT_S", HEARTBEAT_S, 0.01, 100),
            recording=RecordingSettings.read("drums", environment, server.tls),
        )
