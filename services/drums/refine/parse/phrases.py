"""What the wording of a clause says beside its words: that it keeps, goes back, or puts one part on another."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from services.composition.refining.clauses import Clause
from services.composition.refining.locations import Location
from services.composition.refining.tags import Tag
from services.drums.refine.parse.words import GRAMMAR

NEGATIONS = (Tag.NO, Tag.REMOVE)
_COMPARING = (Tag.MORE, Tag.LESS, Tag.TOO, Tag.NOT_ENOUGH)
_ELSE = frozenset({Tag.UNKNOWN, Tag.FOREIGN, Tag.OUT_OF_REACH})
_BEFORE = frozenset({"comme avant", "like before", "as before"})
_PUTTING = frozenset({"put", "mets", "met", "mettre", "mettez", "place"})
_BESIDE_A_STYLE = frozenset({Tag.STYLE, Tag.PUT, Tag.IN, Tag.IT, Tag.BY, Tag.TO, Tag.REPLACE, Tag.LITTLE, Tag.MUCH})
_MAKING = frozenset({"make", "rends", "rend", "rendre", "fais", "fait", "faire"})


def goes_back(clause: Clause, named: bool) -> bool:
    """Whether a clause asks for the music as it was: "comme avant", of nothing in particular.

    Args:
        clause: The clause.
        named: Whether it names parts.
    """
    before = any(token.tag is Tag.AS_IT_IS and token.text in _BEFORE for token in clause.tokens)
    return before and not named and not clause.locations and not clause.has(Tag.KEEP)


def keeps(clause: Clause, named: bool) -> bool:
    """Whether a clause asks to keep something: directly, or by negating an edit.

    Args:
        clause: The clause.
        named: Whether it names parts.
    """
    if clause.has(Tag.KEEP):
        return not clause.has(Tag.ONLY, *GRAMMAR.qualities)
    if clause.has(Tag.AS_IT_IS):
        return True
    refused = [token for token in clause.tokens if token.tag is Tag.NOT and token.text != "pas"]
    if not refused and not (clause.tokens and clause.tokens[0].tag is Tag.NOT):
        return False
    return named and clause.has(Tag.REMOVE, Tag.ADD, *([Tag.MORE] if refused and refused[0].text != "ne" else []))


def upon_another(clause: Clause) -> bool:
    """Whether a part goes where another one is hit: "a clap on every snare", "ajoute un clap sur la snare"."""
    tags = [token.tag for token in clause.tokens if token.tag is not Tag.MORE]
    if clause.has(*NEGATIONS, Tag.LESS, *GRAMMAR.qualities - {Tag.LAYER}):
        return False
    every = any(tags[at : at + 2] == [Tag.EACH, Tag.PART] for at in range(1, len(tags)))
    played = any(token.tag is Tag.PUT and token.text not in _PUTTING for token in clause.tokens)
    return every or (_is_on_another(tags) and not played)


def is_unclear(clause: Clause) -> bool:
    """Whether a clause says more of where than is read: "all before the 3", "play hats on the ride"."""
    number = clause.has(Tag.NUMBER) and not clause.has(Tag.PERCENT, Tag.INSTEAD)
    twice_there = clause.has(Tag.TWICE) and any(place.has_positions for place in clause.locations)
    return number or twice_there or _is_on_another([token.tag for token in clause.tokens])


def _is_on_another(tags: Sequence[Tag]) -> bool:
    return any(tags[at : at + 3] == [Tag.PART, Tag.ON, Tag.PART] for at in range(len(tags)))


def becomes_unknown(clause: Clause) -> bool:
    """Whether a part shall become what no word here means: "make the kick wooden"."""
    if clause.has(Tag.ADD) or not any(token.tag is Tag.PUT and token.text in _MAKING for token in clause.tokens):
        return False
    return any(part.tag is Tag.PART and word.tag is Tag.UNKNOWN for part, word in pairwise(clause.tokens))


def of_something_else(clause: Clause) -> bool:
    """Whether a degree is of something unknown: "kick plus sec", "more bottom in the kick", "snare plus en fond"."""
    tags = [token.tag for token in clause.tokens]
    for at, tag in enumerate(tags):
        ahead = tags[at + 1 : at + 3]
        if tag in _COMPARING and not _ELSE.isdisjoint(ahead[: ahead.index(Tag.PART)] if Tag.PART in ahead else ahead):
            return True
    return False


def by_something_else(clause: Clause) -> bool:
    """Whether a part shall give way to what the kit does not have: "remplace le clap par un bongo"."""
    pairs = pairwise(clause.tokens)
    return clause.has(Tag.REPLACE) and any(by.tag is Tag.BY and other.tag in _ELSE for by, other in pairs)


def wanted_style(clause: Clause) -> str | None:
    """The slug of the style that a clause asks more of: "plus jazz", "jazzier"."""
    style = clause.first(Tag.STYLE)
    if style is None or clause.has(Tag.LESS, Tag.TOO, Tag.NO, Tag.NOT):
        return None
    alone = all(token.tag in _BESIDE_A_STYLE for token in clause.tokens)  # "style reggae", "make it reggae"
    if not (clause.has(Tag.MORE) or style.text.endswith("ier") or alone):
        return None
    return str(style.value)


def through_beats(location: Location) -> Location:
    """A place with the whole of the beats that it names."""
    return replace(location, whole_beats=True) if location.beats else location
