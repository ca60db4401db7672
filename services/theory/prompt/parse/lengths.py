"""Lengths and places: "4 mesures", "8-bar", "30 secondes", "à la mesure 5", "the last 4 bars"."""

from dataclasses import dataclass

from services.theory.prompt.parse.numbers import parse_number, parse_ordinal
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.parse.tokenizer import Prompt

_SINGULAR = frozenset({"mesure", "bar", "measure", "msr"})
BAR_WORDS = _SINGULAR | {"mesures", "bars", "measures", "mes"}
_ADJECTIVES = frozenset("petites petite full short courtes whole seule single musical good bonnes".split())
_BEATS = frozenset({"temps", "beats", "beat"})
_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "seconde", "secondes", "second", "seconds"), 1),
    **dict.fromkeys(("minute", "minutes", "mn", "min", "mins"), 60),
}
_MINUTES = frozenset({"m", "min", "mins", "mn", "minute", "minutes"})
_EACH = frozenset({"each", "chacun", "chacune", "apiece", "chaque"})
_EACH_PAIRS = frozenset({("a", "piece"), ("per", "key"), ("par", "tonalite"), ("per", "section"), ("par", "section")})
_DECADES = frozenset({50, 60, 70, 80, 90, *range(1900, 2100, 10)})  # "80s" is a sound rather than a length
_ROUND = frozenset({100, 1000, 10_000})  # "100s of notes"
_LONGEST = 600  # seconds that anybody writes as "s"
_EVERY = frozenset({"toutes", "tous", "every", "each", "chaque", "par", "per"})
_FROM_END = frozenset({"dernieres", "derniere", "last", "final", "finales"})
_EDGES = _FROM_END | frozenset("premieres premiere first prochaines next autres other".split())
_AFTER = frozenset({"apres", "after"})
_DURING = frozenset({"pendant", "for", "during"})
_THEN = frozenset({"puis", "then", "ensuite", "before", "avant"})
_METER_LEADS = frozenset({"a", "en", "de", "in", "of", "sur", "ternaire"})
_FARTHEST = 1024  # bars
_BEAT_LOOP = (8, 512)  # beats; fewer are a meter


@dataclass(frozen=True, slots=True)
class BarPosition:
    """A place in the piece: the first bar of something, from 0, or counted from the end when negative."""

    bar: int


def parse_position(prompt: Prompt, index: int) -> Mention[BarPosition] | None:
    """The position that begins at a token: "bar 5", "5th bar", "after 4 bars", "les 4 dernières mesures".

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        None where no position begins.
    """
    return _numbered_bar(prompt, index) or _ordinal_bar(prompt, index) or _edge(prompt, index) or _after(prompt, index)


def _numbered_bar(prompt: Prompt, index: int) -> Mention[BarPosition] | None:
    """Reads "bar 5"; "mesure 3/4" and "mesure 4 temps" are meters."""
    number = parse_number(prompt, index + 1) if prompt.text(index) in _SINGULAR else None
    if number is None or not 1 <= number[0] <= _FARTHEST or prompt.text(number[1]) in ("/", *_BEATS):
        return None
    bar = int(number[0]) - (prompt.text(index - 1) not in _AFTER)
    return Mention(BarPosition(bar), index, number[1])


def _ordinal_bar(prompt: Prompt, index: int) -> Mention[BarPosition] | None:
    ordinal = parse_ordinal(prompt, index)
    if ordinal is None or prompt.text(ordinal[1]) not in BAR_WORDS:
        return None
    return Mention(BarPosition(ordinal[0] - 1), index, ordinal[1] + 1)


def _edge(prompt: Prompt, index: int) -> Mention[BarPosition] | None:
    """Reads "the last 4 bars", "4 dernières mesures", "after the first 4 bars"."""
    leading = prompt.text(index) in _EDGES
    number = parse_number(prompt, index + leading)
    if number is None or not 1 <= number[0] <= _FARTHEST:
        return None
    edge, noun = (index, number[1]) if leading else (number[1], number[1] + 1)
    if prompt.text(edge) not in _EDGES or prompt.text(noun) not in BAR_WORDS:
        return None
    count = int(number[0])
    if prompt.text(edge) in _FROM_END:
        return Mention(BarPosition(-count), index, noun + 1)
    after = any(prompt.text(near) in _AFTER for near in (index - 1, index - 2))
    return Mention(BarPosition(count if after else 0), index, noun + 1)


def _after(prompt: Prompt, index: int) -> Mention[BarPosition] | None:
    """Reads "after 4 bars", "4 bars later", "pendant 4 mesures puis"."""
    number = parse_number(prompt, index)
    if number is None or not 1 <= number[0] <= _FARTHEST or prompt.text(number[1]) not in BAR_WORDS:
        return None
    following = (prompt.text(number[1] + 1), prompt.text(number[1] + 2))
    for_a_while = prompt.text(index - 1) in _DURING and following[0] in _THEN
    later = following[0] == "later" or following == ("plus", "tard")
    if not (for_a_while or later or prompt.text(index - 1) in _AFTER):
        return None
    return Mention(BarPosition(int(number[0])), index, number[1] + 1)


def parse_bars(prompt: Prompt, index: int) -> Mention[float] | None:
    """Reads "4 mesures" and "bars: 8"; "toutes les 4 mesures" is none, "une mesure à trois temps" a meter.

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        None where no length in bars begins.
    """
    if prompt.text(index) in BAR_WORDS and prompt.text(index + 1) in (":", "="):
        named = parse_number(prompt, index + 2)
        return Mention(named[0], index, named[1]) if named else None
    number = parse_number(prompt, index)
    if number is None:
        return None
    value, after = number
    after += prompt.text(after) in _ADJECTIVES
    if prompt.text(after) not in BAR_WORDS or _is_recurring(prompt, index):
        return None
    spelled = not prompt.tokens[index].is_number
    if value == 1 and spelled and prompt.text(after + 1) in _METER_LEADS and _counts_on(prompt, after + 2):
        return None
    return Mention(value, index, after + 1)


def _counts_on(prompt: Prompt, index: int) -> bool:
    """Whether a figure follows, as in "une mesure à trois temps" and "one bar of 3/4"."""
    return parse_number(prompt, index) is not None or prompt.text(index) in ("ternaire", "binaire")


def is_each(prompt: Prompt, bars: Mention[float]) -> bool:
    """Whether a length is that of every section or key: "8 bars each", "4 mesures chacun".

    Args:
        prompt: The prompt.
        bars: A length in bars.
    """
    return prompt.text(bars.last) in _EACH or (prompt.text(bars.last), prompt.text(bars.last + 1)) in _EACH_PAIRS


def _is_recurring(prompt: Prompt, index: int) -> bool:
    before = prompt.text(index - 1)
    return before in _EVERY or (before in ("les", "the") and prompt.text(index - 2) in _EVERY)


def parse_seconds(prompt: Prompt, index: int) -> Mention[float] | None:
    """A length in seconds: "30 secondes", "1 minute", "20s"; not "the 1980s", and no figure too large for one.

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        None where no length in seconds begins.
    """
    number = parse_number(prompt, index)
    if number is None or _is_recurring(prompt, index):
        return None
    if clock := _clock(prompt, index, *number):
        return clock
    if several := _range_of_seconds(prompt, index, *number):
        return several
    if prompt.text(number[1]) not in _SECONDS:
        return None
    if prompt.text(number[1]) == "s" and not _may_be_seconds(prompt, *number):
        return None
    return Mention(number[0] * _SECONDS[prompt.text(number[1])], index, number[1] + 1, 0.8)


def _clock(prompt: Prompt, index: int, minutes: float, after: int) -> Mention[float] | None:
    """Minutes with seconds: "1:30", "2min30", "1m20", "2 minutes 30", "une minute trente"."""
    colon = prompt.text(after) == ":"
    if colon and not (prompt.tokens[index].is_number and prompt.tokens[after].glued):
        return None
    if not colon and prompt.text(after) not in _MINUTES:
        return None
    after += 1
    after += prompt.text(after) in ("et", "and")
    seconds = parse_number(prompt, after)
    half = prompt.text(after) in ("demie", "half")
    if half:
        seconds = (30.0, after + 1)
    if seconds is None or not 0 <= seconds[0] < 60 or minutes != int(minutes) or not 0 <= minutes <= 60:
        return None
    written = prompt.text(after)
    if colon and (len(written) != 2 or not prompt.tokens[after].glued):
        return None
    named = prompt.text(seconds[1]) in _SECONDS and _SECONDS[prompt.text(seconds[1])] == 1
    short = prompt.text(after - 1) in ("m", "min", "mn", "minute", "minutes") and (
        named or prompt.tokens[after].glued or len(written) == 2 or not written.isdecimal()
    )
    if not (colon or half or named or short) or prompt.text(seconds[1]) in ("bpm", "/", *BAR_WORDS):
        return None
    return Mention(minutes * 60 + seconds[0], index, seconds[1] + named, 0.8)


def _range_of_seconds(prompt: Prompt, index: int, low: float, after: int) -> Mention[float] | None:
    """The middle of "60-90 seconds" and "une à deux minutes"."""
    joined = prompt.text(after) in ("a", "to", "ou", "or", "-")
    high = parse_number(prompt, after + joined)
    if high is None or prompt.text(high[1]) not in _SECONDS or not 0 < low < abs(high[0]):
        return None
    if not joined and prompt.folded[prompt.tokens[after - 1].end :][:1] != "-":
        return None
    factor = _SECONDS[prompt.text(high[1])]
    return Mention((low + abs(high[0])) / 2 * factor, index, high[1] + 1, 0.7)


def _may_be_seconds(prompt: Prompt, value: float, after: int) -> bool:
    """Whether an "s" after a number may stand for seconds, rather than make it a decade, a name or a multitude."""
    plural = prompt.tokens[after].glued and (
        value in _DECADES or (value in _ROUND and prompt.text(after + 1) in ("of", "de"))
    )
    return not plural and value <= _LONGEST


def parse_beats(prompt: Prompt, index: int) -> Mention[float] | None:
    """A length in beats: "une boucle de 16 temps".

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        None where no length in beats begins.
    """
    number = parse_number(prompt, index)
    fewest, most = _BEAT_LOOP
    if number is None or prompt.text(number[1]) not in _BEATS or not fewest <= number[0] <= most:
        return None
    if prompt.text(index - 1) in ("a", "en", "in"):
        return None
    return Mention(number[0], index, number[1] + 1, 0.8)
