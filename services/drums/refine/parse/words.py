"""The words of drums: the shared ones, the kit, and what drums call their own."""

from functools import cache
from pathlib import Path

from services.composition.refining.clauses import Grammar
from services.composition.refining.entities import COUNTED_METER, METER
from services.composition.refining.kit import KIT, kit_entries
from services.composition.refining.lexicon import Lexicon, document, entries_of, shared_entries
from services.composition.refining.roles import role_entries
from services.composition.refining.tags import Tag

_WORDS = Path(__file__).with_name("words.yaml")
GRAMMAR = Grammar(
    qualities=frozenset(
        {
            Tag.LOUD, Tag.SOFT, Tag.FAST, Tag.SLOW, Tag.TEMPO, Tag.BPM, Tag.BUSY, Tag.SIMPLE, Tag.HUMAN, Tag.MECHANICAL,
            Tag.QUANTISE, Tag.SWING, Tag.STRAIGHT, Tag.GROOVY, Tag.FILL, Tag.FOUR_ON_FLOOR, Tag.ROLL, Tag.GHOST,
            Tag.FLAM, Tag.DOUBLE_TIME, Tag.HALF_TIME, Tag.DOUBLE_TEMPO, Tag.HALF_TEMPO, Tag.OPEN, Tag.CLOSE,
            Tag.EARLIER, Tag.LATER, Tag.LAID_BACK, Tag.PUSHED, Tag.PULSE, Tag.CRESCENDO, Tag.DIMINUENDO, Tag.BRUSHES,
            Tag.METER, Tag.STYLE, Tag.HALT, Tag.OUT_OF_REACH,
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
    own = entries_of(document(_WORDS))
    return Lexicon.of([shared_entries(), role_entries(Tag.FOREIGN), kit_entries(), own], (METER, COUNTED_METER))
