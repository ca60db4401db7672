"""What the engines of drums are given, and what they give back: bars with what feel added to each hit."""

from dataclasses import dataclass, field

from boumbapp.drums.v1.drums_service_pb2 import Feel, GrooveBar
from boumbapp.music.v1.intent_pb2 import Constraints, Intent
from boumbapp.music.v1.music_pb2 import Bar

from services.composition import engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What to compose.

    Attributes:
        constraints: What the music must keep to; of it, engines use the metre and the swing.
        intent: What the person asked for: style, density, tempo.
        bars: Length of the piece in bars.
        seed: Draws all randomness, together with the index of a bar.
        feel: How to play it; unset fields follow the style and the intent. Its swing is in the constraints.
        given_bars: The beginning of the piece, which exists already.
        lock_to: Bars of a bass line or melody whose accents the kick follows; bar i locks to the one of index i.
    """

    constraints: Constraints
    intent: Intent
    bars: int
    seed: int
    feel: Feel = field(default_factory=Feel)
    given_bars: tuple[Bar, ...] = ()
    lock_to: tuple[Bar, ...] = ()


# What engines make: `composed.bar`, `feels` and `accents` are filled. Who checks the bar fills the rest of `composed`.
Engine = engine.Engine[Brief, GrooveBar]
EngineRegistry = engine.EngineRegistry[Brief, GrooveBar]
