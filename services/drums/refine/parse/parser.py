"""Parses instructions, in French or English or both, into edits."""

from collections.abc import Sequence

from services.chassis.errors.catalogue import ApiError
from services.composition.refining.addressing import Addressee, Player
from services.composition.refining.clauses import Clause
from services.composition.refining.errors import NOT_DONE_HERE, UNKNOWN_INSTRUCTION
from services.composition.refining.kit import KIT, KitPart
from services.composition.refining.mentions import Mentions, with_places_of
from services.composition.refining.reading import clauses_of
from services.composition.refining.roles import DRUMS
from services.composition.refining.tags import Tag
from services.drums.refine.examples import ELSEWHERE, EXAMPLES
from services.drums.refine.model.edits import GLOBAL, Action, Edit, ParsedInstruction
from services.drums.refine.parse.intents import edits_of
from services.drums.refine.parse.words import GRAMMAR, lexicon

_UNKNOWN = frozenset({Tag.UNKNOWN, Tag.FOREIGN, Tag.OUT_OF_REACH})
# Words that say which of several; where they gave no location and no value, they were not understood.
_POSITIONS = frozenset({Tag.NUMBER, Tag.FIRST, Tag.LAST, Tag.HALF, Tag.QUARTER, Tag.BAR})

_TOWARDS = frozenset({Action.FASTER, Action.SLOWER})


def parse_instruction(text: str, others: tuple[Player, ...] = ()) -> ParsedInstruction:
    """Parse an instruction.

    Args:
        text: What to change, in French or English: "moins de hats et un fill à la fin, garde le kick".
        others: Parts that play beside the drums; what is said of them is theirs.

    Raises:
        ApiError: Nothing in it is an edit of drums.
    """
    clauses = _clauses(text)
    parsed = _parse(clauses, others)
    if parsed.edits or (others and not parsed.addressed):
        return parsed
    reached = next((token for clause in clauses if (token := clause.first(Tag.OUT_OF_REACH))), None)
    if reached is not None:
        raise ApiError(NOT_DONE_HERE, field="instruction", value=reached.text, reason=ELSEWHERE, examples=EXAMPLES)
    raise ApiError(UNKNOWN_INSTRUCTION, field="instruction", examples=EXAMPLES)


def parse_edits(text: str) -> tuple[Edit, ...]:
    """The edits in any text, such as a prompt; none when there are none."""
    return _parse(_clauses(text), ()).edits


def _clauses(text: str) -> list[Clause]:
    return _joined_instead(clauses_of(text, lexicon(), GRAMMAR))


def _parse(clauses: Sequence[Clause], others: tuple[Player, ...]) -> ParsedInstruction:
    edits: list[Edit] = []
    unparsed: list[str] = []
    addressed, of_another = False, False
    unanswered: Clause | None = None  # the clause before, where it asked for nothing
    told: list[str] = []  # what was not understood before that one
    mentions, drums = Mentions[KitPart](KIT), Addressee(Player(DRUMS), others)
    out_of_reach = any(clause.has(Tag.OUT_OF_REACH) for clause in clauses)
    for clause in clauses:
        placed = with_places_of(clause, unanswered)
        targets = mentions.targets(placed)
        found = edits_of(placed, targets)
        if others and clause.is_solo(GRAMMAR) and (solo := _solo(placed, drums)):
            edits.append(solo)
            addressed, unanswered = True, None
            continue
        if others and any(part.slug == KIT for part in targets.but):
            continue  # "everything louder except the drums"
        inherits = bool(found) and placed is not clause
        mentions.note(clause)
        named = bool(targets.parts) or targets.everything or clause.has(Tag.PART)
        # A clause that names no part is about the part of the clause before it.
        of_another = bool(drums.named(clause.before_exception)) or (of_another and not named)
        is_global = bool(found) and all(edit.action in GLOBAL for edit in found)
        if others and of_another and not named and not is_global:
            continue
        addressed = True
        lost = _UNKNOWN
        if not found and not clause.has(Tag.KEEP, Tag.AS_IT_IS, Tag.APPROVE):
            lost = frozenset(Tag)
        elif all(edit.value is None and edit.percent is None for edit in found):
            lost |= _POSITIONS
        if inherits:
            unparsed = told
        told, unanswered = list(unparsed), None if found else clause
        if found and out_of_reach and all(token.tag is Tag.PART for token in clause.tokens) and not clause.locations:
            continue  # "the snare, more reverb": the name alone asks for nothing
        unparsed += [token.text for token in clause.tokens if token.tag in lost]
        edits += found
    if any(edit.action is Action.TEMPO for edit in edits):  # "slower, like 80 bpm" is one wish
        edits = [edit for edit in edits if edit.action not in _TOWARDS or edit.value or edit.percent]
    changing = [edit for edit in edits if edit.action is not Action.KEEP or _limits(edit)]
    return ParsedInstruction(tuple(changing) or tuple(dict.fromkeys(edits)), tuple(dict.fromkeys(unparsed)), addressed)


def _solo(clause: Clause, drums: Addressee) -> Edit | None:
    """What "only the bass in bar 2" is for drums; None where it names parts of the kit, or no part at all."""
    parts = [token.value.slug for token in clause.tokens if token.tag is Tag.PART]
    if any(slug != KIT for slug in parts):
        return None
    if parts:  # "only the drums"
        return Edit(action=Action.KEEP, locations=clause.locations)
    named = drums.named(clause.tokens)
    return Edit(action=Action.REMOVE, locations=clause.locations) if named else None


def _limits(edit: Edit) -> bool:
    """Whether an edit is about less than everything: "parfait, mais plus fort" keeps nothing in particular."""
    return bool(edit.parts or edit.but or edit.locations or edit.but_at)


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
