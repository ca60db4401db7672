"""Parses instructions about a pitched part, in French or English or both, into edits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.chassis.errors.catalogue import ApiError
from services.composition.refining.addressing import Addressee
from services.composition.refining.clauses import Clause
from services.composition.refining.errors import NOT_DONE_HERE, UNKNOWN_INSTRUCTION
from services.composition.refining.mentions import Mentions, with_places_of
from services.composition.refining.reading import clauses_of
from services.composition.refining.roles import ALL, RolePart
from services.composition.refining.tags import Tag
from services.melody.refine.examples import ELSEWHERE, EXAMPLES
from services.melody.refine.model.edits import GLOBAL, Action, Edit
from services.melody.refine.parse.conversation import Conversation
from services.melody.refine.parse.intents import edits_of
from services.melody.refine.parse.words import GRAMMAR, lexicon

_UNKNOWN = frozenset({Tag.UNKNOWN, Tag.FOREIGN, Tag.OUT_OF_REACH})
_HARMLESS = frozenset(
    {Tag.AND, Tag.THEN, Tag.IN, Tag.ON, Tag.PUT, Tag.IT, Tag.BY, Tag.TO, Tag.SEPARATOR, Tag.STOP, Tag.PART, Tag.RHYTHM}
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


def parse_instruction(text: str, addressee: Addressee) -> ParsedInstruction:
    """Parse an instruction.

    Args:
        text: What to change, in French or English: "un ton plus haut, moins de notes à la fin".
        addressee: The part, and those beside it.

    Raises:
        ApiError: Nothing in it is an edit of a pitched part.
    """
    edits: list[Edit] = []
    unparsed: list[str] = []
    addressed = False
    mentions = Mentions[RolePart](ALL)
    addressing = Conversation(addressee)
    beyond: str | None = None
    unanswered: Clause | None = None  # the clause before, where it asked for nothing
    rhythm_stays = approved = False
    complained: list[Edit] = []  # edits of the clause before, where it says what is too much
    told: list[str] = []  # what was not understood before that one
    for clause in clauses_of(text, lexicon(), GRAMMAR):
        placed = with_places_of(clause, unanswered)
        approved = approved or clause.has(Tag.APPROVE)
        found = edits_of(placed, mentions.targets(placed))
        if addressee.others and clause.is_solo(GRAMMAR) and addressing.names_parts(clause):
            found = _solo(placed, plays=addressing.means(clause))
            edits += found
            addressed, unanswered = True, None
            continue
        of_rhythm = _is_about_rhythm(placed)
        found = [] if of_rhythm else found
        inherits = bool(found) and placed is not clause
        is_global = bool(found) and all(edit.action in GLOBAL for edit in found)
        meant = addressing.means(clause)
        mentions.note(clause)
        if not is_global and not meant:
            continue
        addressed = True
        rhythm_stays = rhythm_stays or of_rhythm
        reached = clause.first(Tag.OUT_OF_REACH)
        beyond = beyond or (reached.text if reached else None)
        if _remedies(found, complained):
            del edits[-len(complained) :]
            found = found if clause.locations else complained
        edits += found
        complained = found if clause.has(Tag.TOO, Tag.NOT_ENOUGH) else []
        if inherits:
            unparsed = told
        told, unanswered = list(unparsed), None if found or of_rhythm else clause
        names = addressee.own.words
        unparsed += [
            token.text
            for token in clause.tokens
            if _lost(token.tag, bool(found) or of_rhythm) and token.text not in names
        ]
    edits = _on_the_same_rhythm(edits, unanswered) if rhythm_stays else edits
    if unanswered is not None and not approved and all(edit == Edit(action=Action.KEEP) for edit in edits):
        edits = []  # "keep the notes, change the rhythm": the half that was understood changes nothing
    if not edits and (addressed or not addressee.others):
        if beyond:
            raise ApiError(NOT_DONE_HERE, field="instruction", value=beyond, reason=ELSEWHERE, examples=EXAMPLES)
        raise ApiError(UNKNOWN_INSTRUCTION, field="instruction", examples=EXAMPLES)
    return ParsedInstruction(without_idle_praise(edits), tuple(dict.fromkeys(unparsed)), addressed)


def _solo(clause: Clause, *, plays: bool) -> list[Edit]:
    """What "only the drums in bar 2" is for a part that plays beside them, or for the one that is named."""
    return [Edit(action=Action.KEEP if plays else Action.REMOVE, locations=clause.locations)]


def _remedies(edits: Sequence[Edit], complained: Sequence[Edit]) -> bool:
    """Whether edits are those of the complaint before them: "too empty at the end, add notes" asks once."""
    return bool(edits) and {edit.action for edit in edits} == {edit.action for edit in complained}


def _on_the_same_rhythm(edits: Sequence[Edit], unanswered: Clause | None) -> list[Edit]:
    """Edits where the rhythm stays: what is composed has it; where nothing else is asked, all stays."""
    if not edits and unanswered is None:
        return [Edit(action=Action.KEEP)]
    composed = Action.REGENERATE
    return [replace(edit, action=Action.NEW_PITCHES) if edit.action is composed else edit for edit in edits]


def _is_about_rhythm(clause: Clause) -> bool:
    """Whether a clause says that the rhythm stays, and nothing else: "garde le rythme", "same rhythm"."""
    rhythm = clause.first(Tag.RHYTHM)
    if rhythm is None:
        return False
    stays = clause.has(Tag.KEEP, Tag.AS_IT_IS, Tag.NOT) or rhythm.text.startswith(("same", "meme"))
    return stays and not clause.has(Tag.NEW_PITCHES, Tag.NOTES, Tag.REPLACE, Tag.REGENERATE)


def without_idle_praise(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Edits without those that keep everything, where others say what to change: "parfait, mais plus fort"."""
    changing = [edit for edit in edits if edit.action is not Action.KEEP or edit.locations or edit.but_at]
    return tuple(changing) or tuple(dict.fromkeys(edits))


def _lost(tag: Tag, understood: bool) -> bool:
    return tag in _UNKNOWN if understood else tag not in _HARMLESS
