"""Keys in a prompt: tonics with the scales that follow them, and scales on their own."""

from services.theory.prompt.parse.key_disambiguation import WEAK_SCALES, is_meant, is_meant_after_introducer
from services.theory.prompt.parse.spans import KeyMention, ParserState
from services.theory.prompt.parse.tokenizer import Prompt
from services.theory.prompt.parse.tonics import BOUNDARIES, Tonic, parse_german_key, parse_tonic
from services.theory.prompt.parse.vocabulary import Phrase, PhraseKind

_ABBREVIATED = {  # and the names of other languages, which mean something else without a tonic
    **dict.fromkeys(("min", "menor", "minore", "moll"), "minor"),
    **dict.fromkeys(("maj", "mayor", "maior", "maggiore", "dur"), "major"),
}
_CLEAR = frozenset({"re", "fa", "sol", "ut"})  # solfège that is nothing else
_OF = frozenset({"de", "of", "sur", "on", "en", "in", "d"})
_MODE_FILLERS = frozenset({"mode", "gamme", "scale", "en", "in", "the"})
_SCALE_CONTEXT = frozenset("gamme scale mode modes gammes scales tonalite key maqam raga en in de".split())
_SCALE_NOUNS = frozenset({"gamme", "scale", "mode", "gammes", "scales", "modes"})
_CHORD_NOUNS = frozenset("chord accord accords chords seventh septieme triad triade sixth interval intervalle".split())


def parse_keys(state: ParserState) -> list[KeyMention]:
    """Keys in the order of the prompt. Tokens used are consumed."""
    keys: list[KeyMention] = []
    index = 0
    while index < len(state.prompt.tokens):
        key = _parse_key(state, index) if index not in state.consumed else None
        if key is None:
            index += 1
            continue
        state.consume(key.first, key.last)
        keys.append(key)
        index = key.last
    return keys


def _parse_key(state: ParserState, index: int) -> KeyMention | None:
    if german := parse_german_key(state.prompt, index):
        return KeyMention(german[0], german[1], index, index + 1, german[2], 0.97)
    tonic = parse_tonic(state.prompt, index)
    if tonic is not None and not _inside_phrase(state, index, tonic.last):
        key = _with_scale(state, tonic)
        if is_meant(state.prompt, tonic, key):
            return key
    return _scale_alone(state, index)


def _with_scale(state: ParserState, tonic: Tonic) -> KeyMention:
    """Add the scale that follows a tonic, if one does."""
    prompt = state.prompt
    after = tonic.last
    quality = tonic.quality
    middle = tonic.first if quality else after
    if quality is None and prompt.text(after) == "m":
        quality = "major" if prompt.tokens[after].cased == "M" else "minor"
        after += 1
    start = after
    while prompt.text(start) in _MODE_FILLERS and start - after < 2:
        start += 1
    phrase = _scale_phrase(state, start)
    scale: str | None = quality
    if phrase is not None:
        scale = _combined(quality, str(phrase.meanings[PhraseKind.SCALE]))
        after = phrase.last
        middle = tonic.first if tonic.quality else min(middle, phrase.first)
        refinement = _scale_phrase(state, after)
        if refinement is not None and scale in ("minor", "major") and _names_a_scale(prompt, refinement):
            scale, after = _combined(scale, str(refinement.meanings[PhraseKind.SCALE])), refinement.last
    elif quality is None and state.is_free(start, start + 1) and (mark := _ABBREVIATED.get(prompt.text(start))):
        scale, after, middle = mark, start + 1, start
    if scale is None:
        middle = after
    return KeyMention(tonic.name, scale, tonic.first, middle, after, 0.97 if scale else 0.85)


def _scale_phrase(state: ParserState, index: int) -> Phrase | None:
    phrase = state.phrase_at(index)
    return phrase if phrase is not None and PhraseKind.SCALE in phrase.meanings else None


def _names_a_scale(prompt: Prompt, phrase: Phrase) -> bool:
    """Whether a phrase can only be a scale, as "blues scale" can and "blues" cannot."""
    return phrase.kind is PhraseKind.SCALE or any(
        prompt.text(index) in _SCALE_NOUNS for index in range(phrase.first, phrase.last + 1)
    )


_REFINED = {
    ("minor", "minor_pentatonic"): "minor_pentatonic",
    ("major", "minor_pentatonic"): "major_pentatonic",
    ("major", "blues"): "major_blues",
    ("major", "harmonic_minor"): "harmonic_major",
}


def _combined(quality: str | None, named: str) -> str:
    """The scale that a glued quality and a name mean together: "Am pentatonic", "C major blues"."""
    return _REFINED.get((quality or "", named), named)


def _inside_phrase(state: ParserState, first: int, last: int) -> bool:
    """Whether a longer phrase of the vocabulary holds a token: "r and b"."""
    around = (state.phrase_around(index) for index in range(first, last))
    return any(phrase is not None and phrase.last - phrase.first > 1 for phrase in around)


def _scale_alone(state: ParserState, index: int) -> KeyMention | None:
    """A scale without a tonic: "en mineur", "mode dorien", "gamme hirajoshi"."""
    prompt = state.prompt
    phrase = _scale_phrase(state, index)
    if phrase is None or not state.is_free(phrase.first, phrase.last):
        return None
    if followed := _before_tonic(state, phrase):
        return followed
    context = any(prompt.text(near) in _SCALE_CONTEXT for near in (index - 1, index - 2, phrase.last))
    weak = phrase.last - phrase.first == 1 and prompt.text(index) in WEAK_SCALES
    if (weak or phrase.kind is not PhraseKind.SCALE) and not context:
        return None
    if phrase.kind is not PhraseKind.SCALE and not any(
        prompt.text(near) in _SCALE_NOUNS for near in (index - 1, index - 2, phrase.last)
    ):
        return None
    if prompt.text(phrase.last) in _CHORD_NOUNS and weak:
        return None
    scale = str(phrase.meanings[PhraseKind.SCALE])
    if prompt.text(phrase.last) in _OF and phrase.last + 1 < len(prompt.tokens):  # "gamme hirajoshi de la"
        tonic = parse_tonic(prompt, phrase.last + 1)
        if tonic is not None and is_meant_after_introducer(prompt, tonic, prompt.text(tonic.last)):
            return KeyMention(tonic.name, _combined(tonic.quality, scale), phrase.first, phrase.first, tonic.last, 0.9)
    return KeyMention(None, scale, phrase.first, phrase.first, phrase.last, 0.9)


def _before_tonic(state: ParserState, phrase: Phrase) -> KeyMention | None:
    """A scale with its tonic behind it: "hijaz ré", "dorian D"; "mineur" and "major" stand behind their tonics."""
    prompt = state.prompt
    scale = str(phrase.meanings[PhraseKind.SCALE])
    if scale in ("minor", "major") or phrase.last >= len(prompt.tokens) or prompt.text(phrase.first) in WEAK_SCALES:
        return None
    tonic = parse_tonic(prompt, phrase.last)
    if tonic is None or tonic.quality or not state.is_free(tonic.first, tonic.last):
        return None
    if _scale_phrase(state, tonic.last) or (
        tonic.last < len(prompt.tokens) and prompt.tokens[tonic.last].glued and prompt.text(tonic.last).isalpha()
    ):
        return None
    token, ends = prompt.tokens[tonic.first], prompt.text(tonic.last) in BOUNDARIES | {""}
    named = token.cased[0].isupper() and len(token.cased) == 1 if len(token.text) == 1 else token.text in _CLEAR
    if not (named or (ends and token.text != "a")):
        return None
    return KeyMention(tonic.name, scale, phrase.first, phrase.first, tonic.last, 0.9)
