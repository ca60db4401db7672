"""Parses the options of a request; an error names the option that cannot be parsed."""

from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import Key

from music.pitch import PitchName
from services.chassis.errors.catalogue import ApiError
from services.theory.errors import UNKNOWN_CHORD, UNKNOWN_KEY, UNKNOWN_SCALE, UNKNOWN_STYLE
from services.theory.harmony.chord_symbols import parse_numeral, parse_symbol
from services.theory.prompt.parse.bar_lists import BAR_LINE, REPEAT_SIGN
from services.theory.prompt.parse.chord_lists import ProgressionMention
from services.theory.prompt.parse.parser import PromptParser
from services.theory.prompt.parse.vocabulary import PhraseKind
from services.theory.prompt.resolve.slots import OptionKey

_ANY_KEY = Key(tonic="C", scale="major")
_FILLERS = frozenset("en in de of the key scale gamme mode tonalite la d".split())


def parse_key_option(text: str, field: str, parser: PromptParser) -> OptionKey:
    """Parse a key such as "Sol mineur", "F# dorian" or "Am".

    Args:
        text: The option; blank for none.
        field: Path of the option, which errors name: "hints.key_text".
        parser: Parser with the catalogue's vocabulary.

    Returns:
        Tonic and scale, each None where the text leaves it open.

    Raises:
        ApiError: UNKNOWN_KEY or UNKNOWN_SCALE.
    """
    if not text.strip():
        return OptionKey()
    parsed = parser.parse(f"en {text.strip()}")
    tonic = parsed.tonic.value if parsed.tonic else None
    scale = parsed.scale.value if parsed.scale else None
    if tonic is None:
        named = parser.vocabulary.lookup(text.replace("_", " "), PhraseKind.SCALE)
        if named is None:
            raise ApiError(UNKNOWN_KEY, field=field, value=text)
        return OptionKey(None, str(named))
    if scale is None:
        rest = parsed.prompt.tokens[parsed.tonic.last :] if parsed.tonic else ()
        words = " ".join(token.text for token in rest if token.text not in _FILLERS)
        named = parser.vocabulary.lookup(words, PhraseKind.SCALE)
        if words and named is None:
            raise ApiError(UNKNOWN_SCALE, field=field, value=words)
        scale = str(named) if words else None
    return OptionKey(tonic, scale)


def key_option(options: IntentOptions, path: str, parser: PromptParser) -> OptionKey:
    """The key of options, in words or as a message.

    Args:
        options: Hints or overrides.
        path: Their field in the request, which errors name.
        parser: Parser with the catalogue's vocabulary.

    Raises:
        ApiError: UNKNOWN_KEY or UNKNOWN_SCALE.
    """
    if options.WhichOneof("tonality") != "key":
        return parse_key_option(options.key_text, f"{path}.key_text", parser)
    tonic, scale = options.key.tonic, options.key.scale
    if scale and scale not in parser.catalogue.scales:
        raise ApiError(UNKNOWN_SCALE, field=f"{path}.key.scale", value=scale)
    return OptionKey(PitchName.parse(tonic) if tonic else None, scale or None)


def parse_style_option(text: str, field: str, parser: PromptParser) -> str:
    """Find a style by slug, name or alias.

    Args:
        text: The option; blank for none.
        field: Path of the option, which errors name.
        parser: Parser with the catalogue's vocabulary.

    Returns:
        Slug of the style, or "" for none.

    Raises:
        ApiError: UNKNOWN_STYLE.
    """
    if not text.strip():
        return ""
    if text.strip() in parser.catalogue.styles:
        return text.strip()
    slug = parser.vocabulary.lookup(text.replace("_", " "), PhraseKind.STYLE)
    if slug is None:
        raise ApiError(UNKNOWN_STYLE, field=field, value=text)
    return str(slug)


def parse_progression_option(text: str, field: str, parser: PromptParser) -> ProgressionMention | None:
    """Parse chord symbols, numerals or the name of a progression.

    Args:
        text: The option; blank for none.
        field: Path of the option, which errors name.
        parser: Parser with the catalogue's vocabulary.

    Returns:
        The progression, or None for none.

    Raises:
        ApiError: UNKNOWN_CHORD.
    """
    parts = tuple(part for part in text.replace(",", " ").replace("|", " ").split() if part != "-")
    if not parts:
        return None
    barred = any(sign in text for sign in (BAR_LINE, REPEAT_SIGN))
    if barred and (found := parser.parse(f"accords {text}").progression) and found.symbols:
        return found
    if all(parse_symbol(part) for part in parts):
        return ProgressionMention(0, 0, symbols=parts)
    if all(parse_numeral(part, _ANY_KEY, parser.catalogue) for part in parts):
        return ProgressionMention(0, 0, numerals=parts)
    name = parser.vocabulary.lookup(text.replace("_", " "), PhraseKind.PROGRESSION)
    if name is not None:
        return ProgressionMention(0, 0, name=str(name))
    found = parser.parse(f"accords {text}").progression  # solfège, and chords joined by hyphens
    if found is None or len(found.symbols) + len(found.numerals) < len(parts) / 2:
        unknown = (
            part for part in parts if not parse_symbol(part) and not parse_numeral(part, _ANY_KEY, parser.catalogue)
        )
        raise ApiError(UNKNOWN_CHORD, field=field, value=next(unknown, text))
    return found
