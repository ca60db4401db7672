"""Tonics as people write them: solfège and letters, accidentals in signs and words, in French and English."""

import re
from dataclasses import dataclass

from music.pitch import PitchName
from services.theory.prompt.parse.tokenizer import Prompt

SOLFEGE = {"do": "C", "ut": "C", "re": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B"}
_MINOR_MARKS = frozenset({"m", "min", "minor", "mineur", "mineure", "mi"})
_MAJOR_MARKS = frozenset({"maj", "major", "majeur", "majeure", "ma"})
_QUALITY = r"(?P<quality>m|min|maj|minor|major|mineur|majeur|M)?"
_LETTER = re.compile(r"(?P<name>[A-Ga-g])(?:(?P<flat>b{0,2})|(?P<word>flat|sharp))" + _QUALITY)
_SYLLABLE = re.compile(
    r"(?P<name>[Dd]o|[Uu]t|[Rr]e|[Mm]i|[Ff]a|[Ss]ol|SOL|[Ll]a|[Ss]i|DO|RE|MI|FA|LA|SI)(?:(?P<flat>b?|B)|(?P<word>bemol|diese))"
    + _QUALITY
)
_SHARPS = frozenset({"#", "sharp", "diese", "dieze", "diez", "dies"})
_FLATS = frozenset({"bemol", "flat", "bemole", "bemols", "bmol"})
_FLAT_AND_QUALITY = frozenset({"bm", "bmin", "bmaj"})
_MOST_SIGNS = 2
_GERMAN = re.compile(r"(?P<flat_letter>[ae])s|(?P<letter>[a-h])(?P<sign>is|es)?")
_GERMAN_SCALES = {"moll": "minor", "dur": "major"}
# Words and signs before which the name of a key may end.
BOUNDARIES = frozenset(
    ", . ; : ! ? ( ) - / | + > et and puis then at a avec with pour for sur on tempo bpm mais but please stp "
    "svp".split()
)


@dataclass(frozen=True, slots=True)
class Tonic:
    """A tonic read from tokens `first` to before `last`; `quality` is "minor" or "major" when glued to it ("Em")."""

    name: PitchName
    quality: str | None
    accidental: bool
    first: int
    last: int


def parse_tonic(prompt: Prompt, index: int) -> Tonic | None:
    """Parse a tonic with its accidental and a glued quality: "Sib", "fa dièse", "F#m", "Ebm", "E flat".

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        None where no tonic begins.
    """
    token = prompt.tokens[index]
    match = _SYLLABLE.fullmatch(token.cased) or _LETTER.fullmatch(token.cased)
    if match is None:
        return None
    letter = SOLFEGE.get(match["name"].lower(), match["name"].upper())
    quality, alteration, after = _quality(match["quality"]), -len(match["flat"] or ""), index + 1
    if match["word"]:  # "Aflat", "fadiese"
        alteration = 1 if match["word"] in _SHARPS else -1
    if not alteration and quality is None:
        alteration, after = _accidental(prompt, after)
        if alteration == 0 and prompt.text(after) in _FLAT_AND_QUALITY and prompt.tokens[after].glued:
            alteration, quality, after = -1, _quality(prompt.text(after)[1:]), after + 1  # "Sol bm"
    if alteration > 0 and prompt.text(after) in _MINOR_MARKS | _MAJOR_MARKS and prompt.tokens[after].glued:
        quality, after = _quality(prompt.tokens[after].cased), after + 1  # "F#m"
    sign = "#" * alteration if alteration > 0 else "b" * -alteration
    return Tonic(PitchName.parse(letter + sign), quality, alteration != 0, index, after)


def parse_german_key(prompt: Prompt, index: int) -> tuple[PitchName, str, int] | None:
    """Parse a key as German writes it: "h-Moll", "fis-Moll", "Es-Dur", "B-Dur".

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        Tonic, slug of the scale and the token after the key; None where no such key begins.
    """
    scale = _GERMAN_SCALES.get(prompt.text(index + 1))
    match = _GERMAN.fullmatch(prompt.text(index)) if scale else None
    if scale is None or match is None:
        return None
    if match["flat_letter"]:
        return PitchName.parse(match["flat_letter"].upper() + "b"), scale, index + 2
    letter = {"h": "B", "b": "Bb"}.get(match["letter"], match["letter"].upper())
    return PitchName.parse(letter + {"is": "#", "es": "b", None: ""}[match["sign"]]), scale, index + 2


def _accidental(prompt: Prompt, index: int) -> tuple[int, int]:
    """Semitones of the accidental that begins at a token, and the token after it."""
    alteration = 0
    while prompt.text(index) in _SHARPS and alteration < _MOST_SIGNS:
        alteration, index = alteration + 1, index + 1
    if alteration:
        return alteration, index
    while prompt.text(index) in _FLATS and alteration > -_MOST_SIGNS:
        alteration, index = alteration - 1, index + 1
    if not alteration and prompt.text(index) in ("b", "bb") and _is_flat_sign(prompt, index):
        return -len(prompt.text(index)), index + 1
    return alteration, index


def _is_flat_sign(prompt: Prompt, index: int) -> bool:
    """Whether a "b" stands for a flat: "si b", "E b minor"; not a letter of its own."""
    return prompt.tokens[index].cased.islower() and (
        prompt.tokens[index].glued or prompt.text(index + 1) in _MINOR_MARKS | _MAJOR_MARKS | BOUNDARIES | {""}
    )


def _quality(mark: str | None) -> str | None:
    if not mark:
        return None
    if mark == "M":
        return "major"
    return "minor" if mark.lower() in _MINOR_MARKS else "major" if mark.lower() in _MAJOR_MARKS else None
