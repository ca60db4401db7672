"""Separates the first key from later ones: "en Sol mineur puis en La mineur"."""

from collections.abc import Sequence
from dataclasses import dataclass

from music.pitch import PitchName
from services.theory.prompt.parse.lengths import BarPosition
from services.theory.prompt.parse.relative_keys import KeyMove, MoveMention
from services.theory.prompt.parse.sections import SectionMention
from services.theory.prompt.parse.spans import KeyMention, Mention
from services.theory.prompt.parse.tokenizer import Prompt

_STEMS = ("modul", "bascul")
# Words that announce a key by themselves, and verbs that need a direction: "goes to", "passe en", "ends in".
_ANNOUNCING = frozenset(
    "puis ensuite then afterwards > finalement finally enfin devient becomes becoming later change changes".split()
)
_VERBS = frozenset(
    "passe passer passant passage changing finis finish finishes finishing finir finit fini termine terminer "
    "terminant ending end ends going goes go moves moving move switch switches switching shift shifts shifting turn "
    "turns turning resolve resolves conclure conclut transition jump jumps apres after before avant transpose "
    "transposes enchaine evolue".split()
)
_DIRECTIONS = frozenset({"to", "into", "in", "en", "a", "vers", "on", "sur"})
_COMPANY = frozenset({"with", "avec", "along"})
_TARGETS = frozenset({"a", "to", "vers", ">", "into"})
_ORIGINS = frozenset({"de", "from", "du"})
_ALTERNATIVES = frozenset({"ou", "or"})
_BEGINNINGS = frozenset(
    "start starts starting begin begins beginning commence commencer commencant debute debut depart initial "
    "initially".split()
)
_NEAR = 3  # tokens between such a word and its key
_REACH = 7  # tokens before a key in which a word such as "puis" announces it
_LEAD = 2  # tokens between a place and its key
_POSITION_REACH = 8  # tokens around a key in which its position is looked for


@dataclass(frozen=True, slots=True)
class LaterKey:
    """A key that takes over later; a part that the prompt leaves open is None.

    Attributes:
        tonic: Spelled tonic.
        scale: Slug of the scale.
        bar: First bar in the key, from 0, or counted from the end when negative.
        first: First token of the mention.
        last: Token after the last one.
        section: Index of the section that begins with it; None where it belongs to none.
        move: How it is found from the key before; None where it is named.
    """

    tonic: PitchName | None
    scale: str | None
    bar: int | None
    first: int
    last: int
    section: int | None = None
    move: KeyMove | None = None


def split_keys(
    prompt: Prompt,
    keys: list[KeyMention],
    positions: tuple[Mention[BarPosition], ...],
    sections: Sequence[SectionMention] = (),
    moves: Sequence[MoveMention] = (),
    chords_until: int | None = None,
) -> tuple[list[KeyMention], list[LaterKey]]:
    """Separate the keys that hold from the start from those that take over later.

    Args:
        prompt: The prompt.
        keys: Keys in the order of the prompt.
        positions: Bars that the prompt points at; the nearest one belongs to a later key.
        sections: Sections that the prompt names; a key behind another one than the first takes over there.
        moves: Later keys that the prompt names by their distance.
        chords_until: Token after the chords of the prompt, which have a key of their own; None where there are none.

    Returns:
        Keys from the start, and later keys, both in the order of the prompt.
    """
    initial: list[KeyMention] = []
    later: list[LaterKey] = []
    unused = list(positions)
    starts = [key for key in keys if _begins(prompt, key)]
    previous = 0
    for key in keys:
        has_key = any(found.tonic for found in initial) or (bool(starts) and key not in starts)
        has_key = has_key or (chords_until is not None and chords_until <= key.first)
        section = section_of(key, sections, previous) if has_key else None
        announced = key not in starts and (
            section is not None
            or _is_announced(prompt, key, previous, has_key=has_key)
            or (has_key and _has_position(key, positions))
        )
        if announced and not (later and _is_alternative(prompt, key)):
            bar = _take_position(key.first, key.last, unused)
            later.append(LaterKey(key.tonic, key.scale, bar, key.first, key.last, section))
        else:
            initial.append(key)
        previous = key.last
    for move in moves:
        bar = _take_position(move.first, move.last, unused)
        later.append(LaterKey(None, None, bar, move.first, move.last, move=move.move))
    return initial, sorted(later, key=lambda change: change.first)


def _begins(prompt: Prompt, key: KeyMention) -> bool:
    """Whether words say that a key holds at the start: "start in D major"."""
    return any(prompt.text(index) in _BEGINNINGS for index in range(max(key.first - _NEAR, 0), key.first))


def _take_position(first: int, last: int, unused: list[Mention[BarPosition]]) -> int | None:
    position = _nearest(first, last, unused)
    if position is None:
        return None
    unused.remove(position)
    return position.value.bar


def section_of(key: KeyMention, sections: Sequence[SectionMention], previous: int) -> int | None:
    """Index of the section that a key is said for: the last one before it.

    Args:
        key: The key.
        sections: Sections of the prompt.
        previous: Token after the key before; a section before it has that key.

    Returns:
        The index; None where the key belongs to no section.
    """
    before = [
        index for index, section in enumerate(sections) if previous <= section.first and section.first < key.first
    ]
    return before[-1] if before else None


def _is_announced(prompt: Prompt, key: KeyMention, previous: int, *, has_key: bool) -> bool:
    """Whether words before a key make it a later one."""
    start = max(previous, key.first - _REACH)
    words = [prompt.text(index) for index in range(start, key.first)]
    if not has_key and _ORIGINS.intersection(words[-1:]):
        return False
    if any(word.startswith(_STEMS) for word in words):
        return True
    if any(word in _ANNOUNCING for word in words):
        return has_key  # without a key before it, "puis" leads to something else
    verb = next((index for index, word in enumerate(words) if word in _VERBS), None)
    if verb is not None and has_key:
        rest = words[verb + 1 :]
        return bool(_DIRECTIONS.intersection(rest)) and not _COMPANY.intersection(rest)
    joins = bool(words) and words[-1] in _TARGETS and has_key and previous == start and len(words) <= _LEAD
    return joins and any(prompt.text(index) in _ORIGINS for index in range(max(0, previous - _REACH), previous))


def _has_position(key: KeyMention, positions: tuple[Mention[BarPosition], ...]) -> bool:
    """Whether a place other than the start leads to a key: "les 4 dernières mesures en La mineur"."""
    return any(position.value.bar != 0 and 0 <= key.first - position.last <= _LEAD for position in positions)


def _is_alternative(prompt: Prompt, key: KeyMention) -> bool:
    return any(prompt.text(index) in _ALTERNATIVES for index in (key.first - 1, key.first - 2))


def _nearest(first: int, last: int, positions: list[Mention[BarPosition]]) -> Mention[BarPosition] | None:
    """The position that the prompt names nearest to a later key."""
    near = [
        (min(abs(position.first - last), abs(first - position.last)), index)
        for index, position in enumerate(positions)
        if position.first - last <= _POSITION_REACH and first - position.last <= _POSITION_REACH
    ]
    return positions[min(near)[1]] if near else None
