"""Numbers in digits and in words, French and English."""

from services.theory.understanding.text import Prompt

_UNITS = {
    word: value
    for value, words in enumerate(
        (
            "zero", "un une one", "deux two", "trois three", "quatre four", "cinq five", "six", "sept seven", "huit eight",
            "neuf nine", "dix ten", "onze eleven", "douze twelve", "treize thirteen", "quatorze fourteen",
            "quinze fifteen", "seize sixteen", "dixsept seventeen", "dixhuit eighteen", "dixneuf nineteen",
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
_ROUND = {"douzaine": 12, "dizaine": 10, "dozen": 12, "quinzaine": 15, "vingtaine": 20, "couple": 2}
_ORDINALS = {
    word: value
    for value, words in enumerate(
        (
            "premiere premier first", "deuxieme second seconde", "troisieme third", "quatrieme fourth", "cinquieme fifth",
            "sixieme sixth", "septieme seventh", "huitieme eighth", "neuvieme ninth", "dixieme tenth", "onzieme eleventh",
            "douzieme twelfth", "treizieme thirteenth", "quatorzieme fourteenth", "quinzieme fifteenth", "seizieme sixteenth",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
WORDS = frozenset(
    {*_UNITS, *_TENS, *_ROUND, *_ORDINALS, "cent", "cents", "hundred", "mille", "thousand", "vingts", "quatre"}
)


def read_number(prompt: Prompt, index: int) -> tuple[float, int] | None:
    """The number that begins at a token, and the token after it; None where there is none."""
    if not 0 <= index < len(prompt.tokens):
        return None
    token = prompt.tokens[index]
    if token.is_number:
        value = float(token.text.replace(",", "."))
        return (-value if _is_negative(prompt, index) else value), index + 1
    if token.text in _ROUND:
        after = index + 1 + (prompt.text(index + 1) in ("de", "of"))
        return float(_ROUND[token.text]), after
    return _read_words(prompt, index)


def read_ordinal(prompt: Prompt, index: int) -> tuple[int, int] | None:
    """The ordinal that begins at a token ("third", "5e", "3rd"), and the token after it."""
    text = prompt.text(index)
    if text in _ORDINALS:
        return _ORDINALS[text], index + 1
    suffixed = prompt.text(index + 1) in ("e", "eme", "ieme", "er", "ere", "st", "nd", "rd", "th", "me")
    if text.isdecimal() and suffixed and prompt.tokens[index + 1].glued:
        return int(text), index + 2
    return None


def _is_negative(prompt: Prompt, index: int) -> bool:
    """Whether a minus stands before the digits; a hyphen inside a word or between figures is none."""
    at = prompt.tokens[index].at
    return at > 0 and prompt.folded[at - 1] == "-" and (at == 1 or prompt.folded[at - 2] in " =:(\t\n")


def _read_words(prompt: Prompt, index: int) -> tuple[float, int] | None:
    total, group, start = 0, 0, index
    while index < len(prompt.tokens):
        text = prompt.text(index)
        joined = text + prompt.text(index + 1)
        if joined in _UNITS and text == "dix":  # dix-sept
            group, index = group + _UNITS[joined], index + 1
        elif text in _UNITS and group % 10 == 0:  # also soixante-quinze and quatre-vingt-dix
            group += _UNITS[text]
        elif text in ("vingt", "vingts") and group % 100 == 4:  # quatre-vingts
            group += 76
        elif text in _TENS and group in range(1, 10):  # one twenty
            group = 100 * group + _TENS[text]
        elif text in _TENS and group % 100 == 0:
            group += _TENS[text]
        elif text in ("cent", "cents", "hundred"):
            group = max(group, 1) * 100
        elif text in ("mille", "thousand"):
            total, group = total + max(group, 1) * 1000, 0
        elif not (text in ("et", "and") and index > start and prompt.text(index + 1) in {**_UNITS, **_TENS}):
            break
        elif (text == "and" and group % 100) or (text == "et" and not group % 100 // 10):
            break  # "two and four": two numbers
        index += 1
    return (float(total + group), index) if index > start else None
