"""A piece by its keys and sections: where harmony begins afresh, and which sections share theirs."""

from collections.abc import Iterator, Sequence

from boumbapp.music.v2.intent_pb2 import Intent, IntentSection

from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.progressions import Passage

# Sections that play the harmony of another kind: an intro announces the verse, an outro goes on with the chorus.
_LIKE = {
    "intro": "verse",
    "solo": "verse",
    "interlude": "verse",
    "break": "verse",
    "build": "verse",
    "post_chorus": "chorus",
    "drop": "chorus",
    "outro": "chorus",
    "pre_chorus": "bridge",
}


def passages(
    keys: Sequence[tuple[int, str, str]], intent: Intent, catalogue: Catalogue, *, closes: bool
) -> list[Passage]:
    """The passages of a piece, in their order.

    Sections count in styles whose pieces close and have no form of their own: a loop stays the same, and a blues has
    its twelve bars. Those of open length share what the others leave.

    Args:
        keys: First bar, tonic and scale of every key; of two at one bar the later one counts.
        intent: With its bars and sections.
        catalogue: Where the style is looked up.
        closes: Whether the piece comes to an end on its tonic.
    """
    starts = {first: (tonic, scale) for first, tonic, scale in keys if first < intent.bars}
    sections = dict(_sections(intent, catalogue))
    firsts = sorted({*starts, *sections})
    found: list[Passage] = []
    key, kind, twin = starts[0], "", 0
    for first, after in zip(firsts, [*firsts[1:], intent.bars], strict=True):
        key = starts.get(first, key)
        kind, twin = sections.get(first, (kind, twin if sections else first))
        found.append(
            Passage(*key, first, after - first, closes=closes and after == intent.bars, section=kind, twin=twin)
        )
    return found


def _sections(intent: Intent, catalogue: Catalogue) -> Iterator[tuple[int, tuple[str, int]]]:
    """First bar of every section, its kind, and the first bar of the first section like it."""
    family = catalogue.harmony(intent.style)
    if family.loops or family.bars:
        return
    twins: dict[tuple[str, str], int] = {}
    first = 0
    for section, bars in zip(intent.sections, _lengths(intent), strict=True):
        if first < intent.bars:
            kind, letter = _like(section)
            yield first, (kind, twins.setdefault((kind, letter), first))
        first += bars


def _lengths(intent: Intent) -> list[int]:
    """Bars of all sections; at least one each."""
    still_open = sum(not section.bars for section in intent.sections)
    room = max(intent.bars - sum(section.bars for section in intent.sections), still_open)
    lengths = []
    for section in intent.sections:
        if not section.bars:
            lengths.append(room // still_open)
            room, still_open = room - lengths[-1], still_open - 1
        else:
            lengths.append(section.bars)
    return lengths


def _like(section: IntentSection) -> tuple[str, str]:
    return _LIKE.get(section.kind, section.kind), section.letter
