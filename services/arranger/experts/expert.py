"""What the arranger asks of those who compose parts."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from boumbapp.music.v2.edits_pb2 import Edit
from boumbapp.music.v2.events_pb2 import BarReady, Notice
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import Bar, Track
from boumbapp.music.v2.playback_pb2 import Playback


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
        playback: When the first one is played.
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
    playback: Playback = field(default_factory=Playback)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A part that is to be changed by words.

    Attributes:
        instruction: The words.
        track: The part as it is.
        beside: The other parts, which stay.
        bpm: Tempo in quarter notes per minute.
        intent: What the piece was composed from; None where that is not known.
        locked_bars: Bars that must not change, by index.
        versions: Tempo and bars of earlier versions, the latest last.
        seed: Draws all randomness.
        locale: Language of texts, "fr" or "en".
    """

    instruction: str
    track: Track
    beside: Sequence[Track]
    bpm: float
    intent: Intent | None
    locked_bars: Sequence[int]
    versions: Sequence[tuple[float, Sequence[Bar]]]
    seed: int
    locale: str


@dataclass(slots=True)
class Refinement:
    """What became of a part.

    Attributes:
        edits: What was understood, in the caller's language.
        edit_data: The same as data.
        bpm: Tempo after it.
        bars: All bars of the part, changed or not.
        notices: What the listener should know.
    """

    edits: list[str] = field(default_factory=list)
    edit_data: list[Edit] = field(default_factory=list)
    bpm: float = 0.0
    bars: list[BarReady] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


class Expert(Protocol):
    """Composes and refines bars of a part."""

    def compose(self, order: Order) -> AsyncGenerator[BarReady | Notice, None]:
        """Yield the bars of an order, and what the listener should know. Closing it ends the call.

        Raises ApiError when the expert is away, and UpstreamError when it refuses.
        """

    async def refine(self, change: Change) -> Refinement:
        """Change a part by words. Raises ApiError when the expert is away, and UpstreamError when it refuses."""
