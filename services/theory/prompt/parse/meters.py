"""Time signatures: "3/4", "en 6/8", "à trois temps", "six huit", "five four time", "in 3"."""

from services.theory.harmony.limits import BEAT_UNITS, MAX_BEATS
from services.theory.prompt.parse.numbers import parse_number
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.parse.tempo_figures import OTHER_UNITS
from services.theory.prompt.parse.tokenizer import Prompt

Signature = tuple[int, int]  # beats, beat unit

_NAMED: dict[tuple[str, str], Signature] = {
    ("common", "time"): (4, 4),
    ("cut", "time"): (2, 2),
    ("alla", "breve"): (2, 2),
    ("c", "barre"): (2, 2),
}
_SPOKEN = frozenset({(2, 4), (3, 4), (4, 4), (5, 4), (6, 4), (7, 4), (3, 8), (5, 8), (6, 8), (7, 8), (9, 8), (12, 8)})
_CLAUSE_EDGES = frozenset({"", ",", ";", ".", "(", ")"})
_COUNTED: dict[int, Signature] = {3: (3, 4), 4: (4, 4), 5: (5, 4), 6: (6, 8), 7: (7, 8)}
_CONTEXT = frozenset("en in a mesure metre meter signature metrique measure time rythme is : =".split())
_FOLLOWERS = frozenset({"time", "signature", "mesure", "meter", "metre", "temps", "feel", "measure", "rhythm"})
_BEATS = frozenset({"temps", "beats", "beat"})
_BEATS_AFTER = frozenset({"a", "en", "in", "mesure", "of", "de", "valse"})
_PER_BAR = frozenset({"par", "per", "a", "in", "dans", "to", "the"})
_ENDS = frozenset({"", ",", ".", ";", "!", "with"})
# What follows a note value rather than a meter: "1/16 notes", "1/8 swing".
_NOTE_VALUE_NOUNS = frozenset(
    {"note", "notes", "croche", "croches", "swing", "delay", "triplet", "triolet", "quantize"}
)
_MOST_BEATS_SPOKEN = 12
_LARGEST = 10**6  # figures beyond are no signature


def parse_meter(prompt: Prompt, index: int) -> Mention[Signature] | None:
    """The time signature that begins at a token, as written, possible or not.

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        Beats and beat unit; None where no time signature begins.
    """
    named = _NAMED.get((prompt.text(index), prompt.text(index + 1)))
    if named:
        return Mention(named, index, index + 2)
    number = _whole(prompt, index)
    if number is None:
        return None
    beats, after = number
    if prompt.text(after) == "+":
        return _grouped(prompt, index, beats, after)
    if prompt.text(after) in ("/", "sur", "over"):
        return _fraction(prompt, index, beats, after)
    return _in_beats(prompt, index, beats, after) or _spoken(prompt, index, beats, after)


def _whole(prompt: Prompt, index: int) -> tuple[int, int] | None:
    """A whole number and the token after it."""
    number = parse_number(prompt, index)
    if number is None or not abs(number[0]) <= _LARGEST or number[0] != int(number[0]):
        return None
    return int(number[0]), number[1]


def _grouped(prompt: Prompt, index: int, beats: int, after: int) -> Mention[Signature] | None:
    """Reads "2+2+3/8" and "(3+2)/8"."""
    if prompt.text(index - 1) == "+":
        return None
    while prompt.text(after) == "+" and (more := _whole(prompt, after + 1)):
        beats, after = beats + more[0], more[1]
    closed = prompt.text(after) == ")"
    unit = _whole(prompt, after + closed + 1) if prompt.text(after + closed) == "/" else None
    if unit is None or unit[0] not in BEAT_UNITS or not 2 <= beats <= MAX_BEATS:
        return None
    return Mention((beats, unit[0]), index - (closed and prompt.text(index - 1) == "("), unit[1])


def _in_beats(prompt: Prompt, index: int, beats: int, after: int) -> Mention[Signature] | None:
    """Reads "à trois temps", "5 beats per bar"; "16 temps" alone is a length."""
    if prompt.text(after) not in _BEATS or not 1 <= beats <= _MOST_BEATS_SPOKEN:
        return None
    alone = prompt.text(index - 1) in _CLAUSE_EDGES and prompt.text(after + 1) in _CLAUSE_EDGES
    if prompt.text(index - 1) not in _BEATS_AFTER and prompt.text(after + 1) not in _PER_BAR:
        return Mention((beats, 4), index, after + 1, 0.7) if alone and beats in _COUNTED else None
    return Mention((beats, 4), index, after + 1, 0.9)


def _spoken(prompt: Prompt, index: int, beats: int, after: int) -> Mention[Signature] | None:
    """Reads "six huit", "five four time", "3 4 time", "in 3"; "trois quatre mesures" is none."""
    unit = _whole(prompt, after)
    if unit and (beats, unit[0]) in _SPOKEN and parse_number(prompt, unit[1]) is None:
        spelled = not prompt.tokens[index].is_number
        followed = prompt.text(unit[1]) in _FOLLOWERS
        if followed or (spelled and prompt.text(unit[1]) not in OTHER_UNITS):
            return Mention((beats, unit[0]), index, unit[1] + followed, 0.9)
    if prompt.text(index - 1) == "in" and beats in _COUNTED and prompt.text(after) in _ENDS:
        return Mention(_COUNTED[beats], index, after, 0.7)
    return None


def _fraction(prompt: Prompt, index: int, beats: int, slash: int) -> Mention[Signature] | None:
    """Reads "3/4" and "en 3 sur 4"; dates, ratios and note values written alike are left alone."""
    number = _whole(prompt, slash + 1)
    if number is None:
        return None
    unit, after = number
    before = prompt.text(index - 1)
    context = before in _CONTEXT or prompt.text(after) in _FOLLOWERS
    if before == "/" or prompt.text(after) == "/" or prompt.text(after) in _NOTE_VALUE_NOUNS:
        return None
    if unit not in BEAT_UNITS:
        # An impossible unit is only a meter where nothing else can be meant.
        return Mention((beats, unit), index, after) if context and before != "a" and prompt.text(slash) == "/" else None
    if not context and (beats == 1 or prompt.text(slash) != "/"):
        return None
    return Mention((beats, unit), index, after + (prompt.text(after) == "time"))
