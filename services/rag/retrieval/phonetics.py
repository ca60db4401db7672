"""How a word sounds, roughly, in French and English at once: words that are written by ear are written so."""

import re

# What sounds alike, in the order in which it is replaced. Letters that are mute or doubled are left out.
_ALIKE = (
    (re.compile(r"eaux?|au"), "o"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"g(?=[eiy])"), "j"),
    (re.compile(r"sch|sh|ch"), "X"),
    (re.compile(r"qu?|ck|c(?![eiy])|k"), "k"),
    (re.compile(r"c|ss|z"), "s"),
    (re.compile(r"y"), "i"),
    (re.compile(r"h"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"(?<=...)(?:es|e|s)$"), ""),
)


def sound(word: str) -> str:
    """A key that words share which sound alike: "lidyen" and "lydien", "gost" and "ghost".

    Args:
        word: Folded.
    """
    for pattern, alike in _ALIKE:
        word = pattern.sub(alike, word)
    return word
