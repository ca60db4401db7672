"""What is read as a whole in an instruction about pitches: keys, chords, and the note to end on. Theory judges them."""

import re

from services.composition.refining.lexicon import Entity
from services.composition.refining.tags import Tag

_FRENCH = {"do": "C", "ut": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B"}
_ACCIDENTAL = r"(?:\s?(?:#|♯|♭|b(?![a-z])|sharp|flat|di[eè]se|b[eé]mol))?"
_SIGN = r"\s(?:sharp|flat|di[eè]se|b[eé]mol)"  # which a shorter reading would leave out
_LETTER = rf"[A-Ga-g]{_ACCIDENTAL}"
_SYLLABLE = rf"(?:do|ut|r[ée]|mi|fa|sol|la|si){_ACCIDENTAL}"
_MODE = (
    r"(?:natural |harmonic |melodic |naturel |harmonique |m[ée]lodique )?(?:majeure?|mineure?|major|minor|maj|min|"
    r"dorian|dorien|phrygian|phrygien|lydian|lydien|mixolydian|mixolydien|locrian|locrien|blues|pentatonic|pentatonique)"
    r"(?: (?:harmonique|m[ée]lodique|naturelle?|pentatonic|pentatonique|majeure|mineure))?"
)
_KEY = re.compile(rf"(?<![a-z]-)\b({_SYLLABLE}|{_LETTER})[\s-]?({_MODE})\b", re.IGNORECASE)
# A tonic alone, after what says that it is one: "transpose to D", "passe en Sol", "in F#", "in Dm".
_TONIC = re.compile(
    rf"\b(?:transpos\w*|passe\w*|put|move\w*|change\w*|mets|met|modul\w*|go|key)\b(?:\s+[\w']+){{0,3}}?\s+(?:to|in|into|of|en|vers|à|a)\s+"
    rf"({_SYLLABLE}|[A-G]{_ACCIDENTAL})(m)?(?![\w'#♯♭])(?!{_SIGN})(?![\s-]?{_MODE}\b)|"
    rf"^\s*(?:in|en)\s+({_SYLLABLE}|[A-G]{_ACCIDENTAL})(m)?\s*$",
    re.IGNORECASE,
)
_QUALITY = r"(?:maj7|maj9|maj|min7|min|m7b5|m7|m9|m6|m|dim7|dim|aug|sus2|sus4|7sus4|add9|13|11|9|7|6|°|ø)?"
_SYMBOL = rf"[A-G][#b]?{_QUALITY}(?:/[A-G][#b]?)?"
_CHORDS = re.compile(rf"(?<![\w#])({_SYMBOL}(?:(?:\s*[-–|,]\s*|\s+){_SYMBOL})+)(?![\w#])")
_NUMERAL = r"(?:b|#)?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?:°|ø7?|7|maj7)?"
_NUMERALS = re.compile(rf"(?<![\w#])({_NUMERAL}(?:(?:\s*[-–|,]\s*|\s+){_NUMERAL})+)(?![\w#])")
_NAMED = rf"{_SYLLABLE}(?:m7|m|7|maj7)?"
_FRENCH_CHORDS = re.compile(rf"\b({_NAMED}(?:(?:\s*[-–|,]\s*|\s+){_NAMED}){{2,}})(?![\w'#♯♭])", re.IGNORECASE)
_END_ON = re.compile(
    rf"\b(?:fini\w*|termin\w*|end\w*|finish\w*|conclu\w*)\s+(?:on|sur|par|with|en)\s+(?:(?:a|an|un|une|le|la|the)\s+)?"
    rf"({_SYLLABLE}|[A-G]{_ACCIDENTAL})(?![\w'#♯♭])(?![\s-]?{_MODE}\b)",
    re.IGNORECASE,
)
# Parts of a song that a few bars do not have.
_SECTION = re.compile(
    r"\b(?:partie|part|section|phrase)\s+(?:[a-d]\b(?!\s+(?:bit|little|lot))|\d+|deux|two|trois|three)", re.IGNORECASE
)
_SEPARATORS = re.compile(r"\s*[-–|,]\s*|\s+")
_MOST_CHORDS = 64


def _note(text: str) -> str:
    """A tonic as theory writes it: "Eb", "F#"."""
    words = text.lower().replace("♯", "#").replace("♭", "b")
    name = next((letter for syllable, letter in _FRENCH.items() if words.startswith(syllable)), words[:1].upper())
    rest = words[1:] if words[:1].upper() == name and words[:2] not in _FRENCH and words[:3] != "sol" else words[2:]
    sharp = any(sign in rest for sign in ("#", "sharp", "dièse", "diese"))
    flat = any(sign in rest for sign in ("flat", "bémol", "bemol")) or rest.strip() == "b"
    return name + ("#" if sharp else "b" if flat else "")


def _key(match: re.Match[str]) -> str | None:
    if match[1].lower() == "a" and match[0][1:2] == " " and match[1] == "a":
        return None  # "a minor change"
    return f"{_note(match[1])} {match[2]}"


def _tonic(match: re.Match[str]) -> str | None:
    note, minor = (match[1], match[2]) if match[1] else (match[3], match[4])
    if note.lower() in ("a", "la") and note not in ("A", "La"):
        return None
    if _CHORDS.match(match.string, match.start(1) if match[1] else match.start(3)):
        return None  # "change to Dm G C"
    return _note(note) + (" minor" if minor else "")


def _end_on(match: re.Match[str]) -> str | None:
    followed = re.match(r"\s+\w", match.string[match.end() :])
    return None if followed and match[1].lower() in ("la", "a") else _note(match[1])


def _chords(match: re.Match[str]) -> str | None:
    symbols = _SEPARATORS.split(match[1])
    return " ".join(symbols) if len(symbols) <= _MOST_CHORDS else None


def _french_chords(match: re.Match[str]) -> str | None:
    symbols = _SEPARATORS.split(match[1].lower())
    if len(symbols) > _MOST_CHORDS:
        return None
    return " ".join(_french_chord(symbol) for symbol in symbols)


def _french_chord(symbol: str) -> str:
    syllable = next(each for each in sorted(_FRENCH, key=len, reverse=True) if symbol.startswith(each))
    return _FRENCH[syllable] + symbol[len(syllable) :]


ENTITIES = (
    Entity(_CHORDS, Tag.CHORDS, _chords),
    Entity(_NUMERALS, Tag.CHORDS, _chords),
    Entity(_FRENCH_CHORDS, Tag.CHORDS, _french_chords),
    Entity(_SECTION, Tag.UNAVAILABLE, lambda match: match[0]),
    Entity(_KEY, Tag.KEY, _key),
    Entity(_END_ON, Tag.TONIC, _end_on),
    Entity(_TONIC, Tag.KEY, _tonic),
)
