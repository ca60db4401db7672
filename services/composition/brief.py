"""What is to be composed, whatever it is."""

from dataclasses import dataclass

from boumbapp.music.v1.intent_pb2 import Constraints, Intent
from boumbapp.music.v1.music_pb2 import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositionBrief:
    """What to compose. Services whose engines need more derive their own.

    Attributes:
        constraints: What the music must keep to.
        intent: What the person asked for; its style and mood may colour the music.
        bars: Length of the piece in bars.
        seed: Draws all randomness, together with the index of a bar.
        given_bars: The beginning of the piece, which exists already.
    """

    constraints: Constraints
    intent: Intent
    bars: int
    seed: int
    given_bars: tuple[Bar, ...] = ()
