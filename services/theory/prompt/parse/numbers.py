"""Numbers in digits and in words, French and English."""

from services.theory.prompt.parse.tokenizer import Prompt

_UNITS = {
    word: value
    for value, words in enumerate(
        (
            "zero", "un une one", "deux two", "trois three", "quatre four", "cinq five", "six", "sept seven",
            "huit eight", "neuf nine", "dix ten", "onze eleven", "douze twelve", "treize thirteen", "quatorze fourteen",
            "quinze fifteen", "seize sixteen", "seventeen", "eighteen", "nineteen",
        )
    )
    for word in words.split()
}  # fmt: skip
_TENS = {
    word: 10 * value
    for value, words in enumerate(
        (
            "vingt twenty", "trente thirty", "quarante forty fourty", "cinquante fifty", "soixante sixty",
            "septante seventy", "huitante octante eighty", "nonante ninety",
        ),
        start=2,
    )
    for word in words.split()
}  # fmt: skip
_GROUP = 3
_MOST_DIGITS = 12  # longer figures are as absurd as their beginning
_ROUND = {"douzaine": 12, "dizaine": 10, "dozen": 12, "quinzaine": 15, "vingtaine": 20, "couple": 2}
_ORDINALS = {
    word: value
    for value, words in enumerate(
        (
            "premiere premier first", "deuxieme second seconde", "troisieme third", "quatrieme fourth",
            "cinquieme fifth", "sixieme sixth", "septieme seventh", "huitieme eighth", "neuvieme ninth",
            "dixieme tenth", "onzieme eleventh", "douzieme twelfth", "treizieme thirteenth",
            "quatorzieme fourteenth", "quinzieme fifteenth", "seizieme sixteenth",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_HUNDREDS = frozenset({"cent", "cents", "hundred"})
_THOUSANDS = frozenset({"mille", "thousand"})
WORDS = frozenset({*_UNITS, *_TENS, *_ROUND, *_ORDINALS, *_HUNDREDS, *_THOUSANDS, "vingts"})


def parse_number(prompt: Prompt, index: int) -> tuple[float, int] | None:
    """The number that begins at a token, in digits or words.

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        Its value and the index of the token after it; None where no number begins.
    """
    known = prompt.number_at
    if index not in known:
        known[index] = _number(prompt, index) if 0 <= index < len(prompt.tokens) else None
    return known[index]


def _number(prompt: Prompt, index: int) -> tuple[float, int] | None:
    token = prompt.tokens[index]
    if token.is_number:
        value = _figures(token.text[:_MOST_DIGITS])
        return (-value if _is_negative(prompt, index) else value), index + 1
    if token.text in _ROUND:
        after = index + 1 + (prompt.text(index + 1) in ("de", "of"))
        return float(_ROUND[token.text]), after
    return _parse_words(prompt, index) if token.text in WORDS else None


def _figures(text: str) -> float:
    """The value of digits; commas and points part thousands when three digits follow, decimals otherwise."""
    plain = text.replace(" ", "")
    head, separator, tail = plain.replace(",", ".").partition(".")
    return float(head + tail) if len(tail) == _GROUP else float(f"{head}{separator}{tail}")


def parse_ordinal(prompt: Prompt, index: int) -> tuple[int, int] | None:
    """The ordinal that begins at a token: "third", "5e", "3rd".

    Args:
        prompt: The prompt.
        index: Index of a token, from 0.

    Returns:
        Its value and the index of the token after it; None where no ordinal begins.
    """
    text = prompt.text(index)
    if text in _ORDINALS:
        return _ORDINALS[text], index + 1
    suffixed = prompt.text(index + 1) in ("e", "eme", "ieme", "er", "ere", "st", "nd", "rd", "th", "me")
    if text.isdecimal() and len(text) < _MOST_DIGITS and suffixed and prompt.tokens[index + 1].glued:
        return int(text), index + 2
    return None


def _is_negative(prompt: Prompt, index: int) -> bool:
    """Whether a minus stands before the digits; a hyphen inside a word or between figures is none."""
    at = prompt.tokens[index].at
    return at > 0 and prompt.folded[at - 1] == "-" and (at == 1 or prompt.folded[at - 2] in " =:(\t\n")


def _parse_words(prompt: Prompt, index: int) -> tuple[float, int] | None:
    value, after = _rest(prompt, index, 0)
    return (float(value), after) if after > index else None


def _rest(prompt: Prompt, index: int, group: int) -> tuple[int, int]:
    """What is left to add of a number in words, and the token after it.

    A prompt may be one long row of such words, in which numbers begin at every token. What is left depends on the
    place and on `group` alone, so it is kept, and the row is read once.

    Args:
        prompt: The prompt, which keeps what was found.
        index: Token to go on with.
        group: What has been read of the number since its last thousand.
    """
    known = prompt.numbers
    passed: list[tuple[int, int, int]] = []  # token, group before it, what it adds for good
    while (found := known.get((index, group))) is None:
        text = prompt.text(index)
        if text in _THOUSANDS:
            passed.append((index, group, max(group, 1) * 1000))
            group = 0
        elif (grown := _grown(group, text)) is not None:
            passed.append((index, group, 0))
            group = grown
        elif _is_link(prompt, index, group):
            passed.append((index, group, 0))
        else:
            found = known[index, group] = group, index
            break
        index += 1
    value, after = found
    for place, before, added in reversed(passed):
        value += added
        known[place, before] = value, after
    return value, after


def _grown(group: int, text: str) -> int | None:
    """A number below a thousand after one more word, or None where the word begins another one."""
    if text in _UNITS and group % 10 == 0:  # also dix-sept and soixante-quinze
        return group + _UNITS[text]
    if text in ("vingt", "vingts") and group % 100 == 4:  # quatre-vingts
        return group + 76
    if text in _TENS and group < 10:  # "one twenty" is 120
        return 100 * group + _TENS[text]
    if text in _TENS and group % 100 == 0:
        return group + _TENS[text]
    if text in _HUNDREDS and group < 10:
        return max(group, 1) * 100
    return None


def _is_link(prompt: Prompt, index: int, group: int) -> bool:
    """Whether "et" or "and" goes on: "vingt et un", "a hundred and ten", but not "two and four"."""
    if prompt.text(index + 1) not in _UNITS and prompt.text(index + 1) not in _TENS:
        return False
    text = prompt.text(index)
    return (text == "et" and group % 100 >= 20 and group % 10 == 0) or (
        text == "and" and group >= 100 and group % 100 == 0
    )
