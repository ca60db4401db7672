"""The engines of a language model: one for each way in which it works, each with the specialist below it."""

from collections.abc import Callable

from boumbapp.music.v2.music_pb2 import Bar

from llm.model import LanguageModel
from services.composition.bar_deadline import BarDeadline
from services.composition.circuit_breaker import CircuitBreaker
from services.composition.engine import BriefT, DraftT, Engine
from services.composition.fallback import FallbackEngine
from services.composition.language_model.engine import NAME, LanguageModelEngine
from services.composition.language_model.modes import Mode
from services.composition.language_model.writer import BarWriter


def language_model_engines(
    model: LanguageModel,
    specialist: Engine[BriefT, DraftT],
    writer: BarWriter[BriefT, DraftT],
    bar_of: Callable[[DraftT], Bar],
) -> list[Engine[BriefT, DraftT]]:
    """`ollama`, in the mode that the model is fast enough for, and one engine for each mode by its name.

    Args:
        model: Who writes.
        specialist: Who stands in.
        writer: Asks for bars, and reads them.
        bar_of: The bar in a draft.
    """
    engines: list[Engine[BriefT, DraftT]] = []
    for mode in (None, *Mode):
        name = f"{NAME}_{mode.value}" if mode else NAME
        engine = LanguageModelEngine[BriefT, DraftT](model, specialist, writer, mode, name=name, bar_of=bar_of)
        engines.append(
            FallbackEngine[BriefT, DraftT](engine, specialist, BarDeadline(), CircuitBreaker(), bar_of=bar_of)
        )
    return engines
