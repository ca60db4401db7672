"""Refinements that can be suggested: words that the experts understand, and how to know them in what people write."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from language.localized_text import LocalizedText


@dataclass(frozen=True, slots=True)
class Refinement:
    """Something to refine.

    Attributes:
        words: What to write, in either language.
        drums: Whether it makes sense for drums.
        pitched: Whether it makes sense for other parts.
        pattern: Finds it in an instruction, in either language.
    """

    words: LocalizedText
    drums: bool
    pitched: bool
    pattern: re.Pattern[str]


def _refinement(en: str, fr: str, pattern: str, *, drums: bool = True, pitched: bool = True) -> Refinement:
    return Refinement(LocalizedText(en, fr), drums, pitched, re.compile(pattern, re.IGNORECASE))


REFINEMENTS = MappingProxyType(
    {
        "denser": _refinement("busier", "plus dense", r"busier|denser|more notes|plus (dense|chargé|de notes)"),
        "sparser": _refinement(
            "simpler", "plus simple", r"simpler|sparser|fewer|less notes|plus simple|moins (dense|de notes)"
        ),
        "faster": _refinement("faster", "plus rapide", r"faster|plus (rapide|vite)"),
        "slower": _refinement("slower", "plus lent", r"slower|plus lent"),
        "softer": _refinement("softer", "plus doux", r"softer|plus (doux|douce)"),
        "swing": _refinement("more swing", "plus de swing", r"swing"),
        "octave_down": _refinement(
            "an octave lower", "une octave plus bas", r"octave (lower|down|plus bas)", drums=False
        ),
        "octave_up": _refinement(
            "an octave higher", "une octave plus haut", r"octave (higher|up|plus haut)", drums=False
        ),
        "minor": _refinement("in minor", "en mineur", r"\b(in|to) minor|en mineur", drums=False),
        "more_hats": _refinement("more hi-hat", "plus de charley", r"hi-?hat|charley", pitched=False),
        "ghost_notes": _refinement("more ghost notes", "plus de ghost notes", r"ghost", pitched=False),
        "fill": _refinement("a fill in bar 4", "un break à la mesure 4", r"\bfills?\b|\bbreak", pitched=False),
        "half_time": _refinement("half-time", "en half-time", r"half.?time", pitched=False),
    }
)


def named(instruction: str) -> Iterator[str]:
    """The refinements that an instruction asks for."""
    yield from (name for name, refinement in REFINEMENTS.items() if refinement.pattern.search(instruction))
