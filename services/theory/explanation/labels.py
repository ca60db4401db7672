"""Names of keys, notes, parts and lengths, in French and English."""

import re
from functools import lru_cache

from boumbapp.music.v2.music_pb2 import Key, Meter, Role

from music.pitch import PitchName
from music.roles import role_name
from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import StyleProfile

_SIGNS = {
    "fr": {"#": " dièse", "##": " double dièse", "b": " bémol", "bb": " double bémol", "": ""},
    "en": {"#": "#", "##": "##", "b": "b", "bb": "bb", "": ""},
}
_PARTS = {
    "fr": {
        "melody": "une mélodie",
        "bass": "une basse",
        "chords": "des accords",
        "arpeggio": "un arpège",
        "pad": "une nappe",
        "drums": "une batterie",
    },
    "en": {
        "melody": "melody",
        "bass": "bass line",
        "chords": "chords",
        "arpeggio": "arpeggio",
        "pad": "pad",
        "drums": "drums",
    },
}
_LETTERS_WITH_VOWEL = frozenset("AEFHILMNORSX")
_SAID_WITH_CONSONANT = ("eu", "uni", "uk", "use", "usu", "one", "u.")
_PLURAL = frozenset({"chords", "drums"})


@lru_cache(maxsize=1024)
def tonic_name(tonic: str, locale: str) -> str:
    """A tonic as musicians say it: Bb is "Si bémol" in French.

    Args:
        tonic: Spelled pitch name, "Bb".
        locale: Language, "fr" or "en".

    Raises:
        ValueError: The tonic is no pitch name.
    """
    name = PitchName.parse(tonic)
    sign = str(name)[1:]
    return PitchName.parse(name.letter).localized(locale) + _SIGNS["fr" if locale == "fr" else "en"][sign]


def key_name(key: Key, locale: str, catalogue: Catalogue) -> str:
    """A key as musicians say it: "Sol mineur", "Bb dorian".

    Args:
        key: Spelled tonic, and the slug of a scale in the catalogue.
        locale: Language, "fr" or "en".
        catalogue: Where the scale's label is looked up.
    """
    return f"{tonic_name(key.tonic, locale)} {catalogue.scales[key.scale].label.in_(locale)}"


def key_notes(key: Key, locale: str, catalogue: Catalogue) -> str:
    """The spelled notes of a key, ascending from the tonic: "Sol La Sib Do Ré Mib Fa".

    Args:
        key: Spelled tonic, and the slug of a scale in the catalogue.
        locale: "fr" for solfège, "en" for letters.
        catalogue: Where the scale's intervals are looked up.
    """
    return _notes(key.tonic, catalogue.scales[key.scale].intervals, locale)


@lru_cache(maxsize=2048)
def _notes(tonic: str, intervals: tuple[str, ...], locale: str) -> str:
    home = PitchName.parse(tonic)
    return " ".join((home + interval).readable().localized(locale) for interval in intervals)


def part(role: Role.ValueType, style: StyleProfile | None, locale: str) -> str:
    """A part with its article and style: "une basse funk", "une mélodie de style japonais", "a funk bass line".

    Args:
        role: Role of the part.
        style: Its style, or None.
        locale: Language, "fr" or "en".
    """
    slug = role_name(role)
    if locale == "fr":
        noun = _PARTS["fr"][slug]
        if style is None:
            return noun
        # A name that both languages share needs no agreement.
        invariable = style.label.fr == style.label.en
        return f"{noun} {style.label.fr}" if invariable else f"{noun} de style {style.label.fr}"
    phrase = f"{style.label.en if style else ''} {_PARTS['en'][slug]}".strip()
    if slug in _PLURAL:
        return phrase
    return f"{article(phrase)} {phrase}"


def article(phrase: str) -> str:
    """The English indefinite article of a phrase by its sound: "an R&B melody", "a UK garage bass", "an 808 bass".

    Args:
        phrase: Begins with a word or an abbreviation.
    """
    spelled_out = re.match(r"[A-Z](?![a-z])", phrase)
    if spelled_out:  # a letter is said by its name: "an R", "a U"
        return "an" if phrase[0] in _LETTERS_WITH_VOWEL else "a"
    if phrase[0].isdecimal():
        return "an" if phrase.startswith(("8", "11", "18")) else "a"
    return "an" if phrase[0].lower() in "aeiou" and not phrase.lower().startswith(_SAID_WITH_CONSONANT) else "a"


def length(bars: int, meter: Meter, bpm: float, locale: str) -> str:
    """Length and tempo: "4 mesures à 104 BPM", "8 bars of 3/4 at 140 BPM".

    Args:
        bars: Number of bars, 1 or more.
        meter: Time signature; 4/4 is not mentioned.
        bpm: Quarter notes per minute.
        locale: Language, "fr" or "en".
    """
    signature = "" if (meter.beats, meter.beat_unit) == (4, 4) else f"{meter.beats}/{meter.beat_unit}"
    if locale == "fr":
        noun = "mesures" if bars > 1 else "mesure"
        return f"{bars} {noun}{' en ' + signature if signature else ''} à {bpm:g} BPM"
    noun = "bars" if bars > 1 else "bar"
    return f"{bars} {noun}{' of ' + signature if signature else ''} at {bpm:g} BPM"
