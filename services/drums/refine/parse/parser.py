"""Reads an instruction, in French or English or both, into edits."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.errors.catalogue import ApiError
from services.drums.errors import NO_EARLIER_VERSION, UNKNOWN_INSTRUCTION
from services.drums.refine.model.edits import Edit, Part, Reading
from services.drums.refine.parse import clauses as splitting
from services.drums.refine.parse.clauses import Clause
from services.drums.refine.parse.intents import Targets, edits_of
from services.drums.refine.parse.lexicon import KIT, Lexicon, Tag, Token
from services.drums.refine.parse.location_parser import mark_places

_UNKNOWN = frozenset({Tag.UNKNOWN, Tag.FOREIGN})
# Words that say which of several; where no place and no figure came of them, they were not understood.
_POSITIONS = frozenset({Tag.NUMBER, Tag.FIRST, Tag.LAST, Tag.HALF, Tag.QUARTER, Tag.BAR})


def read_instruction(text: str) -> Reading:
    """Read an instruction.

    Args:
        text: What to change, in French or English: "moins de hats et un fill à la fin, garde le kick".

    Raises:
        ApiError: Nothing in it is an edit of drums, or it asks for an earlier version, which no request carries.
    """
    clauses = _clauses(text)
    reading = _read(clauses)
    if not reading.edits:
        earlier = any(clause.has(Tag.UNDO, Tag.AS_IT_IS) for clause in clauses)
        raise ApiError(NO_EARLIER_VERSION if earlier else UNKNOWN_INSTRUCTION, field="instruction")
    return reading


def read_wishes(text: str) -> tuple[Edit, ...]:
    """Edits that the words of any text come to, such as a prompt's; none when they come to none."""
    return _read(_clauses(text)).edits


def _clauses(text: str) -> list[Clause]:
    return _joined_instead(splitting.split(mark_places(Lexicon.load().read(text))))


def _read(clauses: Sequence[Clause]) -> Reading:
    edits: list[Edit] = []
    unread: list[str] = []
    named = _Named(Lexicon.load().parts[KIT])
    for clause in clauses:
        found = edits_of(clause, named.targets(clause))
        lost = _UNKNOWN
        if not found and not clause.has(Tag.KEEP, Tag.AS_IT_IS):
            lost = frozenset(Tag)
        elif all(edit.value is None and edit.percent is None for edit in found):
            lost |= _POSITIONS
        unread += [token.text for token in clause.tokens if token.tag in lost]
        edits += found
        named.note(clause)
    return Reading(tuple(edits), tuple(dict.fromkeys(unread)))


@dataclass(slots=True)
class _Named:
    """Parts named so far, for words that point back: "them", "the rest"."""

    kit: Part
    latest: tuple[Part, ...] = ()
    all: tuple[Part, ...] = ()

    def targets(self, clause: Clause) -> Targets:
        """Parts that a clause is about, and those it leaves out."""
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
            but_at=tuple(token.value for token in clause.tokens[but_at:] if token.tag is Tag.PLACE),
            everything=parts == (self.kit,) or clause.has(Tag.REST) or bool(but),
        )

    def note(self, clause: Clause) -> None:
        """Remember the parts of a clause that was read."""
        parts = _parts(clause.tokens)
        self.latest = parts or self.latest
        self.all += tuple(part for part in parts if part not in self.all)


def _parts(tokens: Sequence[Token]) -> tuple[Part, ...]:
    return tuple(dict.fromkeys(token.value for token in tokens if token.tag is Tag.PART))


def _joined_instead(clauses: Sequence[Clause]) -> list[Clause]:
    """Clauses with "à la place du charley, mets un ride" made one."""
    joined: list[Clause] = []
    for clause in clauses:
        before = joined[-1] if joined else None
        if before and before.tokens and before.tokens[0].tag is Tag.INSTEAD and len(before.tokens) == 2:
            joined[-1] = Clause([*clause.tokens, *before.tokens], (*clause.places, *before.places))
        else:
            joined.append(clause)
    return joined
