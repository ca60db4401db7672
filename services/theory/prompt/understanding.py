"""From a prompt and options to an intent with every slot filled."""

from boumbapp.music.v1.intent_pb2 import Intent, IntentOptions

from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.options import parse_key_option, parse_progression_option, parse_style_option
from services.theory.prompt.parse.parser import parser_for
from services.theory.prompt.resolve.resolver import Resolver
from services.theory.prompt.resolve.slots import ParsedOptions


def understand(prompt: str, options: IntentOptions, locale: str, catalogue: Catalogue) -> Intent:
    """Parse a prompt and fill every slot of an intent, with the evidence for each.

    Explicit words win over explicit options, these over what style and mood imply, then come the project's key and
    the product's defaults. `alternatives` is left to `explore`.

    Args:
        prompt: What the person typed, in French, English or both; any text is accepted.
        options: Options of the request.
        locale: Language of later explanations, "fr" or "en".
        catalogue: The vocabulary and what it implies.

    Returns:
        The intent. Evidence is given for `key.tonic`, `key.scale`, `role`, `style`, `mood`, `register`, `density`,
        `bpm`, `bars`, `meter`, `progression`, `modulations` and `swing`.

    Raises:
        ApiError: The prompt asks for an impossible number of bars, tempo or meter (fields `prompt.bars`, `prompt.bpm`,
            `prompt.meter`), or an option cannot be parsed (its field).
    """
    parser = parser_for(catalogue)
    parsed_options = ParsedOptions(
        message=options,
        key=parse_key_option(options.key, "options.key", parser),
        project_key=parse_key_option(options.project_key, "options.project_key", parser),
        style=parse_style_option(options.style, parser),
        progression=parse_progression_option(options.progression, parser),
    )
    return Resolver(parser.parse(prompt), parsed_options, catalogue).intent(locale)
