"""The form of an arrangement: its sections, what they ask of parts, and who rests in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_UNSPECIFIED, Level, Role

from services.arranger.plan.bands import load_bands

# Pieces from so many bars on have a form when their words name none.
_LONG = 32
_BY_ENERGY = {LEVEL_LOW: -1, LEVEL_MEDIUM: 0, LEVEL_HIGH: 1}
# Intensity and complexity of drums by energy, 0-1; what a request says itself stays.
_FEELS = {LEVEL_LOW: (0.3, 0.25), LEVEL_HIGH: (0.75, 0.6)}


@dataclass(frozen=True, slots=True)
class PlannedSection:
    """A section at its place in the piece.

    Attributes:
        kind: As in `IntentSection`; empty for a piece that has no sections.
        first: Index of its first bar.
        bars: How many bars it has.
        energy: How strong it is; unspecified for a piece that has no sections.
        rests: Roles that do not play in it.
    """

    kind: str
    first: int
    bars: int
    energy: Level.ValueType = LEVEL_UNSPECIFIED
    rests: frozenset[Role.ValueType] = frozenset()

    @property
    def end(self) -> int:
        """Index of the bar after its last one."""
        return self.first + self.bars

    def density(self, usual: Level.ValueType) -> Level.ValueType:
        """Amount of onsets of a part in this section, a level up or down from its usual one."""
        shift = _BY_ENERGY.get(self.energy, 0)
        if not shift:
            return usual
        level = (usual or LEVEL_MEDIUM) + shift
        return LEVEL_LOW if level < LEVEL_LOW else LEVEL_HIGH if level > LEVEL_HIGH else Level.ValueType(level)

    def feel(self, asked: Feel) -> Feel:
        """How drums are played in it, where the request leaves it open."""
        feel = Feel()
        feel.CopyFrom(asked)
        if self.energy in _FEELS:
            intensity, complexity = _FEELS[self.energy]
            if not feel.HasField("intensity"):
                feel.intensity = intensity
            if not feel.HasField("complexity"):
                feel.complexity = complexity
        return feel


def sections_of(intent: Intent, form: str) -> tuple[PlannedSection, ...]:
    """The sections of a piece, which follow one another and fill it.

    Args:
        intent: Of the piece.
        form: Name of the form of long pieces whose words name no sections.
    """
    if intent.bars < _LONG:
        return (PlannedSection("", 0, intent.bars),)
    return _filled(load_bands().forms[form], intent.bars)


def _filled(kinds: Sequence[str], bars: int) -> tuple[PlannedSection, ...]:
    """As much of a form as a piece holds, its last section at the end, the one before it prolonged."""
    data = load_bands().sections
    *body, last = kinds
    room = bars - data[last].bars
    sections: list[PlannedSection] = []
    first = 0
    for kind in body:
        length = data[kind].bars
        if first + length > room:
            break
        sections.append(_section(kind, first, length))
        first += length
    if first < room:
        before = sections.pop()
        sections.append(_section(before.kind, before.first, room - before.first))
    return (*sections, _section(last, room, bars - room))


def _section(kind: str, first: int, bars: int) -> PlannedSection:
    data = load_bands().sections[kind]
    return PlannedSection(kind, first, bars, data.energy, data.rests)
