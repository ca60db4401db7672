"""Parses instructions about a pitched part, in French or English or both, into edits."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.chassis.errors.catalogue import ApiError
from services.composition.refining import clauses as clause_splitting
from services.composition.refining.clauses import Clause
from services.composition.refining.errors import NOT_DONE_HERE, UNKNOWN_INSTRUCTION
from services.composition.refining.location_parser import mark_locations
from services.composition.refining.mentions import Mentions, parts_of
from services.composition.refining.roles import ALL, RolePart
from services.composition.refining.tags import Tag
from services.melody.refine.examples import ELSEWHERE, EXAMPLES
from services.melody.refine.model.edits import GLOBAL, Edit
from services.melody.refine.parse.intents import edits_of
from services.melody.refine.parse.words import GRAMMAR, lexicon

_UNKNOWN = frozenset({Tag.UNKNOWN, Tag.FOREIGN, Tag.OUT_OF_REACH})
_HARMLESS = frozenset(
    {Tag.AND, Tag.THEN, Tag.IN, Tag.ON, Tag.PUT, Tag.IT, Tag.BY, Tag.TO, Tag.SEPARATOR, Tag.STOP, Tag.PART}
)


@dataclass(frozen=True, slots=True)
class ParsedInstruction:
    """The result of parsing an instruction.

    Attributes:
        edits: Edits in the order of its words.
        unparsed: Words that were not understood, as typed.
        addressed: Whether some of it is about this part.
        freely: Whether a language model read it, since no exact edit knows its words.
    """

    edits: tuple[Edit, ...]
    unparsed: tuple[str, ...]
    addressed: bool
    freely: bool = False


def parse_instruction(text: str, role: str, others: Collection[str] = ()) -> ParsedInstruction:
    """Parse an instruction.

    Args:
        text: What to change, in French or English: "un ton plus haut, moins de notes à la fin".
        role: Name of the part's role, such as "bass".
        others: Names of the roles that play beside it.

    Raises:
        ApiError: Nothing in it is an edit of a pitched part.
    """
    edits: list[Edit] = []
    unparsed: list[str] = []
    addressed = False
    mentions = Mentions[RolePart](ALL)
    spoken_of: tuple[str, ...] = ()  # roles that the latest clause with any names
    beyond: str | None = None
    for clause in clause_splitting.split(mark_locations(lexicon().tokenize(text)), GRAMMAR):
        found = edits_of(clause, mentions.targets(clause))
        named = _roles(clause)
        is_global = bool(found) and all(edit.action in GLOBAL for edit in found)
        spoken_of = named or spoken_of
        mentions.note(clause)
        if not is_global and not _concerns(role, named or spoken_of, others):
            continue
        addressed = True
        reached = clause.first(Tag.OUT_OF_REACH)
        beyond = beyond or (reached.text if reached else None)
        edits += found
        unparsed += [token.text for token in clause.tokens if _lost(token.tag, bool(found))]
    if not edits and (addressed or not others):
        if beyond:
            raise ApiError(NOT_DONE_HERE, field="instruction", value=beyond, reason=ELSEWHERE, examples=EXAMPLES)
        raise ApiError(UNKNOWN_INSTRUCTION, field="instruction", examples=EXAMPLES)
    return ParsedInstruction(tuple(edits), tuple(dict.fromkeys(unparsed)), addressed)


def _lost(tag: Tag, understood: bool) -> bool:
    return tag in _UNKNOWN if understood else tag not in _HARMLESS


def _roles(clause: Clause) -> tuple[str, ...]:
    """Roles that a clause is about; "follow these chords" is not about the part that plays chords."""
    parts: Iterable[RolePart] = parts_of(clause.tokens[: _exception_at(clause)])
    roles = tuple(part.slug for part in parts)
    return tuple(role for role in roles if role != "chords") if clause.has(Tag.CHORDS, Tag.FOLLOW) else roles


def _exception_at(clause: Clause) -> int:
    return next((at for at, token in enumerate(clause.tokens) if token.tag is Tag.EXCEPT), len(clause.tokens))


def _concerns(role: str, named: Collection[str], others: Collection[str]) -> bool:
    """Whether words about some roles are about this part: it is named, or none, or one that nobody plays here."""
    if not named or role in named or ALL in named:
        return True
    if any(each in others for each in named):
        return False
    # "the melody" is what people call any single line, and "other" any part.
    return not others and not {"drums"}.intersection(named) and ("melody" in named or "other" in named)
