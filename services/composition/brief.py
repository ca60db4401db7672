"""What is to be composed, whatever it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from boumbapp.music.v2.events_pb2 import BarAccents
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import Bar, Track

from services.composition.scheduling.playhead import Playhead


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositionBrief:
    """What to compose. Services whose engines need more derive their own.

    Attributes:
        constraints: What the music must keep to.
        intent: What the person asked for; its style and mood may colour the music.
        bars: Length of the piece in bars.
        seed: Draws all randomness, together with the index of a bar.
        given_bars: Bars of the piece that exist already, any of them, each with another index.
        context: Tracks that play beside the piece.
        rhythms: Bars of the piece of which the rhythm is given and pitches are to be found: those of notes at pitch 0.
        accents: How strongly steps of its bars are accented.
        know_how: What the pages of know-how say about the prompt, for engines that read; empty for nothing.
        words: What the person typed, for engines that read words; empty when nothing was.
        playhead: When its bars are due; None for what somebody waits for now.
    """

    constraints: Constraints
    intent: Intent
    bars: int
    seed: int
    given_bars: tuple[Bar, ...] = ()
    context: tuple[Track, ...] = ()
    rhythms: tuple[Bar, ...] = ()
    accents: tuple[BarAccents, ...] = ()
    know_how: str = ""
    words: str = ""
    playhead: Playhead | None = None

    @property
    def missing(self) -> list[int]:
        """Indices of the bars that are not given, ascending."""
        given = {bar.index for bar in self.given_bars}
        return [index for index in range(self.bars) if index not in given]


class AcceptedBars:
    """The bars of a piece that there are, as it is being composed: given ones and made ones.

    Args:
        brief: What is composed.
    """

    def __init__(self, brief: CompositionBrief) -> None:
        self._given = {bar.index: bar for bar in brief.given_bars}
        self._length = brief.bars
        self._before: list[Bar] = []
        self._pass_given()

    @property
    def before(self) -> Sequence[Bar]:
        """All bars before the next one to make, in order."""
        return self._before

    @property
    def next_index(self) -> int:
        """Index of the next bar to make."""
        return len(self._before)

    @property
    def complete(self) -> bool:
        """Whether no bar is missing."""
        return len(self._before) >= self._length

    @property
    def known(self) -> tuple[Bar, ...]:
        """All bars before the next one to make, then the given ones after it."""
        return (*self._before, *(bar for index, bar in sorted(self._given.items()) if index > len(self._before)))

    def add(self, bar: Bar) -> None:
        """Take the next bar as it is heard, and the given ones that follow it."""
        self._before.append(bar)
        self._pass_given()

    def _pass_given(self) -> None:
        while not self.complete and len(self._before) in self._given:
            self._before.append(self._given[len(self._before)])
