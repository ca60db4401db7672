"""Tempo in figures, number of bars and time signature, as prompts write them.

Values are read as written, however absurd; whoever resolves the intent checks them.
"""

from dataclasses import dataclass

from services.theory.understanding.mentions import Mention, Reading
from services.theory.understanding.numbers import read_number, read_ordinal
from services.theory.understanding.text import Prompt

_BPM = frozenset({"bpm", "bpms", "pbm"})
_TEMPO = frozenset({"tempo", "bpm", "vitesse", "speed"})
_LINKS = frozenset(
    {
        ":",
        "=",
        "a",
        "at",
        "de",
        "of",
        "is",
        "vers",
        "around",
        "about",
        "environ",
        "to",
        "est",
        "d",
        "approximately",
        "autour",
    }
)
_BAR_WORDS = frozenset({"mesure", "mesures", "bar", "bars", "measure", "measures", "mes", "msr"})
_BAR_ADJECTIVES = frozenset(
    {"petites", "petite", "full", "short", "courtes", "whole", "seule", "single", "musical", "good", "bonnes"}
)
_BEATS = frozenset({"temps", "beats", "beat"})
_SECONDS = {
    "s": 1,
    "sec": 1,
    "secs": 1,
    "seconde": 1,
    "secondes": 1,
    "second": 1,
    "seconds": 1,
    "minute": 60,
    "minutes": 60,
    "mn": 60,
}
_NOTE_VALUES = {
    "ronde": 4.0, "whole": 4.0, "blanche": 2.0, "half": 2.0, "noire": 1.0, "quarter": 1.0, "crotchet": 1.0, "croche": 0.5,
    "eighth": 0.5, "quaver": 0.5,
}  # fmt: skip
_DOTTED = frozenset({"pointee", "dotted"})
_EVERY = frozenset({"toutes", "tous", "every", "each", "chaque", "par", "per"})
_EDGE = frozenset(
    {
        "dernieres",
        "premieres",
        "derniere",
        "premiere",
        "last",
        "first",
        "final",
        "finales",
        "prochaines",
        "next",
        "autres",
        "other",
    }
)
_AFTER = frozenset({"apres", "after"})
_AT = frozenset({"a", "at", "@", "tempo", "bpm"})
_UNITS_OF_OTHER_THINGS = frozenset(
    "mesure mesures bar bars measure measures temps beats beat % hz khz db notes note voix voices fois times octave "
    "octaves accords chords second seconds secondes minutes minute min sec s ms croches steps pas / : ans annees "
    "years th er eme e bit bits euros parties parts tracks pistes st nd rd".split()
)
_METER_CONTEXT = frozenset(
    {"en", "in", "a", "mesure", "metre", "meter", "signature", "metrique", "measure", "time", "rythme", "is", ":", "="}
)
_METER_FOLLOWERS = frozenset({"time", "signature", "mesure", "meter", "metre", "temps", "feel", "measure", "rhythm"})
_NOTE_FOLLOWERS = frozenset({"note", "notes", "croche", "croches", "swing", "delay", "triplet", "triolet", "quantize"})
_UNITS = (2, 4, 8, 16)
_BARE_BPM = range(60, 221)


@dataclass(frozen=True, slots=True)
class BarPosition:
    """A place in the piece: the first bar of something, from 0, or counted from the end when negative."""

    bar: int


@dataclass(slots=True)
class Timing:
    """What a prompt says about time. `seconds` is a length in seconds, `beats` one in beats."""

    bpm: Mention[float] | None = None
    bars: Mention[float] | None = None
    seconds: Mention[float] | None = None
    beats: Mention[float] | None = None
    meter: Mention[tuple[int, int]] | None = None
    positions: tuple[Mention[BarPosition], ...] = ()


def read_timing(reading: Reading, negated: frozenset[int]) -> Timing:
    """Find tempo, bars, metre and places in a prompt; the first of each counts. Tokens used are taken."""
    timing = Timing()
    prompt = reading.prompt
    positions: list[Mention[BarPosition]] = []
    for index in range(len(prompt.tokens)):
        if index in reading.taken:
            continue
        place = _position(prompt, index)
        if place is not None:
            positions.append(place)
            reading.take(place.first, place.last)
            continue
        for name, read in _READERS:
            mention = read(prompt, index)
            if mention is None or not reading.free(mention.first, mention.last):
                continue
            reading.take(mention.first, mention.last)
            if getattr(timing, name) is None and index not in negated:
                setattr(timing, name, mention)
            break
    if timing.bpm is None:
        timing.bpm = _bare_bpm(reading)
    timing.positions = tuple(positions)
    return timing


def _position(prompt: Prompt, index: int) -> Mention[BarPosition] | None:
    """A place: "bar 5", "à la mesure 5", "5th bar", "after 4 bars", "les 4 dernières mesures", "halfway" is not one."""
    text = prompt.text(index)
    if text in _BAR_WORDS and text not in ("mesures", "bars", "measures", "mes"):
        number = read_number(prompt, index + 1)
        if number and number[0] == int(number[0]) and number[0] >= 1 and prompt.text(number[1]) not in ("/", *_BEATS):
            after = prompt.text(index - 1) in _AFTER
            return Mention(BarPosition(int(number[0]) - (not after)), index, number[1])
    ordinal = read_ordinal(prompt, index)
    if ordinal and prompt.text(ordinal[1]) in _BAR_WORDS:
        return Mention(BarPosition(ordinal[0] - 1), index, ordinal[1] + 1)
    number = read_number(prompt, index)
    if number is None or not 1 <= number[0] <= 1024 or (index and prompt.text(index - 1) in ("-",)):
        if text in _EDGE:
            number = read_number(prompt, index + 1)
            if number and prompt.text(number[1]) in _BAR_WORDS:
                return Mention(_edge(text, number[0]), index, number[1] + 1)
        return None
    count, after_number = number
    if prompt.text(after_number) in _EDGE and prompt.text(after_number + 1) in _BAR_WORDS:
        return Mention(_edge(prompt.text(after_number), count), index, after_number + 2)
    if prompt.text(after_number) in _BAR_WORDS and (
        prompt.text(index - 1) in _AFTER or prompt.text(after_number + 1) in ("later", "plus")
    ):
        if prompt.text(after_number + 1) == "plus" and prompt.text(after_number + 2) != "tard":
            return None
        return Mention(BarPosition(int(count)), index, after_number + 1)
    return None


def _edge(word: str, count: float) -> BarPosition:
    last = word in ("dernieres", "derniere", "last", "final", "finales")
    return BarPosition(-int(count) if last else int(count))


def _bpm(prompt: Prompt, index: int) -> Mention[float] | None:
    """ "120 bpm", "bpm = 120", "tempo de 90", "à la noire = 90", "90-100 bpm", "entre 90 et 100 bpm"."""
    text = prompt.text(index)
    if text in _TEMPO:
        after = index + 1
        while prompt.text(after) in _LINKS and after - index <= 3:
            after += 1
        number = read_number(prompt, after)
        if (
            number
            and prompt.text(number[1]) not in _BAR_WORDS
            and (number[0] >= 20 or text in _BPM or prompt.tokens[after].is_number)
        ):
            return Mention(number[0], index, number[1] + (prompt.text(number[1]) in _BPM))
    if text in _NOTE_VALUES:
        return _metronome_mark(prompt, index)
    number = read_number(prompt, index)
    if number is None:
        return None
    value, after = number
    second = read_number(prompt, after + (prompt.text(after) in ("et", "and", "to", "a", "-")))
    if second and _is_bpm_unit(prompt, second[1]) and abs(second[0]) > value > 0:
        return Mention((value + abs(second[0])) / 2, index, second[1] + _is_bpm_unit(prompt, second[1]), 0.85)
    after += prompt.text(after) in ("a", "at", "de", "of") and prompt.text(after + 1) in _BPM
    if unit := _is_bpm_unit(prompt, after):
        return Mention(value, index, after + unit)
    if prompt.text(after) == "a" and prompt.text(after + 1) == "la" and prompt.text(after + 2) in _NOTE_VALUES:
        return Mention(value * _NOTE_VALUES[prompt.text(after + 2)], index, after + 3)
    if prompt.text(after) == "tempo" and 30 <= value <= 300:
        return Mention(value, index, after + 1)
    if (
        _BARE_LOW <= value <= 300
        and prompt.text(index - 1) in _AT
        and prompt.text(after) not in _UNITS_OF_OTHER_THINGS
        and not _is_year(prompt, index)
    ):
        return Mention(value, index, after, 0.8)
    return None


_BARE_LOW = 40


def _is_bpm_unit(prompt: Prompt, index: int) -> int:
    """How many tokens from here say "beats per minute"."""
    if prompt.text(index) in _BPM:
        return 1
    words = (prompt.text(index), prompt.text(index + 1), prompt.text(index + 2))
    per_minute = words[1] in ("par", "per", "a", "la", "/") and words[2].startswith("min")
    return 3 if words[0] in ("battements", "beats", "pulsations", "temps") and per_minute else 0


def _metronome_mark(prompt: Prompt, index: int) -> Mention[float] | None:
    """ "noire = 90", "noire pointée = 60", "quarter note = 120"."""
    after, factor = index + 1, 1.0
    while prompt.text(after) in ("note", "notes", *_DOTTED):
        factor *= 1.5 if prompt.text(after) in _DOTTED else 1
        after += 1
    if prompt.text(index - 1) in _DOTTED:
        factor = 1.5
    linked = prompt.text(after) in ("=", ":", "a", "egale", "at", "equals", "est", "is")
    number = read_number(prompt, after + linked)
    if number is None or not (linked or prompt.tokens[after].is_number):
        return None
    first = index
    while prompt.text(first - 1) in ("a", "la", "at", *_DOTTED):
        first -= 1
    return Mention(
        number[0] * factor * _NOTE_VALUES[prompt.text(index)], first, number[1] + (prompt.text(number[1]) in _BPM)
    )


def _bars(prompt: Prompt, index: int) -> Mention[float] | None:
    """ "4 mesures", "huit mesures", "8-bar", "bars: 8", "une grille de 12 mesures"; not "toutes les 4 mesures"."""
    if prompt.text(index) in _BAR_WORDS and prompt.text(index + 1) in (":", "="):
        number = read_number(prompt, index + 2)
        if number:
            return Mention(number[0], index, number[1])
    number = read_number(prompt, index)
    if number is None:
        return None
    value, after = number
    after += prompt.text(after) in _BAR_ADJECTIVES
    if prompt.text(after) not in _BAR_WORDS:
        return None
    before = prompt.text(index - 1)
    if before in _EVERY or (before in ("les", "the") and prompt.text(index - 2) in _EVERY):
        return None
    if (
        value == 1
        and not prompt.tokens[index].is_number
        and prompt.text(after + 1) in ("a", "en", "de", "in", "of", "sur", "ternaire")
    ):
        return None  # "une mesure à trois temps" is a metre
    return Mention(value, index, after + 1)


def _seconds(prompt: Prompt, index: int) -> Mention[float] | None:
    number = read_number(prompt, index)
    if number and prompt.text(number[1]) in _SECONDS and prompt.text(index - 1) not in _EVERY:
        return Mention(number[0] * _SECONDS[prompt.text(number[1])], index, number[1] + 1, 0.8)
    return None


def _beats(prompt: Prompt, index: int) -> Mention[float] | None:
    """A length in beats: "une boucle de 16 temps"."""
    number = read_number(prompt, index)
    if (
        number
        and 8 <= number[0] <= 512
        and prompt.text(number[1]) in _BEATS
        and prompt.text(index - 1) not in ("a", "en", "in")
    ):
        return Mention(number[0], index, number[1] + 1, 0.8)
    return None


def _meter(prompt: Prompt, index: int) -> Mention[tuple[int, int]] | None:
    """ "3/4", "en 6/8", "à trois temps", "six huit", "five four time", "in 3"."""
    if prompt.text(index) in ("common", "cut") and prompt.text(index + 1) == "time":
        return Mention((4, 4) if prompt.text(index) == "common" else (2, 2), index, index + 2)
    if prompt.text(index) == "alla" and prompt.text(index + 1) == "breve":
        return Mention((2, 2), index, index + 2)
    number = read_number(prompt, index)
    if number is None or number[0] != int(number[0]):
        return None
    beats, after = int(number[0]), number[1]
    before = prompt.text(index - 1)
    if prompt.text(after) in ("/", "sur", "over") and prompt.text(after) != "":
        return _fraction(prompt, index, beats, after)
    if prompt.text(after) in _BEATS and 1 <= beats <= 12:
        per_bar = prompt.text(after + 1) in ("par", "per", "a", "in", "dans", "to", "the")
        if before in ("a", "en", "in", "mesure", "of", "de", "valse") or per_bar:
            return Mention((beats, 4), index, after + 1, 0.9)
        return None
    second = read_number(prompt, after)
    if second and (beats, second[0]) in _SPOKEN and read_number(prompt, second[1]) is None:
        spelled = not prompt.tokens[index].is_number
        followed = prompt.text(second[1]) in _METER_FOLLOWERS
        if followed or (spelled and prompt.text(second[1]) not in _UNITS_OF_OTHER_THINGS):
            return Mention((beats, int(second[0])), index, second[1] + followed, 0.9)
    if before == "in" and beats in _COUNTED and prompt.text(after) in ("", ",", ".", ";", "!", "with"):
        return Mention(_COUNTED[beats], index, after, 0.7)
    return None


_SPOKEN = frozenset({(2, 4), (3, 4), (4, 4), (5, 4), (6, 4), (7, 4), (3, 8), (5, 8), (6, 8), (7, 8), (9, 8), (12, 8)})
_COUNTED = {3: (3, 4), 4: (4, 4), 5: (5, 4), 6: (6, 8), 7: (7, 8)}


def _fraction(prompt: Prompt, index: int, beats: int, slash: int) -> Mention[tuple[int, int]] | None:
    """ "3/4" and "3 sur 4"; dates, ratios and note values written alike are left alone."""
    number = read_number(prompt, slash + 1)
    if number is None or number[0] != int(number[0]):
        return None
    unit, after = int(number[0]), number[1]
    written_out = prompt.text(slash) != "/"
    context = prompt.text(index - 1) in _METER_CONTEXT or prompt.text(after) in _METER_FOLLOWERS
    if prompt.text(after) in ("/", *_NOTE_FOLLOWERS) or prompt.text(index - 1) == "/":
        return None
    if written_out and not (context and unit in _UNITS):
        return None
    if not context and (unit not in _UNITS or (beats == 1 and unit != 4) or (beats, unit) in ((1, 4), (1, 2))):
        return None
    if prompt.text(index - 1) == "a" and unit not in _UNITS:
        return None
    return Mention((beats, unit), index, after + (prompt.text(after) == "time"))


_READERS = (("meter", _meter), ("bars", _bars), ("bpm", _bpm), ("seconds", _seconds), ("beats", _beats))


def _bare_bpm(reading: Reading) -> Mention[float] | None:
    """A lone number in the range of tempos: "trap 140, Am"."""
    prompt = reading.prompt
    for index, token in enumerate(prompt.tokens):
        if token.is_number and token.text.isdecimal() and index not in reading.taken and int(token.text) in _BARE_BPM:
            if prompt.text(index + 1) not in _UNITS_OF_OTHER_THINGS and not _is_year(prompt, index):
                reading.take(index, index + 1)
                return Mention(float(token.text), index, index + 1, 0.6)
    return None


def _is_year(prompt: Prompt, index: int) -> bool:
    """Whether the number is a decade: "années 80", "80s", "les 90's"."""
    return prompt.text(index - 1) in ("annees", "annee", "years", "the", "les", "des", "n", "no", "numero") or (
        prompt.text(index + 1) == "s" or prompt.text(index + 1) in ("ies", "style")
    )
