"""Parses instructions, in French or English or both, into edits."""

from collections.abc import Sequence

from services.chassis.errors.catalogue import ApiError
from services.composition.refining import clauses as clause_splitting
from services.composition.refining.clauses import Clause
from services.composition.refining.errors import NO_EARLIER_VERSION, UNKNOWN_INSTRUCTION
from services.composition.refining.kit import KIT, KitPart
from services.composition.refining.location_parser import mark_locations
from services.composition.refining.mentions import Mentions
from services.composition.refining.tags import Tag
from services.drums.refine.examples import EXAMPLES
from services.drums.refine.model.edits import Edit, ParsedInstruction
from services.drums.refine.parse.intents import edits_of
from services.drums.refine.parse.words import GRAMMAR, lexicon

_UNKNOWN = frozenset({Tag.UNKNOWN, Tag.FOREIGN})
# Words that say which of several; where they gave no location and no value, they were not understood.
_POSITIONS = frozenset({Tag.NUMBER, Tag.FIRST, Tag.LAST, Tag.HALF, Tag.QUARTER, Tag.BAR})


def parse_instruction(text: str) -> ParsedInstruction:
    """Parse an instruction.

    Args:
        text: What to change, in French or English: "moins de hats et un fill à la fin, garde le kick".

    Raises:
        ApiError: Nothing in it is an edit of drums, or it asks for an earlier state, which no request carries.
    """
    clauses = _clauses(text)
    parsed = _parse(clauses)
    if not parsed.edits:
        earlier = any(clause.has(Tag.UNDO, Tag.AS_IT_IS) for clause in clauses)
        if earlier:
            raise ApiError(NO_EARLIER_VERSION, field="instruction")
        raise ApiError(UNKNOWN_INSTRUCTION, field="instruction", examples=EXAMPLES)
    return parsed


def parse_edits(text: str) -> tuple[Edit, ...]:
    """The edits in any text, such as a prompt; none when there are none."""
    return _parse(_clauses(text)).edits


def _clauses(text: str) -> list[Clause]:
    return _joined_instead(clause_splitting.split(mark_locations(lexicon().tokenize(text)), GRAMMAR))


def _parse(clauses: Sequence[Clause]) -> ParsedInstruction:
    edits: list[Edit] = []
    unparsed: list[str] = []
    mentions = Mentions[KitPart](KIT)
    for clause in clauses:
        found = edits_of(clause, mentions.targets(clause))
        lost = _UNKNOWN
        if not found and not clause.has(Tag.KEEP, Tag.AS_IT_IS):
            lost = frozenset(Tag)
        elif all(edit.value is None and edit.percent is None for edit in found):
            lost |= _POSITIONS
        unparsed += [token.text for token in clause.tokens if token.tag in lost]
        edits += found
        mentions.note(clause)
    return ParsedInstruction(tuple(edits), tuple(dict.fromkeys(unparsed)))


def _joined_instead(clauses: Sequence[Clause]) -> list[Clause]:
    """Join two clauses such as "à la place du charley, mets un ride" into one."""
    joined: list[Clause] = []
    for clause in clauses:
        before = joined[-1] if joined else None
        if before and before.tokens and before.tokens[0].tag is Tag.INSTEAD and len(before.tokens) == 2:
            joined[-1] = Clause([*clause.tokens, *before.tokens], (*clause.locations, *before.locations))
        else:
            joined.append(clause)
    return joined
