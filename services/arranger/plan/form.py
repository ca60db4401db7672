"""The form of an arrangement: its sections, what they ask of parts, and who rests in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import SOURCE_HINT, SOURCE_OVERRIDE, SOURCE_PROMPT, Intent, IntentSection
from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_UNSPECIFIED, Level, Role

from services.arranger.plan.bands import SectionKind, band_of, load_bands

# Pieces from so many bars on have a form when their words name none.
_LONG = 32
_MOST_BARS = 128
_PLAIN = "section"  # kind of sections of which the data know nothing else
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


def with_form(intent: Intent) -> Intent:
    """An intent whose sections say their lengths and fill the piece: those of its words, else those of a long piece.

    Sections of open length get the usual one of their kind, or share what the length of the piece leaves them where the
    words say it. Keys of sections become modulations.

    Args:
        intent: As it was understood.
    """
    formed = Intent()
    formed.CopyFrom(intent)
    if not formed.sections:
        if formed.bars >= _LONG:
            form = load_bands().forms[band_of(formed.style).form]
            formed.sections.extend(_filled(form, formed.bars))
        return formed
    _fit(formed)
    first = 0
    for section in formed.sections:
        if section.HasField("key") and first and all(later.bar != first for later in formed.modulations):
            formed.modulations.add(key=section.key, bar=first)
        first += section.bars
    formed.modulations.sort(key=lambda later: later.bar)
    return formed


def sections_of(intent: Intent) -> tuple[PlannedSection, ...]:
    """The sections of an intent that `with_form` made, each at its place; one without a name where it has none."""
    if not intent.sections:
        return (PlannedSection("", 0, intent.bars),)
    planned: list[PlannedSection] = []
    first = 0
    for section in intent.sections:
        usual = _kind(section.kind)
        planned.append(PlannedSection(section.kind, first, section.bars, section.energy or usual.energy, usual.rests))
        first += section.bars
    return tuple(planned)


def _fit(intent: Intent) -> None:
    """Give every section a length, and the piece theirs, in place."""
    said = sum(section.bars for section in intent.sections)
    still_open = [section for section in intent.sections if not section.bars]
    room = intent.bars - said
    for place, section in enumerate(still_open):
        share = room // (len(still_open) - place) if _says_length(intent) else 0
        section.bars = share if share > 0 else _kind(section.kind).bars
        room -= section.bars
    total = 0
    for place, section in enumerate(intent.sections):
        section.bars = min(section.bars, _MOST_BARS - total)
        if not section.bars:  # more than a piece may have
            del intent.sections[place:]
            break
        total += section.bars
    intent.bars = total


def _says_length(intent: Intent) -> bool:
    return any(
        each.slot == "bars" and each.source in (SOURCE_OVERRIDE, SOURCE_PROMPT, SOURCE_HINT) for each in intent.evidence
    )


def _filled(kinds: Sequence[str], bars: int) -> Iterator[IntentSection]:
    """As much of a form as a piece holds, its last section at the end, the one before it prolonged."""
    *body, last = kinds
    room = bars - _kind(last).bars
    lengths: list[int] = []
    for kind in body:
        length = min(_kind(kind).bars, room - sum(lengths))
        if length <= 0:
            break
        lengths.append(length)
    lengths[-1] += room - sum(lengths)
    for kind, length in zip([*body[: len(lengths)], last], [*lengths, bars - room], strict=True):
        yield IntentSection(kind=kind, bars=length, energy=_kind(kind).energy)


def _kind(name: str) -> SectionKind:
    sections = load_bands().sections
    return sections.get(name, sections[_PLAIN])
