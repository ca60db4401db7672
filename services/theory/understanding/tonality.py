"""Keys in a prompt: solfège and letters, accidentals in words and signs, scales; without falling for everyday words.

"la" is mostly an article, "si" an if, "do" a verb, "a" an article or a preposition: a bare name counts only where
its surroundings make a key of it.
"""

import re
from dataclasses import dataclass

from music.pitch import PitchName
from services.theory.understanding.mentions import KeyMention, Reading
from services.theory.understanding.text import Prompt
from services.theory.understanding.vocabulary import Kind, Phrase

SOLFEGE = {"do": "C", "ut": "C", "re": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B"}
_MINOR_MARKS = frozenset({"m", "min", "minor", "mineur", "mineure", "mi"})
_MAJOR_MARKS = frozenset({"maj", "major", "majeur", "majeure", "ma"})
_ABBREVIATED = {"min": "minor", "maj": "major"}
_QUALITY = r"(?P<quality>m|min|maj|minor|major|mineur|majeur|M)?"
_LETTER = re.compile(r"(?P<name>[A-Ga-g])(?P<flat>b{0,2})" + _QUALITY)
_SYLLABLE = re.compile(
    r"(?P<name>[Dd]o|[Uu]t|[Rr]e|[Mm]i|[Ff]a|[Ss]ol|SOL|[Ll]a|[Ss]i|DO|RE|MI|FA|LA|SI)(?P<flat>b?)" + _QUALITY
)
_SHARP_WORDS = frozenset({"#", "sharp", "diese", "dieze", "diez", "dièse", "shrp", "dies"})
_FLAT_WORDS = frozenset({"bemol", "flat", "bemole", "bemols", "bmol"})
_OF = frozenset({"de", "of", "sur", "on", "en", "in", "d"})
_INTRODUCERS = frozenset(
    "en in key tonalite ton tonality tonic tonique gamme scale mode cle root fondamentale armure vers to into mineure "
    "majeure".split()
)
_FILLERS = frozenset({"de", "of", "d", ":", "=", "the", "is", "est", "sur"})
_MODE_FILLERS = frozenset({"mode", "gamme", "scale", "en", "in", "the"})
_EVERYDAY = frozenset(
    {
        "a",
        "la",
        "si",
        "do",
        "mi",
        "re",
        "e",
        "c",
        "d",
        "b",
        "am",
        "dom",
        "lab",
        "sim",
        "em",
        "dm",
        "fam",
        "rem",
        "cm",
        "as",
    }
)
_KEY_NOUNS = frozenset(
    "scale key mode feel mood tonality change changes tweak chord chords third melody bass bassline line lead pad "
    "arpeggio progression loop song piece tune groove riff beat vibe theme sound".split()
)
_ARTICLE_BEFORE = frozenset(
    "make give write play want need create compose generate do me us with for is like use try add get have just maybe "
    "of as build produce craft".split()
)
_NO_LETTER_BEFORE = frozenset(
    "part partie section plan face vitamin vitamine version take bloc block groupe group type side cote point option "
    "couplet verse class classe grade niveau level serie".split()
)
_BOUNDARIES = frozenset(
    ", . ; : ! ? ( ) - / | + > et and puis then at a avec with pour for sur on tempo bpm mais but please stp "
    "svp".split()
)
# Scales named by words that mean something else outside a key.
_WEAK_SCALES = frozenset(
    "blues bebop chinese chinois chinoise egyptian egyptien egyptienne persian persan persane perse augmented "
    "augmente augmentee diminished diminue diminuee altered altere alteree tritone triton mystic scriabin scriabine "
    "enigmatic enigmatique neapolitan hungarian hongrois hongroise tzigane gitan gitane rast saba kurd bayat roumain "
    "romanian yo in hexatonic naturel marwa ajam byzantine byzantin okinawa gamelan balinese balinais balinaise "
    "javanais sakura chromatic chromatique prometheus promethee bartok acoustique".split()
)
_SCALE_CONTEXT = frozenset("gamme scale mode modes gammes scales tonalite key maqam raga en in de".split())
_SCALE_NOUNS = frozenset({"gamme", "scale", "mode", "gammes", "scales", "modes"})
_CHORD_NOUNS = frozenset("chord accord accords chords seventh septieme triad triade sixth interval intervalle".split())


def read_keys(reading: Reading) -> list[KeyMention]:
    """Keys in the order of the prompt. Tokens used are taken."""
    keys: list[KeyMention] = []
    index = 0
    while index < len(reading.prompt.tokens):
        key = _read_key(reading, index) if index not in reading.taken else None
        if key is None:
            index += 1
            continue
        reading.take(key.first, key.last)
        keys.append(key)
        index = key.last
    return keys


def _read_key(reading: Reading, index: int) -> KeyMention | None:
    tonic = read_tonic(reading.prompt, index)
    if tonic is not None and not _inside_phrase(reading, index, tonic.last):
        key = _with_scale(reading, tonic)
        if _is_meant(reading.prompt, tonic, key):
            return key
    return _scale_alone(reading, index)


@dataclass(frozen=True, slots=True)
class Tonic:
    """A tonic read from tokens `first` to before `last`; `quality` is "minor" or "major" when glued to it ("Em")."""

    name: PitchName
    quality: str | None
    accidental: bool
    first: int
    last: int


def read_tonic(prompt: Prompt, index: int) -> Tonic | None:
    """Read a tonic with its accidental and a glued quality: "Sib", "fa dièse", "F#m", "Ebm", "E flat"."""
    token = prompt.tokens[index]
    match = _SYLLABLE.fullmatch(token.cased) or _LETTER.fullmatch(token.cased)
    if match is None:
        return None
    letter = SOLFEGE.get(match["name"].lower(), match["name"].upper())
    alteration = -len(match["flat"])
    quality = _quality(match["quality"])
    after = index + 1
    if not alteration and quality is None:
        while prompt.text(after) in _SHARP_WORDS and alteration < 2:
            alteration, after = alteration + 1, after + 1
        while prompt.text(after) in _FLAT_WORDS and -2 < alteration <= 0:
            alteration, after = alteration - 1, after + 1
        if alteration == 0 and prompt.text(after) in ("b", "bb") and _is_flat_sign(prompt, after):
            alteration, after = -len(prompt.text(after)), after + 1
        if alteration == 0 and prompt.text(after) in ("bm", "bmin", "bmaj") and prompt.tokens[after].glued:
            alteration, quality, after = -1, _quality(prompt.text(after)[1:]), after + 1
    sign = "#" * alteration if alteration > 0 else "b" * -alteration
    if alteration > 0 and prompt.text(after) in _MINOR_MARKS | _MAJOR_MARKS and prompt.tokens[after].glued:
        quality, after = _quality(prompt.tokens[after].cased), after + 1
    return Tonic(PitchName.parse(letter + sign), quality, alteration != 0, index, after)


def _is_flat_sign(prompt: Prompt, index: int) -> bool:
    """Whether a "b" stands for a flat: "si b", "E b minor"; not a letter of its own."""
    return prompt.tokens[index].cased.islower() and (
        prompt.tokens[index].glued or prompt.text(index + 1) in _MINOR_MARKS | _MAJOR_MARKS | _BOUNDARIES | {""}
    )


def _quality(mark: str | None) -> str | None:
    if not mark:
        return None
    if mark == "M":
        return "major"
    return "minor" if mark.lower() in _MINOR_MARKS else "major" if mark.lower() in _MAJOR_MARKS else None


def _with_scale(reading: Reading, tonic: Tonic) -> KeyMention:
    """Add the scale that follows a tonic, if one does."""
    prompt = reading.prompt
    after = tonic.last
    quality = tonic.quality
    middle = tonic.first if quality else after
    if quality is None and prompt.text(after) == "m":
        quality = "major" if prompt.tokens[after].cased == "M" else "minor"
        after += 1
    start = after
    while prompt.text(start) in _MODE_FILLERS and start - after < 2:
        start += 1
    phrase = _scale_phrase(reading, start)
    scale: str | None = quality
    if phrase is not None:
        scale = _combined(quality, str(phrase.meanings[Kind.SCALE]))
        after = phrase.last
        middle = tonic.first if tonic.quality else min(middle, phrase.first)
        refinement = _scale_phrase(reading, after)
        if refinement is not None and scale in ("minor", "major") and _names_a_scale(prompt, refinement):
            scale, after = _combined(scale, str(refinement.meanings[Kind.SCALE])), refinement.last
    elif quality is None and reading.free(start, start + 1) and (mark := _ABBREVIATED.get(prompt.text(start))):
        scale, after, middle = mark, start + 1, start
    if scale is None:
        middle = after
    return KeyMention(tonic.name, scale, tonic.first, middle, after, 0.97 if scale else 0.85)


def _scale_phrase(reading: Reading, index: int) -> Phrase | None:
    phrase = reading.phrase_at(index)
    return phrase if phrase is not None and Kind.SCALE in phrase.meanings else None


def _names_a_scale(prompt: Prompt, phrase: Phrase) -> bool:
    """Whether a phrase can only be a scale, as "blues scale" can and "blues" cannot."""
    return phrase.kind is Kind.SCALE or any(prompt.text(index) in _SCALE_NOUNS for index in range(phrase.first, phrase.last + 1))


_REFINED = {
    ("minor", "minor_pentatonic"): "minor_pentatonic",
    ("major", "minor_pentatonic"): "major_pentatonic",
    ("major", "blues"): "major_blues",
    ("major", "harmonic_minor"): "harmonic_major",
}


def _combined(quality: str | None, named: str) -> str:
    """The scale that a glued quality and a name mean together: "Am pentatonic", "C major blues"."""
    return _REFINED.get((quality or "", named), named)


def _is_meant(prompt: Prompt, tonic: Tonic, key: KeyMention) -> bool:
    """Whether a tonic that could be an everyday word is one."""
    token = prompt.tokens[tonic.first]
    text, before, after = token.text, prompt.text(tonic.first - 1), prompt.text(key.last)
    apostrophe = prompt.folded[token.end : token.end + 1] == "'"
    if apostrophe or prompt.folded[token.end : token.end + 1] == "&" or before == "&":
        return False
    if text == "a" and prompt.original[prompt.origin[token.at]] in "àÀ":
        return False
    introduced = _is_introduced(prompt, tonic.first)
    if tonic.accidental and (len(text) > 1 or key.last - key.first > 1):
        return not (text in _EVERYDAY and not introduced and key.scale is None and text == "lab")
    if key.scale is not None and tonic.quality is None:
        return _named_with_scale(prompt, tonic, key, introduced)
    if tonic.quality is not None:
        return (
            (token.cased[0].isupper() and not (text == "am" and before == "i"))
            or introduced
            or _at_edge(prompt, key, before)
        )
    if introduced:
        return _bare_after_introducer(prompt, tonic, after)
    return _bare(prompt, tonic, before, after)


def _is_introduced(prompt: Prompt, first: int) -> bool:
    """Whether words such as "en" or "key of" lead to this token."""
    index = first - 1
    while prompt.text(index) in _FILLERS and first - index <= 2:
        index -= 1
    return prompt.text(index) in _INTRODUCERS and (
        index == first - 1 or prompt.text(index) not in ("en", "in", "to", "vers", "into")
    )


def _named_with_scale(prompt: Prompt, tonic: Tonic, key: KeyMention, introduced: bool) -> bool:
    token = prompt.tokens[tonic.first]
    after = prompt.text(key.last)
    scale_word = prompt.text(key.middle)
    if token.text == "a":
        if token.cased == "A" and tonic.first == 0:
            return after not in ("change", "changes", "tweak", "third", "seventh", "key", "scale")
        if token.cased == "A":
            return True
        if introduced:
            return after not in ("scale", "key", "mode", "feel", "mood", "tonality", "way", "style", "chord")
        return after not in _KEY_NOUNS and prompt.text(tonic.first - 1) not in _ARTICLE_BEFORE
    if token.text == "la" and not introduced:
        feminine = scale_word.startswith(("penta", "gamme", "mode")) or scale_word in _WEAK_SCALES
        return not feminine or (token.cased == "La" and tonic.first > 0)
    if token.text == "do":
        return not (scale_word in _WEAK_SCALES and not introduced)
    return not (scale_word in _WEAK_SCALES and len(token.text) == 1 and token.cased.islower() and not introduced)


def _bare_after_introducer(prompt: Prompt, tonic: Tonic, after: str) -> bool:
    token = prompt.tokens[tonic.first]
    if _hyphenated(prompt, tonic.last):
        return False
    if token.text == "a":
        return after in _BOUNDARIES - {"a"} | {""} or (token.cased == "A" and after not in ("minute", "style"))
    if token.text in ("la", "si"):
        known_end = after in _BOUNDARIES | {""} or after.isdecimal() or after in ("tempo", "style", "avec")
        return known_end or token.cased[0].isupper()
    return True


def _bare(prompt: Prompt, tonic: Tonic, before: str, after: str) -> bool:
    """A name on its own, without anything that leads to it."""
    token = prompt.tokens[tonic.first]
    if (
        _hyphenated(prompt, tonic.last)
        or before in _NO_LETTER_BEFORE
        or before in ("le", "du", "au", "les", "des", "un", "clef")
    ):
        return False
    at_end = after in _BOUNDARIES - {"a", "at"} | {""} or after.isdecimal()
    if token.text in ("a", "la", "si", "do"):
        return token.cased[0].isupper() and tonic.first > 0 and at_end and before in (",", ":", ";", "-", "(", "")
    if len(token.text) == 1:
        return token.cased.isupper() and (at_end or tonic.first > 0)
    if token.text in ("sol", "fa"):
        return True
    accented = prompt.original[prompt.origin[token.end - 1]] in "éÉ"
    return (
        (token.text == "re" and accented)
        or (token.cased[0].isupper() and tonic.first > 0)
        or (at_end and tonic.first > 0)
    )


def _hyphenated(prompt: Prompt, last: int) -> bool:
    """Whether the token goes on behind a hyphen: "G-funk", "mi-temps", "E-piano"."""
    return last < len(prompt.tokens) and prompt.tokens[last].glued and prompt.tokens[last].text[0].isalpha()


def _at_edge(prompt: Prompt, key: KeyMention, before: str) -> bool:
    """Whether a lower-case "em" stands where a key would: last, or before punctuation."""
    return before not in ("i", "je", "1", "pm") and prompt.text(key.last) in _BOUNDARIES | {""}


def _inside_phrase(reading: Reading, first: int, last: int) -> bool:
    """Whether a longer phrase of the vocabulary holds the tokens: "canon in D", "r and b"."""
    return any(
        phrase.first < last and first < phrase.last and phrase.last - phrase.first > 1 for phrase in reading.phrases
    )


def _scale_alone(reading: Reading, index: int) -> KeyMention | None:
    """A scale without a tonic: "en mineur", "mode dorien", "gamme hirajoshi"."""
    prompt = reading.prompt
    phrase = _scale_phrase(reading, index)
    if phrase is None or not reading.free(phrase.first, phrase.last):
        return None
    context = any(prompt.text(near) in _SCALE_CONTEXT for near in (index - 1, index - 2, phrase.last))
    weak = phrase.last - phrase.first == 1 and prompt.text(index) in _WEAK_SCALES
    if (weak or phrase.kind is not Kind.SCALE) and not context:
        return None
    if phrase.kind is not Kind.SCALE and not any(
        prompt.text(near) in _SCALE_NOUNS for near in (index - 1, index - 2, phrase.last)
    ):
        return None
    if prompt.text(phrase.last) in _CHORD_NOUNS and weak:
        return None
    scale = str(phrase.meanings[Kind.SCALE])
    if prompt.text(phrase.last) in _OF and phrase.last + 1 < len(prompt.tokens):  # "gamme hirajoshi de la"
        tonic = read_tonic(prompt, phrase.last + 1)
        if tonic is not None and _bare_after_introducer(prompt, tonic, prompt.text(tonic.last)):
            return KeyMention(tonic.name, _combined(tonic.quality, scale), phrase.first, phrase.first, tonic.last, 0.9)
    return KeyMention(None, scale, phrase.first, phrase.first, phrase.last, 0.9)
