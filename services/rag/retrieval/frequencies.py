"""How common words are in general, and whether they are nouns: what a page does not have may still be known.

frequencies.txt says where its figures are from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("frequencies.txt")
STEP = 0.2  # Zipf, between two bands of the file


@dataclass(frozen=True, slots=True)
class Use:
    """How a stem is used in general.

    Attributes:
        zipf: Logarithm (base 10) of its uses in a thousand million words: 3 is rare, 6 is "with".
        noun: Whether it is mostly a noun; None where no lexicon says.
    """

    zipf: float
    noun: bool | None


_NOUNS = {"n": True, "o": False, "?": None}


@cache
def frequencies() -> Mapping[str, Mapping[str, Use]]:
    """The table that ships: uses by stem, by language."""
    table: dict[str, dict[str, Use]] = {}
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        locale, band, part, *stems = line.split(" ")
        table.setdefault(locale, {}).update(dict.fromkeys(stems, Use(int(band) * STEP, _NOUNS[part])))
    return table
