"""Events of a stream in one form, whichever expert sends them."""

from dataclasses import dataclass
from typing import TypeAlias

from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.music.v2.events_pb2 import BarReady, Completed, ComposingEvent, Notice, Started

ComposeRequest: TypeAlias = melody.ComposeRequest | drums.ComposeRequest | arranger.ComposeRequest
Response: TypeAlias = (
    melody.ComposeResponse
    | drums.ComposeResponse
    | arranger.ComposeResponse
    | drums.RefineResponse
    | melody.RefineResponse
    | arranger.RefineResponse
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; of what may have happened, one thing is set, or nothing when only work goes on.

    Attributes:
        message: As it came.
        started: Composing begins.
        refining: Refining begins.
        bar: A bar is ready.
        notice: Something the listener should know.
        completed: All bars have come.
    """

    message: ComposingEvent
    started: Started | None = None
    refining: Started | None = None
    bar: BarReady | None = None
    notice: Notice | None = None
    completed: Completed | None = None


def read_event(response: Response) -> Event:
    """What a response of any expert says."""
    event = response.event
    match event.WhichOneof("event"):
        case "started":
            if isinstance(response, drums.RefineResponse):
                return Event(message=event, refining=event.started)
            return Event(message=event, started=event.started)
        case "bar":
            return Event(message=event, bar=event.bar)
        case "notice":
            return Event(message=event, notice=event.notice)
        case "completed":
            return Event(message=event, completed=event.completed)
        case _:
            return Event(message=event)
