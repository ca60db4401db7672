"""One interaction while it lasts: what is known at its beginning, and what is added on the way."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from boumbapp.journal.v2.interaction_pb2 import Interaction, InteractionKind, Outcome
from boumbapp.music.v2.events_pb2 import ComposingEvent
from google.protobuf.message import DecodeError

from telemetry import tracing

_NANOSECONDS = 10**9


@dataclass(slots=True, kw_only=True)
class Entry:
    """What is to be recorded of a request. Nothing of it is copied before the stream is over.

    Attributes:
        kind: What was asked for.
        request_id: Identifies it.
        locale: Language of its texts, "fr" or "en".
        prompt: What the person typed.
        fill: Adds to the interaction what only this kind of request has; called when the stream is over, from another
            thread, so it only reads.
        parent: Request id of the version that is refined; empty for a new piece.
        model_digest: Of the engine that was chosen, known on the way.
        pages: Pages of know-how that were used, known on the way.
        answer: To a question, known on the way.
        outcome: How it ended.
        error: Code of the failure.
        trace: That it belongs to, as a `traceparent` header; empty when it belongs to none.
    """

    kind: InteractionKind.ValueType
    request_id: str
    locale: str
    prompt: str
    fill: Callable[[Interaction], None] = lambda _: None
    parent: str = ""
    model_digest: str = ""
    pages: tuple[str, ...] = ()
    answer: str = ""
    outcome: Outcome.ValueType = Outcome.OUTCOME_UNSPECIFIED
    error: str = ""
    user: str = ""
    service: str = ""
    trace: str = field(default_factory=lambda: tracing.headers_of().get(tracing.TRACEPARENT, ""))
    began_ns: int = field(default_factory=time.time_ns)
    events: list[ComposingEvent] = field(default_factory=list)

    def serialised(self) -> bytes:
        """The interaction as it is sent."""
        interaction = Interaction(
            request_id=self.request_id,
            user=self.user,
            service=self.service,
            kind=self.kind,
            prompt=self.prompt,
            parent_request_id=self.parent,
            locale=self.locale,
            model_digest=self.model_digest,
            pages=self.pages,
            events=[event for event in self.events if not event.HasField("progress")],
            outcome=self.outcome,
            error=self.error,
            answer=self.answer,
            trace_parent=self.trace,
        )
        interaction.began.seconds, interaction.began.nanos = divmod(self.began_ns, _NANOSECONDS)
        self.fill(interaction)
        return interaction.SerializeToString()


def began_of(entry: bytes) -> float:
    """When a serialised interaction began, in seconds since the epoch; now where that cannot be read."""
    try:
        began = Interaction.FromString(entry).began
    except DecodeError:
        return time.time()
    return began.seconds + began.nanos / _NANOSECONDS
