"""Distinguishes tonics from everyday words by the words around them.

"la" is mostly an article, "si" an if, "do" a verb, "a" an article or a preposition: a bare name counts only where
its surroundings make a key of it.
"""

from services.theory.prompt.parse.spans import KeyMention
from services.theory.prompt.parse.tokenizer import Prompt
from services.theory.prompt.parse.tonics import BOUNDARIES, Tonic

_INTRODUCERS = frozenset(
    "en in key tonalite ton tonality tonic tonique gamme scale mode cle root fondamentale armure vers to into mineure "
    "majeure".split()
)
_FILLERS = frozenset({"de", "of", "d", ":", "=", "the", "is", "est", "sur"})
_PREPOSITIONS = frozenset({"en", "in", "to", "vers", "into"})
# Nouns that make an article of the "a" before "minor" or "major".
_MODE_NOUNS = frozenset("scale key mode feel mood tonality way style chord chords".split())
_ARTICLE_NOUNS = frozenset("change changes tweak third seventh key scale".split())
_MUSIC_NOUNS = _ARTICLE_NOUNS | frozenset(
    "melody bass bassline line lead pad arpeggio progression loop song piece tune groove riff beat vibe theme "
    "sound blues ballad waltz jazz funk rock track".split()
)
_BEFORE_ARTICLE = frozenset(
    "make give write play want need create compose generate do me us with for is like use try add get have just maybe "
    "of as build produce craft".split()
)
_NO_TONIC_BEFORE = frozenset(
    "part partie section plan face vitamin vitamine version take bloc block groupe group type side cote point option "
    "couplet verse class classe grade niveau level serie drop le du au les des un clef".split()
)
_CLAUSE_STARTS = frozenset({",", ":", ";", "-", "("})
# Scales named by words that mean something else outside a key.
WEAK_SCALES = frozenset(
    "blues bebop chinese chinois chinoise egyptian egyptien egyptienne persian persan persane perse augmented "
    "augmente augmentee diminished diminue diminuee altered altere alteree tritone triton mystic scriabin scriabine "
    "enigmatic enigmatique neapolitan hungarian hongrois hongroise tzigane gitan gitane rast saba kurd bayat roumain "
    "romanian yo in hexatonic naturel marwa ajam byzantine byzantin okinawa gamelan balinese balinais balinaise "
    "javanais sakura chromatic chromatique prometheus promethee bartok acoustique".split()
)


def is_meant(prompt: Prompt, tonic: Tonic, key: KeyMention) -> bool:
    """Whether a tonic that could be an everyday word is one.

    Args:
        prompt: The prompt.
        tonic: The name as read.
        key: The same with the scale that follows it, if one does.
    """
    token = prompt.tokens[tonic.first]
    before, after = prompt.text(tonic.first - 1), prompt.text(key.last)
    joined = prompt.folded[token.end : token.end + 1] in ("'", "&") or before == "&"  # "d'accord", "R&B"
    if joined or (token.text == "a" and prompt.original[prompt.origin[token.at]] in "àÀ"):
        return False
    introduced = _is_introduced(prompt, tonic.first)
    if tonic.accidental and (len(token.text) > 1 or key.last - key.first > 1):
        return token.text != "lab" or introduced or key.scale is not None
    if tonic.quality is not None:
        capital = token.cased[0].isupper() and (token.text, before) != ("am", "i")
        return capital or introduced or _at_edge(prompt, key, before)
    if key.scale is not None:
        return _is_meant_with_scale(prompt, tonic, key, introduced=introduced)
    if introduced:
        return is_meant_after_introducer(prompt, tonic, after)
    return _is_meant_alone(prompt, tonic, before, after)


def is_meant_after_introducer(prompt: Prompt, tonic: Tonic, after: str) -> bool:
    """Whether a name behind a word such as "en" or "key of" is a tonic: "en la" is one, "en la matière" is not.

    Args:
        prompt: The prompt.
        tonic: The name as parsed.
        after: Text of the token after the name; "" at the end.
    """
    token = prompt.tokens[tonic.first]
    if _is_hyphenated(prompt, tonic.last):
        return False
    if token.text == "a":
        return after in BOUNDARIES - {"a"} | {""} or (token.cased == "A" and after not in ("minute", "style"))
    if token.text in ("la", "si"):
        return after in BOUNDARIES | {"", "style"} or after.isdecimal() or token.cased[0].isupper()
    return True


def _is_introduced(prompt: Prompt, first: int) -> bool:
    """Whether words such as "en" or "key of" lead to this token."""
    index = first - 1
    while prompt.text(index) in _FILLERS and first - index <= 2:
        index -= 1
    adjacent = index == first - 1
    return prompt.text(index) in _INTRODUCERS and (adjacent or prompt.text(index) not in _PREPOSITIONS)


def _is_meant_with_scale(prompt: Prompt, tonic: Tonic, key: KeyMention, *, introduced: bool) -> bool:
    """Whether a name before a scale is its tonic: "la mineur" is one, "la pentatonique" is not."""
    token = prompt.tokens[tonic.first]
    scale_word = prompt.text(key.middle)
    if token.text == "a":
        article = scale_word in WEAK_SCALES and not introduced and (token.cased == "a" or tonic.first == 0)
        return not article and _is_tonic_a(prompt, tonic, prompt.text(key.last), introduced=introduced)
    if introduced:
        return True
    if token.text == "la":
        feminine = scale_word.startswith(("penta", "gamme", "mode")) or scale_word in WEAK_SCALES
        return not feminine or (token.cased == "La" and tonic.first > 0)
    everyday = token.text == "do" or (len(token.text) == 1 and token.cased.islower())
    return not (everyday and scale_word in WEAK_SCALES)


def _is_tonic_a(prompt: Prompt, tonic: Tonic, after: str, *, introduced: bool) -> bool:
    """Whether "a" before a scale is the note rather than the article."""
    if prompt.tokens[tonic.first].cased == "A":
        return tonic.first > 0 or after not in _ARTICLE_NOUNS
    if introduced:
        return after not in _MODE_NOUNS
    return after not in _MODE_NOUNS | _MUSIC_NOUNS and prompt.text(tonic.first - 1) not in _BEFORE_ARTICLE


def _is_meant_alone(prompt: Prompt, tonic: Tonic, before: str, after: str) -> bool:
    """Whether a name is a tonic although nothing leads to it and no scale follows: "bass, G, 4 bars"."""
    token = prompt.tokens[tonic.first]
    if _is_hyphenated(prompt, tonic.last) or before in _NO_TONIC_BEFORE:
        return False
    ends = after in BOUNDARIES - {"a", "at"} | {""} or after.isdecimal()
    capital, first = token.cased[0].isupper(), tonic.first == 0
    if token.text in ("a", "la", "si", "do"):
        whole = first and (after == "" or (after == "," and token.cased == "Do"))
        return whole or (capital and not first and ends and before in _CLAUSE_STARTS)
    if len(token.text) == 1:
        return capital and (ends or not first)
    accented = prompt.original[prompt.origin[token.end - 1]] in "éÉ"
    return token.text in ("sol", "fa") or (token.text == "re" and accented) or (not first and (capital or ends))


def _is_hyphenated(prompt: Prompt, last: int) -> bool:
    """Whether the token goes on behind a hyphen: "G-funk", "mi-temps", "E-piano"."""
    return last < len(prompt.tokens) and prompt.tokens[last].glued and prompt.tokens[last].text[0].isalpha()


def _at_edge(prompt: Prompt, key: KeyMention, before: str) -> bool:
    """Whether a lower-case "em" stands where a key would: last, or before punctuation."""
    return before not in ("i", "je", "1", "pm") and prompt.text(key.last) in BOUNDARIES | {""}
