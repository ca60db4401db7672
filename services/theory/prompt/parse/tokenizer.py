"""A prompt as tokens: case, accents and typography folded away, positions in the original kept."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from services.theory.prompt.parse.foreign import unspaced_meaning

_REPLACED = {
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'",
    "–": "-", "—": "-", "−": "-", "‑": "-", "‐": "-",
    "♯": "#", "♭": "b", "♮": "", "♩": " noire ", "♪": " croche ", "𝅘𝅥": " noire ", "𝅗𝅥": " blanche ", "\U0001d12b": "bb",
    "\U0001d12a": "##", "×": "x", "→": ">", "»": '"', "«": '"',
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "ø", "Ø": "ø", "°": "°", "º": "°", "△": "Δ", "Δ": "Δ",
    "∆": "Δ",    "½": " ", "¼": " ", "¾": " ",
}  # fmt: skip
_FIRST_UNSPACED = "\u3040"  # Japanese kana, and Chinese characters behind them
_WORD = re.compile(r"[^\W\d_]{3}")  # "AM7 D-7" are names, not shouting
_TOKEN = re.compile(
    r"(?P<word>[^\W\d_]+)|(?P<number>\d{1,3}(?: 000)+(?!\d)|\d+(?:[.,]\d+)?)"
    r"|(?P<dash>(?<=\s)-+(?=\s))|(?P<sign>[^\w\s'_-])"
)


@dataclass(frozen=True, slots=True)
class PromptToken:
    """A word, a number or a sign.

    Attributes:
        text: Lower case without accents; typing errors may have been corrected.
        cased: The same with its case.
        at: Index of its first character in the folded prompt.
        glued: Whether it follows the token before without white space ("F" and "#", "hip" and "hop" of "hip-hop").
        size: Its length in the folded prompt, where `cased` is a translation; -1 where it is that of `cased`.
    """

    text: str
    cased: str
    at: int
    glued: bool
    size: int = -1

    @property
    def end(self) -> int:
        """Index after its last character in the folded prompt."""
        return self.at + (len(self.cased) if self.size < 0 else self.size)

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.text[0].isdecimal()

    @property
    def is_sign(self) -> bool:
        """Whether it is punctuation or a symbol."""
        return not self.text[0].isalnum()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt and its tokens.

    Attributes:
        original: What the person typed.
        folded: Without accents and typographic variants, with its case.
        origin: For every character of `folded`, its index in `original`.
        tokens: Words, numbers and signs in order.
        numbers: Memo of the parser of numbers in words: by token and value so far, value added and token after it.
        number_at: Memo of the parser of numbers: by token, its value and the token after it.
    """

    original: str
    folded: str
    origin: tuple[int, ...] | range
    tokens: tuple[PromptToken, ...]
    numbers: dict[tuple[int, int], tuple[int, int]] = field(init=False, default_factory=dict, compare=False, repr=False)
    number_at: dict[int, tuple[float, int] | None] = field(init=False, default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, original: str) -> "Prompt":
        """Fold and split a prompt."""
        folded, origin = _fold_with_origin(original)
        if folded.isupper() and _WORD.search(folded):
            folded = _without_capitals(folded)
        tokens = tuple(
            PromptToken(
                text=match[0].lower(),
                cased=match[0],
                at=match.start(),
                glued=match.start() > 0 and not folded[match.start() - 1].isspace(),
            )
            for match in _TOKEN.finditer(folded)
        )
        return cls(original, folded, origin, tokens)

    def words(self, first: int, last: int) -> str:
        """What the person wrote in a range of tokens.

        Args:
            first: First token.
            last: Token after the last one.

        Returns:
            The original text; "" for an empty range.
        """
        if first >= last:
            return ""
        start = self.origin[self.tokens[first].at]
        return self.original[start : self.origin[self.tokens[last - 1].end - 1] + 1]

    def text(self, index: int) -> str:
        """Text of a token, or "" outside the prompt."""
        if index < 0:
            return ""
        try:
            return self.tokens[index].text
        except IndexError:
            return ""


def fold(text: str) -> str:
    """Text without accents and typographic variants, in lower case."""
    return _fold_with_origin(text)[0].lower()


def split(text: str) -> tuple[str, ...]:
    """Token texts of a phrase, as they would stand in a prompt."""
    return tuple(match[0] for match in _TOKEN.finditer(fold(text)))


def count_tokens(text: str) -> int:
    """About how many tokens a text has; parsing it costs in proportion."""
    return len(_TOKEN.findall(text))


def _without_capitals(capitals: str) -> str:
    """Lower the case of a prompt all in capitals, which distinguish nothing: "EN BB MINEUR" becomes "En Bb Mineur"."""
    lowered = re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize() if word[0] != "A" else "a", capitals)
    return lowered if len(lowered) == len(capitals) else capitals


def _fold_with_origin(original: str) -> tuple[str, tuple[int, ...] | range]:
    if original.isascii():
        return original.replace("`", "'"), range(len(original))
    folded: list[str] = []
    origin: list[int] = []
    skip = 0
    for index, character in enumerate(original):
        if index < skip:
            continue
        if character >= _FIRST_UNSPACED and (meaning := unspaced_meaning(original, index)):
            words, skip = f" {meaning[0]} ", meaning[1]
            folded.append(words)
            origin += [index] * (len(words) - 2) + [skip - 1] * 2
            continue
        replaced = character if character.isascii() else _fold_character(character)
        folded.append(replaced)
        origin.extend([index] * len(replaced))
    return "".join(folded), tuple(origin)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    """A character without its accents; one may become several or none."""
    if character in _REPLACED:
        return _REPLACED[character]
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    # Lower case must keep the length, so that positions stay valid.
    return plain if len(plain.lower()) == len(plain) else ""
