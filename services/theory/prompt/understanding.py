"""From a prompt and options to an intent with every slot filled."""

from dataclasses import dataclass

from boumbapp.music.v2.intent_pb2 import Intent, IntentOptions

from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.options import (
    key_option,
    parse_key_option,
    parse_progression_option,
    parse_style_option,
)
from services.theory.prompt.parse.parsed_prompt import ParsedPrompt
from services.theory.prompt.parse.parser import PromptParser, parser_for
from services.theory.prompt.resolve.overrides import settle
from services.theory.prompt.resolve.resolver import Resolver
from services.theory.prompt.resolve.slots import ParsedOptions

_NO_OVERRIDES = IntentOptions()


@dataclass(frozen=True, slots=True)
class Understanding:
    """A prompt understood.

    Attributes:
        intent: With every slot filled.
        parsed: What the words say, all of it.
    """

    intent: Intent
    parsed: ParsedPrompt


def understand(
    prompt: str, hints: IntentOptions, locale: str, catalogue: Catalogue, overrides: IntentOptions = _NO_OVERRIDES
) -> Intent:
    """Parse a prompt and fill every slot of an intent, with the evidence for each.

    Overrides win over words, words over hints, these over what style and mood imply, then come the project's key and
    the product's defaults. `alternatives` is left to `explore`.

    Args:
        prompt: What the person typed, in French, English or both; any text is accepted.
        hints: Options of the request that lose to the words.
        locale: Language of later explanations, "fr" or "en".
        catalogue: The vocabulary and what it implies.
        overrides: Options of the request that win over the words.

    Returns:
        The intent. Evidence is given for `key.tonic`, `key.scale`, `role`, `style`, `mood`, `register`, `density`,
        `bpm`, `bars`, `meter`, `progression`, `modulations` and `swing`.

    Raises:
        ApiError: The prompt asks for an impossible number of bars, tempo or meter (fields `prompt.bars`, `prompt.bpm`,
            `prompt.meter`), or an option cannot be parsed (its field).
    """
    return read(prompt, hints, locale, catalogue, overrides).intent


def read(
    prompt: str, hints: IntentOptions, locale: str, catalogue: Catalogue, overrides: IntentOptions = _NO_OVERRIDES
) -> Understanding:
    """The same with what else there is to tell about the prompt.

    Args:
        prompt: What the person typed; any text is accepted.
        hints: Options of the request that lose to the words.
        locale: Language of later explanations, "fr" or "en".
        catalogue: The vocabulary and what it implies.
        overrides: Options of the request that win over the words.

    Raises:
        ApiError: As `understand`.
    """
    parser = parser_for(catalogue)
    parsed = parser.parse(prompt)
    settled = settle(parsed, _parsed(hints, "hints", parser), _parsed(overrides, "overrides", parser), catalogue)
    return Understanding(Resolver(settled.parsed, settled.options, catalogue).intent(locale), parsed)


def _parsed(options: IntentOptions, path: str, parser: PromptParser) -> ParsedOptions:
    return ParsedOptions(
        message=options,
        key=key_option(options, path, parser),
        project_key=parse_key_option(options.project_key, f"{path}.project_key", parser),
        style=parse_style_option(options.style, f"{path}.style", parser),
        progression=parse_progression_option(options.progression, f"{path}.progression", parser),
    )
