"""Parts and sections of an intent, from those that the words name."""

from collections.abc import Sequence

from boumbapp.music.v2.intent_pb2 import IntentPart, IntentSection, Modulation
from boumbapp.music.v2.music_pb2 import Key, Role

from services.theory.prompt.resolve.slots import ResolutionContext

_SECTION_BARS = 8  # of a section whose length is open


def resolve_parts(context: ResolutionContext, role: Role.ValueType) -> list[IntentPart]:
    """Parts that the words name.

    Args:
        context: The parsed prompt and options.
        role: The role of the intent, for an instrument that plays many parts.
    """
    parsed = context.parsed
    return [
        IntentPart(
            role=context.catalogue.roles[part.role].role if part.role else role,
            instrument=part.instrument,
            words=parsed.prompt.words(part.first, part.last),
        )
        for part in parsed.parts
    ]


def section_starts(context: ResolutionContext, bars: int) -> list[int]:
    """First bars of the sections that the words name; those without a length share what the others leave.

    Args:
        context: The parsed prompt.
        bars: Length of the piece.
    """
    sections = context.parsed.sections
    said = sum(section.bars for section in sections)
    unsaid = [index for index, section in enumerate(sections) if not section.bars]
    rest = max(bars - said, 0)
    starts, bar, used = [], 0, 0
    for section in sections:
        starts.append(bar)
        if section.bars:
            bar += section.bars
            continue
        used += 1
        bar += rest * used // len(unsaid) - rest * (used - 1) // len(unsaid)
    return starts


def bars_of_sections(context: ResolutionContext) -> tuple[int, bool] | None:
    """Length of the piece by its sections, and whether the words say all of it; None where they leave it open."""
    sections = context.parsed.sections
    if not sections or (len(sections) == 1 and not sections[0].bars):
        return None
    said = all(section.bars for section in sections)
    return sum(section.bars or _SECTION_BARS for section in sections), said


def resolve_sections(context: ResolutionContext, start: Key, modulations: Sequence[Modulation]) -> list[IntentSection]:
    """Sections that the words name.

    Args:
        context: The parsed prompt.
        start: Key at the start.
        modulations: Later keys, in the order in which the words name them.
    """
    parsed = context.parsed
    keys: dict[int, Key] = {}
    if parsed.first_key_section is not None:
        keys[parsed.first_key_section] = start
    for later, modulation in zip(parsed.later_keys, modulations, strict=False):
        if later.section is not None:
            keys[later.section] = modulation.key
    return [
        IntentSection(
            kind=section.kind,
            letter=section.letter,
            bars=section.bars,
            key=keys.get(index),
            energy=section.energy,
            words=parsed.prompt.words(section.first, section.last),
        )
        for index, section in enumerate(parsed.sections)
    ]
