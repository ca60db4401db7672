"""The plan of a piece that a language model answers in one line: `funk form AABA A m2 B h3 C l1`.

Bars with the same letter of the form are alike. Each letter has a height (l, m, h) and an amount (1, 2, 3), which a
service reads as it needs: register and density, or loudness and business.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

FORMS: Final = ("AAAA", "AAAB", "AABA", "AABB", "AABC", "ABAB", "ABAC", "ABCA")
LETTERS: Final = "ABC"
HEIGHTS: Final = "lmh"
AMOUNTS: Final = "123"
# Tokens of a plan: about 30 as it is written, and some to spare.
MOST_TOKENS: Final = 60
_SECTION = re.compile(r"([A-C]) ([lmh])([1-3])")


@dataclass(frozen=True, slots=True)
class SongPlan:
    """A plan.

    Attributes:
        style: Slug of a style; empty where none was to be chosen.
        form: Letters of the sections, repeated as needed, a bar each.
        sections: Height and amount of each letter.
    """

    style: str
    form: str
    sections: Mapping[str, tuple[str, int]]

    def at(self, index: int) -> tuple[str, int]:
        """Height and amount of a bar."""
        return self.sections[self.form[index % len(self.form)]]


def pattern(styles: Sequence[str]) -> str:
    """The pattern that a plan matches.

    Args:
        styles: Slugs to choose from; none where the style is fixed.
    """
    style = f"({'|'.join(styles)}) " if styles else ""
    sections = " ".join(f"{letter} [{HEIGHTS}][{AMOUNTS}]" for letter in LETTERS)
    return f"^{style}form ({'|'.join(FORMS)}) {sections}$"


def read_plan(text: str, styles: Sequence[str]) -> SongPlan:
    """Read a plan.

    Args:
        text: As a model wrote it.
        styles: Slugs that there were to choose from.

    Raises:
        ValueError: It is none.
    """
    if not re.fullmatch(pattern(styles), text):
        raise ValueError(f"{text[:80]!r} is no plan")
    style, _, rest = text.partition("form ")
    found = {letter: (height, int(amount)) for letter, height, amount in _SECTION.findall(rest)}
    return SongPlan(style.strip(), rest.split()[0], found)
