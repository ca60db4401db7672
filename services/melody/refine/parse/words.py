"""The words of pitched parts: the shared ones, those for parts, and what melody calls its own."""

from functools import cache
from pathlib import Path

from services.composition.refining.clauses import Grammar
from services.composition.refining.entities import COUNTED_METER, LENGTH, METER
from services.composition.refining.kit import KIT, kit_entries
from services.composition.refining.lexicon import Entry, Lexicon, document, entries_of, shared_entries
from services.composition.refining.locations import Location
from services.composition.refining.roles import ALL, DRUMS, RolePart, role_entries
from services.composition.refining.tags import Tag
from services.melody.refine.parse.entities import ENTITIES

_WORDS = Path(__file__).with_name("words.yaml")
GRAMMAR = Grammar(
    qualities=frozenset(
        {
            Tag.LOUD, Tag.SOFT, Tag.FAST, Tag.SLOW, Tag.TEMPO, Tag.BPM, Tag.BUSY, Tag.SIMPLE, Tag.THIN, Tag.HUMAN,
            Tag.MECHANICAL, Tag.QUANTISE, Tag.SWING, Tag.STRAIGHT, Tag.DOUBLE_TIME, Tag.HALF_TIME, Tag.DOUBLE_TEMPO,
            Tag.HALF_TEMPO,
            Tag.EARLIER, Tag.LATER, Tag.LAID_BACK, Tag.PUSHED, Tag.CRESCENDO, Tag.DIMINUENDO, Tag.METER, Tag.LENGTH,
            Tag.STYLE, Tag.KEY, Tag.MODE, Tag.CHORDS, Tag.INTERVAL, Tag.TRANSPOSE, Tag.HIGH, Tag.LOW, Tag.INVERT,
            Tag.RETROGRADE,
            Tag.LEGATO, Tag.STACCATO, Tag.LONG, Tag.SHORT, Tag.ORNAMENT, Tag.SYNCOPATE, Tag.RISING, Tag.FALLING,
            Tag.ARCH, Tag.ENDING, Tag.TONIC, Tag.FOLLOW, Tag.BREATH, Tag.OCTAVES, Tag.HARMONISE, Tag.LENGTHEN,
            Tag.SHORTEN, Tag.OUT_OF_REACH, Tag.NEW_PITCHES, Tag.GRADUAL,
        }
    ),
    traits=frozenset(
        {
            Tag.LOUD, Tag.SOFT, Tag.FAST, Tag.SLOW, Tag.BUSY, Tag.SIMPLE, Tag.HUMAN, Tag.MECHANICAL, Tag.SWING,
            Tag.STRAIGHT, Tag.LEGATO, Tag.STACCATO, Tag.HIGH, Tag.LOW,
        }
    ),
    whole=ALL,
)  # fmt: skip


@cache
def lexicon() -> Lexicon:
    """The lexicon of pitched parts; once per process.

    Raises:
        ValueError: A phrase has two meanings.
    """
    own = document(_WORDS)
    kit: list[Entry] = [
        (phrase, (Tag.PART, RolePart(ALL if part.slug == KIT and phrase in _EVERYTHING else DRUMS)))
        for phrase, (_, part) in kit_entries()
    ]
    values = [
        *(
            (phrase, (Tag.INTERVAL, ("semitones", steps)))
            for steps, phrases in own["intervals"].items()
            for phrase in phrases
        ),
        *(
            (phrase, (Tag.INTERVAL, ("degrees", steps)))
            for steps, phrases in own["degrees"].items()
            for phrase in phrases
        ),
        *((phrase, (Tag.MODE, scale)) for scale, phrases in own["modes"].items() for phrase in phrases),
        *(
            (f"{which} {part}", (Tag.LOCATION, half))
            for half, whiches in _HALVES
            for which in whiches
            for part in ("part", "partie")
        ),
        *((phrase, (Tag.STYLE, style)) for style, phrases in own["styles"].items() for phrase in phrases),
    ]
    layers = [shared_entries(), kit, role_entries(Tag.PART), [*entries_of(own), *values]]
    return Lexicon.of(layers, (METER, COUNTED_METER, LENGTH, *ENTITIES))


# "The first part" of a few bars is their first half.
_HALVES = (
    (Location(portion=(0.0, 0.5)), ("first", "premiere")),
    (Location(portion=(0.5, 1.0)), ("second", "deuxieme", "seconde", "last", "derniere")),
)
_EVERYTHING = frozenset({"everything", "tout", "toutes", "all", "all of it"})
