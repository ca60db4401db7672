"""Settings of the arranger."""

from dataclasses import dataclass

from services.chassis.settings import Environment, ServerSettings
from services.composition.composer import HEARTBEAT_S
from services.composition.recording.settings import RecordingSettings
from services.composition.scheduling.load import STREAMS, USER_STREAMS


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangerSettings:
    """What the arranger needs to know at start.

    Attributes:
        server: Address and limits.
        theory_address: Where theory listens.
        melody_address: Where melody listens.
        drums_address: Where drums listens.
        rag_address: Where rag listens, if it runs; empty does without know-how.
        patience_s: Seconds that the end of a piece waits for parts whose expert is away.
        heartbeat_s: Seconds without a bar after which a Progress tells that work goes on, and again after as many.
        recording: Where what was arranged is recorded.
    """

    server: ServerSettings
    theory_address: str
    melody_address: str
    drums_address: str
    rag_address: str
    patience_s: float
    heartbeat_s: float
    recording: RecordingSettings

    @classmethod
    def read(cls, environment: Environment) -> "ArrangerSettings":
        """Read the environment. Raises SettingsError naming the variable that is missing or wrong."""
        server = ServerSettings.read("arranger", environment, STREAMS, USER_STREAMS)
        return cls(
            server=server,
            theory_address=environment.text("BOUMB_THEORY_ADDRESS"),
            melody_address=environment.text("BOUMB_MELODY_ADDRESS"),
            drums_address=environment.text("BOUMB_DRUMS_ADDRESS"),
            rag_address=environment.text("BOUMB_RAG_ADDRESS", ""),
            patience_s=environment.number("BOUMB_ARRANGER_PATIENCE_S", 5, 0, 600),
            heartbeat_s=environment.number("BOUMB_ARRANGER_HEARTBEAT_S", HEARTBEAT_S, 0.01, 100),
            recording=RecordingSettings.read("arranger", environment, server.tls),
        )
