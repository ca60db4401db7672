"""Events of a stream in one form, whichever expert sends them."""

from dataclasses import dataclass
from typing import TypeAlias

from boumbapp.drums.v1 import drums_service_pb2 as drums
from boumbapp.melody.v1 import melody_service_pb2 as melody
from boumbapp.music.v1.events_pb2 import BarComposed, Completed, Notice, Started

ComposeRequest: TypeAlias = melody.ComposeRequest | drums.ComposeRequest
Response: TypeAlias = melody.ComposeResponse | drums.ComposeResponse | drums.RefineResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; of what may have happened, one thing is set.

    Attributes:
        message: As it came.
        started: Composing begins.
        feel: How drums will be played; beside `started`.
        refining: Refining begins.
        bar: A bar is ready.
        feels: What feel added to its hits; beside `bar`.
        notice: Something the listener should know.
        completed: All bars have come.
    """

    message: Response
    started: Started | None = None
    feel: drums.Feel | None = None
    refining: drums.RefineStarted | None = None
    bar: BarComposed | None = None
    feels: drums.BarFeels | None = None
    notice: Notice | None = None
    completed: Completed | None = None


def read_event(message: Response) -> Event:
    """What a response of any expert says."""
    match message.WhichOneof("event"):
        case "started":
            return _started(message)
        case "bar":
            if isinstance(message, melody.ComposeResponse):
                return Event(message=message, bar=message.bar)
            return Event(message=message, bar=message.bar.composed, feels=drums.BarFeels(feels=message.bar.feels))
        case "notice":
            return Event(message=message, notice=message.notice)
        case "completed":
            return Event(message=message, completed=message.completed)
        case _:
            return Event(message=message)


def _started(message: Response) -> Event:
    if isinstance(message, melody.ComposeResponse):
        return Event(message=message, started=message.started)
    if isinstance(message, drums.ComposeResponse):
        return Event(message=message, started=message.started.started, feel=message.started.feel)
    return Event(message=message, refining=message.started)
