"""Words that carry a meaning and that nothing has used, so that the person is told."""

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from services.theory.prompt.parse.spans import ParserState
from services.theory.prompt.parse.tokenizer import Prompt, fold

_PLAIN = Path(__file__).with_name("plain_words.txt")
_ELISIONS = frozenset("l d j m n s t c qu jusqu lorsqu puisqu quelqu aujourd ll ve re t s".split())
_MOST = 12  # spans that a notice names


def leftover_spans(state: ParserState) -> list[tuple[int, int]]:
    """Tokens `first` to before `last` that are not understood, neighbours together, in the order of the prompt.

    Args:
        state: The prompt after parsing.
    """
    prompt = state.prompt
    unused = [index for index in range(len(prompt.tokens)) if _carries_meaning(prompt, index, state.understood)]
    return list(_joined(unused))[:_MOST]


def _carries_meaning(prompt: Prompt, index: int, understood: Collection[int]) -> bool:
    token = prompt.tokens[index]
    if index in understood or token.is_sign:
        return False
    if token.is_number:
        return True
    return token.text not in plain_words() and len(token.text) > 1


def _joined(unused: list[int]) -> Iterator[tuple[int, int]]:
    first = last = -1
    for index in unused:
        if first >= 0 and index == last:
            last = index + 1
            continue
        if first >= 0:
            yield first, last
        first, last = index, index + 1
    if first >= 0:
        yield first, last


@cache
def plain_words() -> frozenset[str]:
    """Words of French and English that say nothing about the music by themselves, without accents."""
    return frozenset(fold(_PLAIN.read_text(encoding="utf-8")).split()) | _ELISIONS
