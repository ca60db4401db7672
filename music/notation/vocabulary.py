"""The vocabulary of language models of the notation: one token for each symbol and each condition.

Symbols carry the space before them, so that text is exactly the tokens side by side. Engines look for them in a text in
the order of the vocabulary or from the longest one; here both orders are one, so that no symbol is cut short.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from music.notation.conditions import CONDITIONS
from music.notation.notes import BAR_LINE, CHORD_KINDS, DEGREES, LONGEST, NO_CHORD, pitch_symbol

# Octaves of the notes that are tokens: three below the home octave to two above.
LOWEST_ABOVE_HOME: Final = -36
_PITCHES = range(LOWEST_ABOVE_HOME, 36)
_OCTAVE = 12
UNKNOWN, BEGIN, END = "<unk>", "<s>", "</s>"


class TokenKind(IntEnum):
    """Kinds of tokens, numbered as in GGUF (`llama_token_type` of llama.cpp)."""

    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    BYTE = 6


@dataclass(frozen=True, slots=True)
class NotationToken:
    """A token of the vocabulary.

    Attributes:
        text: As in a text.
        kind: Its kind.
        above: Semitones above the home tonic; None when it is not a note.
        steps: Sixteenths that it lasts; 0 when it has no length.
    """

    text: str
    kind: TokenKind
    above: int | None = None
    steps: int = 0


def _symbols() -> Iterable[NotationToken]:
    lengths = range(1, LONGEST + 1)
    kind = TokenKind.USER_DEFINED
    yield NotationToken(f" {BAR_LINE}", kind)
    yield NotationToken(f" {NO_CHORD}", kind)
    yield from (NotationToken(f" [{degree}{chord}]", kind) for degree in DEGREES for chord in CHORD_KINDS)
    yield from (NotationToken(f" {sign}{steps}", kind, steps=steps) for sign in "r~" for steps in lengths)
    yield from (
        NotationToken(f" {pitch_symbol(above)}{steps}", kind, above=above, steps=steps)
        for above in _PITCHES
        for steps in lengths
    )


TOKENS: Final = (
    NotationToken(UNKNOWN, TokenKind.UNKNOWN),
    NotationToken(BEGIN, TokenKind.CONTROL),
    NotationToken(END, TokenKind.CONTROL),
    *(NotationToken(text, TokenKind.CONTROL) for text in sorted(CONDITIONS, key=len, reverse=True)),
    # Engines need bytes for text that is no symbol; the model never sees them.
    *(NotationToken(f"<0x{byte:02X}>", TokenKind.BYTE) for byte in range(256)),
    *sorted(_symbols(), key=lambda token: len(token.text), reverse=True),
)
IDS: Final = {token.text: index for index, token in enumerate(TOKENS)}


def ids_of(text: str) -> list[int]:
    """Indices of the tokens of a line in the notation.

    Raises:
        KeyError: A symbol is no token.
    """
    return [IDS[f" {symbol}"] for symbol in text.split()]


def within(above: int) -> int:
    """Move a pitch by octaves to where there are tokens.

    Args:
        above: Semitones above the home tonic.
    """
    if above < _PITCHES.start:
        return _PITCHES.start + (above - _PITCHES.start) % _OCTAVE
    if above >= _PITCHES.stop:
        return _PITCHES.stop - _OCTAVE + (above - _PITCHES.stop) % _OCTAVE
    return above
