"""What the arranger asks of those who compose parts."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from boumbapp.music.v2.events_pb2 import BarReady, Notice
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import Bar, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Bars of a part that follow one another.

    Attributes:
        intent: What the part is to be; it says every slot.
        feel: How drums are played.
        seed: Of the part.
        engine: Name of an engine; empty lets the expert choose.
        given: Bars of the part that there are: all before the first one of these, and any after it.
        context: Tracks that play beside it.
        first: Index of the first bar.
        count: How many bars.
        locale: Language of texts, "fr" or "en".
    """

    intent: Intent
    feel: Feel
    seed: int
    engine: str
    given: Sequence[Bar]
    context: Sequence[Track]
    first: int
    count: int
    locale: str


class Expert(Protocol):
    """Composes bars of a part."""

    def compose(self, order: Order) -> AsyncGenerator[BarReady | Notice, None]:
        """Yield the bars of an order, and what the listener should know. Closing it ends the call.

        Raises ApiError when the expert is away, and UpstreamError when it refuses.
        """
