"""What melody's engines are: they are given briefs, and give back bars."""

from typing import TypeAlias

from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints, Intent
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Bar, Key, Meter

from services.composition.brief import CompositionBrief
from services.composition.engine import Engine
from services.composition.registry import EngineRegistry

MelodyEngine: TypeAlias = Engine[CompositionBrief, Bar]
MelodyEngineRegistry: TypeAlias = EngineRegistry[CompositionBrief, Bar]

_ANY = Constraints(
    meter=Meter(beats=4, beat_unit=4),
    role=ROLE_MELODY,
    lowest_pitch=60,
    highest_pitch=84,
    max_polyphony=1,
    min_onsets=1,
    max_onsets=8,
    plans=[BarPlan(key=Key(tonic="C", scale="major"), pitch_classes=0b1010_1011_0101, cadence=True)],
)
# Composed once for no caller, so that the first caller does not wait for what is built on first use.
UNHEARD = CompositionBrief(constraints=_ANY, intent=Intent(bpm=120), bars=1, seed=0)


def bar_of(draft: Bar) -> Bar:
    """The bar in what an engine of melody drafts: all of it."""
    return draft
