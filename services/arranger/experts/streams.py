"""What the streams of experts have in common."""

from collections.abc import AsyncGenerator, AsyncIterable
from typing import Protocol

from boumbapp.music.v2.events_pb2 import BarReady, ComposingEvent, Notice

from services.arranger.experts.expert import Refinement
from services.chassis.errors.status import dependency

# Bounds a stream of a few bars, which waits for the listener between them.
LONGEST_S = 3600.0


class Response(Protocol):
    """A response of any composing stream."""

    @property
    def event(self) -> ComposingEvent:
        """What it tells."""


class Call(AsyncIterable[Response], Protocol):
    """A call that is being answered."""

    def cancel(self) -> bool:
        """End it."""


async def refinement(name: str, call: Call) -> Refinement:
    """What a call to refine answers.

    Args:
        name: Of the expert: "melody".
        call: The call.

    Raises:
        ApiError: The expert is away.
        UpstreamError: It refuses.
    """
    made = Refinement()
    with dependency(name):
        try:
            async for response in call:
                match response.event.WhichOneof("event"):
                    case "started":
                        started = response.event.started
                        made.edits, made.edit_data = list(started.edits), list(started.edit_data)
                        made.bpm = started.bpm
                    case "bar":
                        made.bars.append(response.event.bar)
                    case "notice":
                        made.notices.append(response.event.notice)
        finally:
            call.cancel()
    return made


async def items(name: str, call: Call) -> AsyncGenerator[BarReady | Notice, None]:
    """Yield the bars and notices of a call. Closing it ends the call.

    Args:
        name: Of the expert: "melody".
        call: The call.

    Raises:
        ApiError: The expert is away.
        UpstreamError: It refuses.
    """
    with dependency(name):
        try:
            async for response in call:
                match response.event.WhichOneof("event"):
                    case "bar":
                        yield response.event.bar
                    case "notice":
                        yield response.event.notice
        finally:
            call.cancel()
