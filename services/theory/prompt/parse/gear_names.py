"""Names of machines and instruments that hold figures: "808s", "TR-909", "Juno-60", "MPC 60", "DX7", "SP1200".

Their figures are no tempo, no length and no degree of a chord.
"""

from dataclasses import dataclass

from services.theory.harmony.chord_symbols import parse_symbol
from services.theory.prompt.parse.numbers import WORDS
from services.theory.prompt.parse.spans import ParserState
from services.theory.prompt.parse.tokenizer import Prompt, PromptToken
from services.theory.prompt.parse.tonics import parse_tonic

# Known by their figures alone.
_BARE = frozenset("303 404 505 606 626 707 727 808 909".split())
# Figures that may follow a name after a space; joined to it ("TR-808", "juno60") any figures may.
_MODELS = {
    name: frozenset(figures.split())
    for names, figures in (
        ("tr", "06 08 09 6 8 505 606 626 66 77 707 727 808 909 1000"),
        ("tb", "3 03 303"),
        ("td", "3"),
        ("rd", "6 8 9"),
        ("mc", "101 202 303 307 505 707 808 909"),
        ("sh", "01 1 2 3 5 7 09 101 201"),
        ("cr", "68 78 1000 5000 8000"),
        ("dr", "5 55 110 220 550 660 770 880"),
        ("jp", "4 6 8 08 8000 8080"),
        ("jx", "3 8 10 08 03 305"),
        ("jv", "80 90 880 1010 1080 2080"),
        ("jd", "08 800 990"),
        ("xv", "2020 3080 5050 5080"),
        ("vp", "03 330"),
        ("sp", "12 16 202 303 404 505 555 606 808 1200"),
        ("mpc", "60 500 1000 2000 2500 3000 4000 5000"),
        ("dx", "1 5 7 9 11 21 27 100 200"),
        ("tx", "7 81 802 816"),
        ("cs", "01 1 2 5 6 10 15 20 30 40 50 60 70 80"),
        ("cp", "30 35 60 70 80 88"),
        ("sy", "22 35 55 77 85 99"),
        ("rx", "5 7 8 11 15 17 21"),
        ("ms", "1 10 20 50 2000"),
        ("op", "1 6"),
        ("po", "12 14 16 20 24 28 32 33 35"),
        ("ob", "1 6 8 12"),
        ("lm", "1 2"),
        ("cz", "1 101 1000 3000 5000"),
        ("sk", "1 5"),
        ("jc", "22 40 120"),
        ("sl", "1200 1210"),
        ("es", "125 175 335 339 345 355"),
        ("juno", "1 2 6 60 66 106"),
        ("jupiter", "4 6 8 50 80"),
        ("prophet", "5 6 8 10 12 08 600 3000"),
        ("matrix", "6 12 1000"),
        ("poly", "61 800"),
        ("mother", "32"),
        ("mellotron", "400"),
        ("linn", "1 2 9000"),
        ("arp", "2500 2600"),
        ("moog", "15 35 55"),
        ("rhodes", "54 73 88"),
        ("wurlitzer wurli", "200"),
        ("technics", "1200 1210"),
        ("atari", "2600 1040"),
        ("amiga", "500 1200"),
        ("system", "1 8 55 100 700"),
    )
    for name in names.split()
}
# Makers, after which a letter and figures are a model: "Hammond B3", "Korg M1".
_MAKERS = frozenset(
    "roland korg yamaha akai emu casio boss behringer moog oberheim sequential elektron hammond kurzweil ensoniq "
    "kawai nord waldorf access clavia vox fender gibson".split()
)
# Models of one letter, where nothing but a hyphen is between: "D-50", "M1".
_LETTERS = {
    letter: frozenset(figures.split())
    for letter, figures in (
        ("d", "20 50 110 550"),
        ("c", "64"),
        ("k", "2000 2500 5000"),
        ("m", "1 400"),
        ("s", "900 950 1000 2000"),
    )
}
# Words that figures are joined to without being a name with it.
_JOINED = frozenset(
    "bpm tempo in en at a de to of on x no nr v vol take loop beat part track piste opus key bar bars mesure mesures "
    "version ver mix speed vitesse sus add maj min dim aug dom alt mi ma les des the ca circa vers".split()
)
_COUNTED = frozenset(
    "bpm bpms bar bars mesure mesures measure measures sec secs second seconds seconde secondes minute minutes mn hz "
    "khz %".split()
)
_ASKED = frozenset({"bpm", "tempo", "vitesse", "speed", "bars", "mesures"})
_NUMERAL = frozenset("iv")
_SHORT_NAME = 4  # letters; a longer one needs a capital
_LONGEST_SUFFIX = 3  # letters: "MPC2000XL", "TX81Z"


@dataclass(frozen=True, slots=True)
class GearName:
    """A name with figures: tokens `first` to before `last`."""

    first: int
    last: int


def parse_gear_names(state: ParserState) -> list[GearName]:
    """Names of gear in the order of the prompt. Their tokens are consumed.

    Returns:
        Those whose figures are also a phrase of the vocabulary: after numbers and keys, these are read.
    """
    meaningful = []
    for index, token in enumerate(state.prompt.tokens):
        if token.is_number and index not in state.consumed and (gear := _machine_around(state, index)):
            state.consume(gear.first, gear.last)
            state.understood.difference_update(range(gear.first, gear.last))  # a sound, and notes are composed here
            if state.phrase_around(index) is not None:
                meaningful.append(gear)
    return meaningful


def _machine_around(state: ParserState, index: int) -> GearName | None:
    """The machine whose figures a token is."""
    prompt = state.prompt
    last = _after_suffix(prompt, index + 1)
    if prompt.text(last) in _COUNTED and prompt.tokens[last - 1].text != "s":
        return None
    if _is_asked_for(prompt, index):
        return None
    figures, word = prompt.text(index), _word(prompt, index - 1)
    joined = index > 0 and _is_joined(prompt, prompt.tokens[index])
    free = joined and len(figures) > 1 and state.phrase_around(index - 1) is None
    known = word in _MODELS and (free or figures in _MODELS[word])
    made = joined and _word(prompt, index - 2) in _MAKERS and len(word) <= _LONGEST_SUFFIX
    if known or made or (joined and figures in _LETTERS.get(word, ())) or (joined and _is_strange(state, index - 1)):
        return GearName(index - 1, last)
    return GearName(index, last) if figures in _BARE else None


def _is_asked_for(prompt: Prompt, index: int) -> bool:
    """Whether words before figures make them a tempo or a length: "bpm = 808"."""
    before = index - 1 - (prompt.text(index - 1) in ("=", ":"))
    return prompt.text(before) in _ASKED


def _word(prompt: Prompt, index: int) -> str:
    """A word as written, in lower case: typing correction may have changed a name into a word."""
    return prompt.tokens[index].cased.lower() if 0 <= index < len(prompt.tokens) else ""


def _is_joined(prompt: Prompt, token: PromptToken) -> bool:
    """Whether figures follow a word with nothing or a hyphen between."""
    before = prompt.folded[: token.at].removesuffix("-")
    return token.glued and before[-1:].isalpha()


def _is_strange(state: ParserState, index: int) -> bool:
    """Whether a word looks like a name and means nothing else: no chord, no numeral, no phrase of the vocabulary."""
    word, written = _word(state.prompt, index), state.prompt.tokens[index].cased
    if (
        len(word) < 2
        or (len(word) > _SHORT_NAME and not written[0].isupper())
        or word in _JOINED
        or word in WORDS
        or set(word) <= _NUMERAL
    ):
        return False
    if state.phrase_around(index) is not None or parse_tonic(state.prompt, index) is not None:
        return False
    return parse_symbol(written + state.prompt.text(index + 1)) is None


def _after_suffix(prompt: Prompt, index: int) -> int:
    """The token after a plural, a possessive or the last letters of a model: "808s", "808's", "MPC2000XL"."""
    if index >= len(prompt.tokens) or not prompt.tokens[index].glued or prompt.tokens[index].is_sign:
        return index
    token = prompt.tokens[index]
    between = prompt.folded[prompt.tokens[index - 1].end : token.at]
    plural = token.text == "s" and between in ("", "'")
    letters = not between and len(token.text) <= _LONGEST_SUFFIX and token.text.isalpha() and token.text not in _COUNTED
    return index + 1 if plural or letters else index
