"""Reading swing: "avec du swing", "swing 60 %", "MPC 62%", "sans swing", and which notes it is that swing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import SWING_UNIT_EIGHTH, SWING_UNIT_SIXTEENTH, SWING_UNIT_UNSPECIFIED, SwingUnit

from music.swing import MOST_SWING, amount_of_percent
from services.theory.prompt.parse import numbers
from services.theory.prompt.parse.negation import negator_before
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.parse.tokenizer import Prompt

_USUAL = 0.33  # what the word alone asks for where it names no style
_MOST_PERCENT = 100.0
# Words between "swing" and its figure.
_LINKS = frozenset("a at de of d du on sur the les des en in : = ( - mpc amount feel swing".split())
_UNIT_WORDS = frozenset("eighth eighths sixteenth sixteenths croche croches double doubles".split())
_GAP = 4  # tokens
_NEAR = 4  # tokens; as far as the note value may stand from the word
_SHUFFLED = "country|western|texas|chicago|blues|rock|gospel|soul|boogie"  # whose shuffle is one of eighths
# Sixteenths first: their French name holds that of eighths.
_UNITS: tuple[tuple[SwingUnit.ValueType, re.Pattern[str]], ...] = (
    (SWING_UNIT_SIXTEENTH, re.compile(r"\b(?:sixteenths?|16 ?ths?|1 / 16|doubles? croches?|mpc|dilla)\b")),
    (
        SWING_UNIT_EIGHTH,
        re.compile(
            r"\b(?:eighths?|8 ?ths?|1 / 8|croches?|ternaires?|triplet feel|"
            rf"(?:{_SHUFFLED}) shuffle|shuffle (?:{_SHUFFLED}))\b"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class SwingWords:
    """Swing as a prompt, an option or a style says it.

    Attributes:
        amount: Delay of every second unit as a fraction of the unit, 0-0.5.
        unit: Which notes swing; unspecified where nothing says it.
    """

    amount: float
    unit: SwingUnit.ValueType = SWING_UNIT_UNSPECIFIED


def read_swing(prompt: Prompt, first: int, last: int, amount: float | None, *, denied: bool) -> Mention[object] | None:
    """What a phrase about swing asks for.

    Args:
        prompt: The prompt.
        first: First token of the phrase.
        last: Token after the phrase.
        amount: What the phrase means without a figure; None for the name of the style, which means the style then.
        denied: Whether the prompt denies it: "pas de swing".

    Returns:
        The mention of `SwingWords`; None where the phrase is only the name of the style.
    """
    if denied:
        opposite = _USUAL if amount == 0 else 0.0  # "pas droit" is not straight
        return Mention(SwingWords(opposite, _unit(prompt, first, last)), negator_before(prompt, first), last, 0.6)
    if amount != 0 and (figure := _figure_after(prompt, last) or _figure_before(prompt, first)):
        said, start, end = figure
        return _mention(prompt, min(first, start), max(last, end), said)
    return None if amount is None else _mention(prompt, first, last, amount)


def read_machine_swing(prompt: Prompt) -> Iterator[Mention[object]]:
    """Percentages of a drum machine's swing that do without the word: "MPC 62%"."""
    for index in range(len(prompt.tokens)):
        if prompt.text(index) == "mpc" and (figure := _percent(prompt, index + 1)):
            yield _mention(prompt, index, figure[2], figure[0])


def _mention(prompt: Prompt, first: int, last: int, amount: float) -> Mention[object]:
    return Mention(SwingWords(amount, _unit(prompt, first, last)), first, last)


def _unit(prompt: Prompt, first: int, last: int) -> SwingUnit.ValueType:
    near = " ".join(prompt.text(index) for index in range(max(first - _NEAR, 0), last + _NEAR))
    return next((unit for unit, words in _UNITS if words.search(near)), SWING_UNIT_UNSPECIFIED)


def _figure_after(prompt: Prompt, index: int) -> tuple[float, int, int] | None:
    """Amount, first token and token after a figure that follows: "à 60 %", "16ths 58%", "0.33"."""
    for at in range(index, index + _GAP):
        if found := _percent(prompt, at) or _fraction(prompt, at):
            return found
        if prompt.text(at) not in _LINKS | _UNIT_WORDS and not _is_note_value(prompt, at):
            return None
    return None


def _figure_before(prompt: Prompt, index: int) -> tuple[float, int, int] | None:
    """The same of a figure that comes first: "60 % de swing"."""
    for at in range(index - 1, max(index - _GAP, 0), -1):
        for start in (at - 1, at - 2):
            if (found := _percent(prompt, start)) and found[2] == at + 1:
                return found
        if prompt.text(at) not in _LINKS:
            return None
    return None


def _percent(prompt: Prompt, index: int) -> tuple[float, int, int] | None:
    number = numbers.parse_number(prompt, index)
    if number is None:
        return None
    value, after = number
    if prompt.text(after) in ("%", "percent", "pourcent"):
        after += 1
    elif (prompt.text(after), prompt.text(after + 1)) in (("pour", "cent"), ("per", "cent")):
        after += 2
    else:
        return None
    return (amount_of_percent(value), index, after) if 0 <= value <= _MOST_PERCENT else None


def _fraction(prompt: Prompt, index: int) -> tuple[float, int, int] | None:
    """An amount as the contract has it: "0.33"; whole numbers are tempi and lengths."""
    text = prompt.text(index)
    number = numbers.parse_number(prompt, index) if "." in text or "," in text else None
    return (number[0], index, number[1]) if number and len(text) > 1 and 0 <= number[0] <= MOST_SWING else None


def _is_note_value(prompt: Prompt, index: int) -> bool:
    """Whether a token belongs to "16ths", "8th", "1/16"."""
    around = [prompt.text(at) for at in range(index - 2, index + 3)]
    text = around[2]
    return text in ("th", "ths", "/") or (text in ("8", "16", "1") and ({"th", "ths", "/"} & set(around[1:4]) != set()))
