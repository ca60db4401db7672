"""The words of drums: the shared ones, the kit, and what drums call their own."""

from functools import cache
from pathlib import Path

from services.composition.refining.clauses import Grammar
from services.composition.refining.entities import COUNTED_METER, LENGTH, METER
from services.composition.refining.kit import KIT, kit_entries
from services.composition.refining.lexicon import (
    Entry,
    Lexicon,
    canonical,
    document,
    entries_of,
    shared_entries,
    words_of,
)
from services.composition.refining.roles import role_entries
from services.composition.refining.tags import Tag
from services.drums.styles.loader import load_styles

_WORDS = Path(__file__).with_name("words.yaml")
GRAMMAR = Grammar(
    qualities=frozenset(
        {
            Tag.LOUD, Tag.SOFT, Tag.FAST, Tag.SLOW, Tag.TEMPO, Tag.BPM, Tag.BUSY, Tag.SIMPLE, Tag.HUMAN, Tag.MECHANICAL,
            Tag.QUANTISE, Tag.SWING, Tag.STRAIGHT, Tag.GROOVY, Tag.FILL, Tag.FOUR_ON_FLOOR, Tag.ROLL, Tag.GHOST,
            Tag.FLAM, Tag.DOUBLE_TIME, Tag.HALF_TIME, Tag.DOUBLE_TEMPO, Tag.HALF_TEMPO, Tag.OPEN, Tag.CLOSE,
            Tag.EARLIER, Tag.LATER, Tag.LAID_BACK, Tag.PUSHED, Tag.PULSE, Tag.CRESCENDO, Tag.DIMINUENDO, Tag.BRUSHES,
            Tag.METER, Tag.LENGTH, Tag.OUT_OF_REACH, Tag.TRIPLET, Tag.LAYER,
        }
    ),
    traits=frozenset(
        {
            Tag.LOUD, Tag.SOFT, Tag.FAST, Tag.SLOW, Tag.BUSY, Tag.SIMPLE, Tag.HUMAN, Tag.MECHANICAL, Tag.SWING,
            Tag.STRAIGHT, Tag.GROOVY, Tag.DOUBLE_TIME, Tag.HALF_TIME,
        }
    ),
    whole=KIT,
)  # fmt: skip


@cache
def lexicon() -> Lexicon:
    """The lexicon of drums; once per process.

    Raises:
        ValueError: A phrase has two meanings.
    """
    words = document(_WORDS)
    slugs: dict[str, str] = {}  # by name; of two styles with one name, the one that is spelled so
    for slug, style in load_styles().items():
        for name in (slug.replace("_", " "), *style.labels.values()):
            said = " ".join(map(canonical, words_of(name)))
            if said not in slugs or said == slug.replace("_", " "):
                slugs[said] = slug
    named: list[Entry] = [(said, (Tag.STYLE, slug)) for said, slug in slugs.items()]
    called: list[Entry] = [
        (phrase, (Tag.STYLE, slug)) for slug, phrases in words["styles"].items() for phrase in phrases
    ]
    layers = [
        shared_entries(),
        [entry for entry in named if entry[0] not in _NOT_A_STYLE],
        called,
        role_entries(Tag.FOREIGN),
        kit_entries(),
        entries_of(words),
    ]
    return Lexicon.of(layers, (METER, COUNTED_METER, LENGTH))


# Names of styles that say how a groove is played.
_NOT_A_STYLE = frozenset({"swing"})
