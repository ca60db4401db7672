"""Tempo in figures: "120 bpm", "tempo de 90", "à la noire = 90", "90-100 bpm", "trap 140"."""

from services.theory.prompt.parse.numbers import parse_number
from services.theory.prompt.parse.spans import Mention, ParserState
from services.theory.prompt.parse.tokenizer import Prompt

_BPM = frozenset({"bpm", "bpms", "pbm"})
_TEMPO = frozenset({"tempo", "bpm", "vitesse", "speed"})
_LINKS = frozenset(": = a at de of is vers around about environ to est d approximately autour".split())
_JOINS = frozenset({"et", "and", "to", "a", "-"})
_AT = frozenset({"a", "at", "@", "tempo", "bpm"})
_PER_MINUTE = frozenset({"par", "per", "a", "la", "/"})
_BEATS = frozenset({"battements", "beats", "pulsations", "temps"})
_NOTE_VALUES = {  # in quarter notes
    "ronde": 4.0, "whole": 4.0, "blanche": 2.0, "half": 2.0, "noire": 1.0, "quarter": 1.0, "crotchet": 1.0,
    "croche": 0.5, "eighth": 0.5, "quaver": 0.5,
}  # fmt: skip
_DOTTED = frozenset({"pointee", "dotted"})
_EQUALS = frozenset({"=", ":", "a", "egale", "at", "equals", "est", "is"})
# What a number counts when no tempo is meant.
OTHER_UNITS = frozenset(
    "mesure mesures bar bars measure measures temps beats beat % hz khz db notes note voix voices fois times octave "
    "octaves accords chords second seconds secondes minutes minute min sec s ms croches steps pas / : ans annees "
    "years th er eme e bit bits euros parties parts tracks pistes st nd rd "
    "percent pourcent".split()
)
_PERCENT = (("pour", "cent"), ("per", "cent"))
_DECADE_BEFORE = frozenset({"annees", "annee", "years", "the", "les", "des", "n", "no", "numero"})
_PLAUSIBLE = (40, 300)  # for a number after "at" without a unit
_BARE = (60, 220)  # for a number alone
_SLOWEST = 20


def parse_bpm(prompt: Prompt, index: int) -> Mention[float] | None:
    """The tempo that begins at a token.

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        Quarter notes per minute, as written, possible or not; None where no tempo begins.
    """
    text = prompt.text(index)
    if text in _TEMPO and (named := _after_name(prompt, index)):
        return named
    if text in _NOTE_VALUES:
        return _metronome_mark(prompt, index)
    number = parse_number(prompt, index)
    return None if number is None else _range(prompt, index, number) or _before_unit(prompt, index, number)


def parse_bare_bpm(state: ParserState) -> Mention[float] | None:
    """A lone number in the range of tempos: "trap 140, Am". Its token is consumed."""
    prompt = state.prompt
    low, high = _BARE
    for index, token in enumerate(prompt.tokens):
        if index in state.consumed or not token.text.isdecimal():
            continue
        number = parse_number(prompt, index)
        if number and low <= number[0] <= high and not _counts_something(prompt, index, number[1]):
            state.consume(index, index + 1)
            return Mention(number[0], index, index + 1, 0.6)
    return None


def _after_name(prompt: Prompt, index: int) -> Mention[float] | None:
    """Reads "bpm = 120", "tempo autour de 90"; "tempo 8 bars" is none."""
    after = index + 1
    while prompt.text(after) in _LINKS and after - index <= 3:
        after += 1
    number = parse_number(prompt, after)
    if number is None or prompt.text(number[1]) in OTHER_UNITS - {":", "/", "s"}:
        return None
    if number[0] < _SLOWEST and prompt.text(index) not in _BPM and not prompt.tokens[after].is_number:
        return None
    return Mention(number[0], index, number[1] + (prompt.text(number[1]) in _BPM))


def _range(prompt: Prompt, index: int, number: tuple[float, int]) -> Mention[float] | None:
    """The middle of "90-100 bpm" or "between 90 and 100 bpm"."""
    low, after = number
    joined = prompt.text(after) in _JOINS
    if not joined and prompt.folded[prompt.tokens[after - 1].end :][:1] != "-":
        return None
    upper = parse_number(prompt, after + joined)
    unit = _unit(prompt, upper[1]) if upper else 0
    if upper is None or not unit or not abs(upper[0]) > low > 0:
        return None
    return Mention((low + abs(upper[0])) / 2, index, upper[1] + unit, 0.85)


def _before_unit(prompt: Prompt, index: int, number: tuple[float, int]) -> Mention[float] | None:
    """Reads "120 bpm", "72 à la noire", "140 tempo", "at 140"."""
    value, after = number
    low, high = _PLAUSIBLE
    after += prompt.text(after) in ("a", "at", "de", "of") and prompt.text(after + 1) in _BPM
    unit = _unit(prompt, after)
    if beat := _of_note_value(prompt, after + unit):
        return Mention(value * beat[0], index, beat[1])
    if unit:
        return Mention(value, index, after + unit)
    if prompt.text(after) == "tempo" and low <= value <= high:
        return Mention(value, index, after + 1)
    if low <= value <= high and prompt.text(index - 1) in _AT and not _counts_something(prompt, index, after):
        return Mention(value, index, after, 0.8)
    return None


def _of_note_value(prompt: Prompt, index: int) -> tuple[float, int] | None:
    """Quarter notes of the beat that "à la blanche pointée" or "to the half note" names, and the token after it."""
    if (prompt.text(index), prompt.text(index + 1)) not in (("a", "la"), ("to", "the"), ("per", "the"), ("par", "la")):
        index -= 1
        if prompt.text(index + 1) not in ("per", "par", "the"):
            return None
    quarters, after = 1.0, index + 2
    if prompt.text(after) in _DOTTED:
        quarters, after = 1.5, after + 1
    if prompt.text(after) not in _NOTE_VALUES:
        return None
    quarters *= _NOTE_VALUES[prompt.text(after)]
    after += 1
    while prompt.text(after) in ("note", *_DOTTED, "."):
        if prompt.text(after) == "." and prompt.text(after + 1) not in ("", ",", ")"):
            break
        quarters *= 1.5 if prompt.text(after) in _DOTTED else 1.0
        after += 1
    return quarters, after


def _unit(prompt: Prompt, index: int) -> int:
    """How many tokens from here say "beats per minute"."""
    if prompt.text(index) in _BPM:
        return 1
    per_minute = prompt.text(index + 1) in _PER_MINUTE and prompt.text(index + 2).startswith("min")
    return 3 if prompt.text(index) in _BEATS and per_minute else 0


def _metronome_mark(prompt: Prompt, index: int) -> Mention[float] | None:
    """Reads "noire = 90", "noire pointée = 60", "quarter note = 120"."""
    dotted = prompt.text(index - 1) in _DOTTED
    after = index + 1
    while prompt.text(after) in ("note", "notes", ".", *_DOTTED):
        dotted = dotted or prompt.text(after) in (".", *_DOTTED)
        after += 1
    linked = prompt.text(after) in _EQUALS
    number = parse_number(prompt, after + linked)
    if number is None or not (linked or prompt.tokens[after].is_number):
        return None
    first = index
    while prompt.text(first - 1) in ("a", "la", "at", *_DOTTED):
        first -= 1
    quarters = _NOTE_VALUES[prompt.text(index)] * (1.5 if dotted else 1)
    return Mention(number[0] * quarters, first, number[1] + (prompt.text(number[1]) in _BPM))


def _counts_something(prompt: Prompt, index: int, after: int) -> bool:
    """Whether a number is no tempo: "140 mesures", "années 80", "the 90s"."""
    percent = (prompt.text(after), prompt.text(after + 1)) in _PERCENT
    return percent or prompt.text(after) in OTHER_UNITS or prompt.text(index - 1) in _DECADE_BEFORE
