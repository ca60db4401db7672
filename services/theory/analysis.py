"""A prompt understood from end to end: intent, constraints, reason, suggestions."""

from functools import lru_cache

from boumbapp.music.v1.intent_pb2 import Intent, IntentOptions
from boumbapp.theory.v1.theory_service_pb2 import AnalyseResponse

from services.theory.catalogue.catalogue import Catalogue
from services.theory.explanation.explanation import explain, suggest
from services.theory.explanation.exploration import explore
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand

_ALTERNATIVES = 5
# A prompt is analysed while it is typed and again when it is composed, refined and composed once more.
_REMEMBERED = 512


def read_prompt(prompt: str, options: IntentOptions, locale: str, catalogue: Catalogue) -> Intent:
    """The intent of a prompt, with alternatives when it is vague. Raises ApiError."""
    intent = understand(prompt, options, locale, catalogue)
    if intent.vague:
        alternatives, _ = explore(intent, _ALTERNATIVES, locale, catalogue)
        intent.alternatives.extend(alternatives)
    return intent


def analyse(prompt: str, options: IntentOptions, locale: str, catalogue: Catalogue) -> AnalyseResponse:
    """Everything that a prompt says and implies.

    Returns:
        A message shared between callers: not to be changed.

    Raises:
        ApiError: The prompt or an option cannot be read.
    """
    return _analyse(prompt, options.SerializeToString(deterministic=True), locale, catalogue)


@lru_cache(maxsize=_REMEMBERED)
def _analyse(prompt: str, options: bytes, locale: str, catalogue: Catalogue) -> AnalyseResponse:
    intent = read_prompt(prompt, IntentOptions.FromString(options), locale, catalogue)
    constraints = constrain(intent, catalogue)
    return AnalyseResponse(
        intent=intent,
        constraints=constraints,
        explanation=explain(intent, constraints, locale, catalogue),
        suggestions=suggest(intent, locale, catalogue),
    )
