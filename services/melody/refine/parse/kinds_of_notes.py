"""What is said of kinds of notes and of pitches alone, and what no edit of a pitched part can do."""

from services.composition.refining.clauses import Clause
from services.composition.refining.tags import Tag
from services.melody.refine.model.edits import Action
from services.melody.refine.parse.meanings import ONE_IN_TWO

_OF_SOME = ("some ", "des ")


def action_on_notes(clause: Clause) -> Action | None:
    """What a clause does to a kind of notes, or to pitches: "enlève les notes rapides", "other notes"."""
    asked = {token.tag for token in clause.before_exception}
    aside = clause.has(Tag.OUT_OF_REACH, Tag.UNAVAILABLE) or (Tag.RHYTHM in asked and clause.has(Tag.EXCEPT))
    if aside:  # "change the rhythm but not the notes"
        return None
    if Tag.NOTES in asked and clause.has(Tag.REMOVE, Tag.LESS, Tag.NO, Tag.TOO):
        some = any(token.text.startswith(_OF_SOME) for token in clause.tokens if token.tag is Tag.NOTES)
        if clause.has(Tag.REMOVE) and (some or clause.has(Tag.LITTLE)):
            return Action.SPARSER
        if clause.has(Tag.FAST):
            return Action.SIMPLIFY
        if clause.has(*ONE_IN_TWO):
            return Action.SPARSER
    others = {Tag.REPLACE, Tag.REGENERATE} & asked and Tag.NOTES in asked and not clause.has(Tag.BY, Tag.LIKE)
    kept = clause.has(Tag.NOT, Tag.INSTEAD) or (clause.has(Tag.KEEP) and not clause.has(Tag.RHYTHM))
    return Action.NEW_PITCHES if (clause.has(Tag.NEW_PITCHES) or others) and not kept else None


def is_beyond(clause: Clause) -> bool:
    """Whether a clause asks for what no edit can do, so that making another in its place would be a guess."""
    if clause.has(Tag.OUT_OF_REACH, Tag.UNAVAILABLE):
        return True
    if clause.has(Tag.GRADUAL) and not clause.has(Tag.LOUD, Tag.SOFT):
        return True  # only loudness changes little by little
    numbered = any(token.tag is Tag.NUMBER for token in clause.tokens)
    if clause.has(Tag.NOTES) and (clause.has(*ONE_IN_TWO) or (clause.has(Tag.REMOVE) and numbered)):
        return True  # no place says every other note, or any three of them
    return clause.has(Tag.LIKE) and clause.has(Tag.STYLE) and clause.has(Tag.UNKNOWN)  # like an artist
