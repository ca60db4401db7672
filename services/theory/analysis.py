"""Analyses a prompt from end to end: intent, constraints, explanation, suggestions."""

from functools import lru_cache

from boumbapp.music.v2.events_pb2 import Notice
from boumbapp.music.v2.intent_pb2 import Intent, IntentOptions
from boumbapp.theory.v2.theory_service_pb2 import AnalyseResponse

from services.theory.catalogue.catalogue import Catalogue
from services.theory.explanation.explanation import explain, suggest
from services.theory.explanation.exploration import explore
from services.theory.harmony.constraints import constrain
from services.theory.notices.prompt_notices import prompt_notices
from services.theory.prompt.understanding import read

_ALTERNATIVES = 5
# A prompt is analysed while it is typed and again when it is composed, refined and composed once more.
_CACHED = 512
_NO_OVERRIDES = IntentOptions()


def read_prompt(
    prompt: str, hints: IntentOptions, locale: str, catalogue: Catalogue, overrides: IntentOptions = _NO_OVERRIDES
) -> tuple[Intent, list[Notice]]:
    """The intent of a prompt, with alternatives where the prompt is vague, and what else there is to tell.

    Args:
        prompt: What the person typed; any text is accepted.
        hints: Options of the request that lose to the words.
        locale: Language of the alternatives and notices, "fr" or "en".
        catalogue: Its entries are what a prompt may name.
        overrides: Options of the request that win over the words.

    Raises:
        ApiError: The prompt asks for an impossible length, tempo or meter, or an option cannot be parsed.
    """
    understood = read(prompt, hints, locale, catalogue, overrides)
    intent, question = understood.intent, None
    if intent.vague:
        alternatives, questions = explore(intent, _ALTERNATIVES, locale, catalogue)
        question = next(iter(questions), None)
        intent.alternatives.extend(alternatives)
    return intent, prompt_notices(understood.parsed, intent, question, locale)


def analyse(
    prompt: str,
    hints: IntentOptions,
    locale: str,
    catalogue: Catalogue,
    overrides: IntentOptions = _NO_OVERRIDES,
    seed: int | None = None,
) -> AnalyseResponse:
    """The intent of a prompt, its constraints, an explanation and suggestions; kept for the last 512 requests.

    Args:
        prompt: What the person typed; any text is accepted.
        hints: Options of the request that lose to the words.
        locale: Language of all texts, "fr" or "en".
        catalogue: Its entries are what a prompt may name.
        overrides: Options of the request that win over the words.
        seed: Draws the progression where the words name none; None takes the style's most typical one.

    Returns:
        A message shared between callers: do not change it.

    Raises:
        ApiError: The prompt asks for an impossible length, tempo or meter, or an option cannot be parsed.
    """
    usual = _analyse(
        prompt,
        hints.SerializeToString(deterministic=True),
        overrides.SerializeToString(deterministic=True),
        locale,
        catalogue,
    )
    if seed is None or usual.intent.progression:
        return usual
    drawn = AnalyseResponse()
    drawn.CopyFrom(usual)
    drawn.constraints.CopyFrom(constrain(usual.intent, catalogue, seed))
    return drawn


@lru_cache(maxsize=_CACHED)
def _analyse(prompt: str, hints: bytes, overrides: bytes, locale: str, catalogue: Catalogue) -> AnalyseResponse:
    intent, notices = read_prompt(
        prompt, IntentOptions.FromString(hints), locale, catalogue, IntentOptions.FromString(overrides)
    )
    constraints = constrain(intent, catalogue)
    return AnalyseResponse(
        intent=intent,
        constraints=constraints,
        explanation=explain(intent, constraints, locale, catalogue),
        suggestions=suggest(intent, locale, catalogue),
        notices=notices,
    )
