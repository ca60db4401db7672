"""What the engines of drums are given, and what they give back: bars with what feel added to each hit."""

from dataclasses import dataclass, field
from typing import TypeAlias

from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Meter

from services.composition.brief import CompositionBrief
from services.composition.engine import Engine
from services.composition.registry import EngineRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumsBrief(CompositionBrief):
    """What to compose; of the constraints, engines use the metre and the swing.

    Attributes:
        feel: How to play it; unset fields follow the style and the intent. Its swing is in the constraints.
        lock_to: Bars of a bass line or melody whose accents the kick follows; bar i locks to the one of index i.
    """

    feel: Feel = field(default_factory=Feel)
    lock_to: tuple[Bar, ...] = ()


# Composed once for no caller, so that the first caller does not wait for what is built on first use: a fill too.
UNHEARD = DrumsBrief(
    constraints=Constraints(meter=Meter(beats=4, beat_unit=4), role=ROLE_DRUMS), intent=Intent(bpm=120), bars=4, seed=0
)

# Engines fill `bar`, `feels` and `accents` of their drafts; who checks the bar makes the event.
DrumsEngine: TypeAlias = Engine[DrumsBrief, BarReady]
DrumsEngineRegistry: TypeAlias = EngineRegistry[DrumsBrief, BarReady]


def bar_of(draft: BarReady) -> Bar:
    """The bar in what an engine of drums drafts. Raises ValueError when it does not tell the feel of each hit."""
    bar = draft.bar
    if len(draft.feels) != len(bar.hits):
        raise ValueError(f"{len(draft.feels)} feels for {len(bar.hits)} hits")
    return bar
