"""What melody's engines are: they are given briefs, and give back bars."""

from typing import TypeAlias

from boumbapp.music.v2.music_pb2 import Bar

from services.composition.brief import CompositionBrief
from services.composition.engine import Engine
from services.composition.registry import EngineRegistry

MelodyEngine: TypeAlias = Engine[CompositionBrief, Bar]
MelodyEngineRegistry: TypeAlias = EngineRegistry[CompositionBrief, Bar]


def bar_of(draft: Bar) -> Bar:
    """The bar in what an engine of melody drafts: all of it."""
    return draft
