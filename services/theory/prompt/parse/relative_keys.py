"""Keys that are named by their distance: "au relatif mineur", "its parallel major", "up a whole step"."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from services.theory.prompt.parse.spans import ParserState
from services.theory.prompt.parse.tokenizer import Prompt


class KeyMove(Enum):
    """How a key is found from the one before it: by kinship, or by an interval up or down."""

    RELATIVE = "the other key of the same notes"
    PARALLEL = "the other key of the same tonic"
    SEMITONE_UP = "m2"
    TONE_UP = "M2"
    MINOR_THIRD_UP = "m3"
    MAJOR_THIRD_UP = "M3"
    FOURTH_UP = "P4"
    FIFTH_UP = "P5"
    SEMITONE_DOWN = "M7"
    TONE_DOWN = "m7"
    MINOR_THIRD_DOWN = "M6"


@dataclass(frozen=True, slots=True)
class MoveMention:
    """A later key that is named by its distance: tokens `first` to before `last`."""

    move: KeyMove
    first: int
    last: int


_NOUNS: Mapping[KeyMove, str] = {
    KeyMove.RELATIVE: "relatif mineur;relatif majeur;relative minor;relative major;relative key;relatif;ton relatif;"
    "relative mineure;relative majeure;tonalite relative;mineur relatif;majeur relatif;relative",
    KeyMove.PARALLEL: "parallel minor;parallel major;parallel key;homonyme mineur;homonyme majeur;ton homonyme;"
    "homonyme",
    KeyMove.FIFTH_UP: "dominante;dominant;ton de la dominante;dominant key;the dominant",
    KeyMove.FOURTH_UP: "sous dominante;subdominant;ton de la sous dominante",
}
_STEPS: Mapping[str, str] = {  # by name of the interval, without its direction
    "SEMITONE": "demi ton;half step;half tone;semitone;semi tone;semi ton;halfstep;1 semitone;one semitone",
    "TONE": "ton;whole step;whole tone;tone;step;2 semitones;two semitones;deux demi tons",
    "MINOR_THIRD": "tierce mineure;minor third;3 semitones;three semitones",
    "MAJOR_THIRD": "tierce majeure;major third;4 semitones",
    "FOURTH": "quarte;fourth;perfect fourth",
    "FIFTH": "quinte;fifth;perfect fifth",
}
_BY_NOUN = {tuple(words.split()): move for move, names in _NOUNS.items() for words in names.split(";")}
_BY_STEP = {tuple(words.split()): name for name, names in _STEPS.items() for words in names.split(";")}
_FIRST_WORDS = frozenset(words[0] for words in (*_BY_NOUN, *_BY_STEP))
_LONGEST = max(len(words) for words in (*_BY_NOUN, *_BY_STEP))
_UP = frozenset("up monte montant monter remonte augmente raise raised lift lifted higher haut rises rise".split())
_DOWN = frozenset("down descend descends descendre baisse lower lowered bas drop drops".split())
_CHANGE = frozenset("modulate modulates modulation module moduler modulant key changement tonalite".split())
_GOES = frozenset(
    "passe passer passage then puis ensuite to au vers goes go moves move switch switches a la en into ends finit "
    "termine its son sa modulate modulates module moduler modulation".split()
)
# What is moved as a whole is a finished piece: an edit, not a later key.
_EDIT = frozenset({"transpose", "transposer", "transposes", "transposez"})
_PLACES = frozenset({"refrain", "chorus", "fin", "end", "dernier", "last", "final", "mesure", "bar", "bridge", "pont"})
_FILLERS = frozenset("d un une de a an the by la le l du half".split())
_REACH = 6  # tokens


def parse_moves(state: ParserState) -> list[MoveMention]:
    """Keys named by their distance, in the order of the prompt. Their tokens are consumed."""
    found: list[MoveMention] = []
    index = 0
    while index < len(state.prompt.tokens):
        mention = _move_at(state.prompt, index) if index not in state.consumed else None
        if mention is None:
            index += 1
            continue
        state.consume(mention.first, mention.last)
        found.append(mention)
        index = mention.last
    return found


def _move_at(prompt: Prompt, index: int) -> MoveMention | None:
    if prompt.text(index) not in _FIRST_WORDS:
        return None
    for length in range(_LONGEST, 0, -1):
        words = tuple(prompt.text(at) for at in range(index, index + length))
        before = {prompt.text(at) for at in range(max(index - _REACH, 0), index)}
        if before & _EDIT:
            return None
        if (kin := _BY_NOUN.get(words)) is not None and _leads_to_kin(prompt, index, kin, before):
            return MoveMention(kin, index, index + length)
        if (step := _BY_STEP.get(words)) is not None and (direction := _direction(prompt, index, index + length)):
            name = f"{step}_{direction}"
            return MoveMention(KeyMove[name], index, index + length) if name in KeyMove.__members__ else None
    return None


def _leads_to_kin(prompt: Prompt, index: int, kin: KeyMove, before: set[str]) -> bool:
    if kin in (KeyMove.FIFTH_UP, KeyMove.FOURTH_UP):  # "dominant" is also a chord
        return bool(before & _CHANGE)
    alone = prompt.text(index) == "relative" and prompt.text(index + 1) not in ("minor", "major", "key")
    return bool(before & _GOES) and not alone


def _direction(prompt: Prompt, first: int, last: int) -> str:
    """Find "UP" or "DOWN" where the words move the key; empty where they do not."""
    start = first
    while prompt.text(start - 1) in _FILLERS and first - start < _REACH:
        start -= 1
    near = {prompt.text(start - 1), prompt.text(start - 2), prompt.text(last), prompt.text(last + 1)}
    direction = "UP" if near & _UP else "DOWN" if near & _DOWN else ""
    around = {prompt.text(at) for at in range(max(start - _REACH, 0), last + _REACH)}
    return direction if around & (_CHANGE | _PLACES) else ""
