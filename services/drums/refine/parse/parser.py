"""Parses instructions, in French or English or both, into edits."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.errors.catalogue import ApiError
from services.drums.errors import NO_EARLIER_VERSION, UNKNOWN_INSTRUCTION
from services.drums.refine.model.edits import Edit, KitPart, ParsedInstruction
from services.drums.refine.parse import clauses as clause_splitting
from services.drums.refine.parse.clauses import Clause
from services.drums.refine.parse.intents import Targets, edits_of
from services.drums.refine.parse.lexicon import KIT, InstructionToken, Lexicon, Tag
from services.drums.refine.parse.location_parser import mark_locations

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
        raise ApiError(NO_EARLIER_VERSION if earlier else UNKNOWN_INSTRUCTION, field="instruction")
    return parsed


def parse_edits(text: str) -> tuple[Edit, ...]:
    """The edits in any text, such as a prompt; none when there are none."""
    return _parse(_clauses(text)).edits


def _clauses(text: str) -> list[Clause]:
    return _joined_instead(clause_splitting.split(mark_locations(Lexicon.load().tokenize(text))))


def _parse(clauses: Sequence[Clause]) -> ParsedInstruction:
    edits: list[Edit] = []
    unparsed: list[str] = []
    mentions = _Mentions(Lexicon.load().parts[KIT])
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


@dataclass(slots=True)
class _Mentions:
    """Parts named so far, to resolve references: "them", "the rest".

    Attributes:
        kit: The part that is the whole kit.
        latest: Parts of the latest clause that named any.
        all: All parts named.
    """

    kit: KitPart
    latest: tuple[KitPart, ...] = ()
    all: tuple[KitPart, ...] = ()

    def targets(self, clause: Clause) -> Targets:
        """What a clause refers to."""
        but_at = next((i for i, token in enumerate(clause.tokens) if token.tag is Tag.EXCEPT), len(clause.tokens))
        parts, but = _parts(clause.tokens[:but_at]), _parts(clause.tokens[but_at:])
        if not parts and (clause.has(Tag.IT) or (clause.contrasts and clause.has(Tag.LOUD, Tag.SOFT))):
            parts = self.latest
        if clause.has(Tag.REST):
            but += tuple(part for part in self.all if part not in but)
        elif len(parts) > 1:
            parts = tuple(part for part in parts if part != self.kit) or parts
        return Targets(
            parts=() if parts == (self.kit,) else parts,
            but=but,
            but_at=tuple(token.value for token in clause.tokens[but_at:] if token.tag is Tag.LOCATION),
            everything=parts == (self.kit,) or clause.has(Tag.REST) or bool(but),
        )

    def note(self, clause: Clause) -> None:
        """Add the parts of a parsed clause."""
        parts = _parts(clause.tokens)
        self.latest = parts or self.latest
        self.all += tuple(part for part in parts if part not in self.all)


def _parts(tokens: Sequence[InstructionToken]) -> tuple[KitPart, ...]:
    return tuple(dict.fromkeys(token.value for token in tokens if token.tag is Tag.PART))


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
