"""The figures of a clause: numbers, percentages, distances, tempi, numbers of bars."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from music.swing import MOST_SWING, amount_of_percent
from services.composition.refining.clauses import Clause
from services.composition.refining.lexicon import InstructionToken
from services.composition.refining.locations import Location, Span
from services.composition.refining.tags import Tag

_SLOWEST_NAMED, _FASTEST_NAMED = 20, 400  # quarter notes per minute; other numbers are no tempo
_STEPS_PER_BEAT = 4
_MOST_VERSIONS = 16  # that words go back; a larger number is something else
_TEMPO = (Tag.FAST, Tag.SLOW, Tag.TEMPO, Tag.BPM)
_MOVES = (Tag.FAST, Tag.SLOW, Tag.MORE, Tag.LESS, Tag.UP, Tag.DOWN, Tag.TOO, Tag.NOT_ENOUGH)
_DECREASES = (Tag.LESS, Tag.HALVE, Tag.TOO, Tag.DOWN)
_BESIDE_A_TEMPO = (Tag.PUT, Tag.REPLACE, Tag.IN, Tag.ON, Tag.UP, Tag.DOWN, Tag.IT, Tag.TO, Tag.BY)
# Words that take bars out of a piece when bars are their object; "mute bar 3" and "coupe la mesure 3" silence them.
_DELETING = frozenset(
    {
        "remove", "delete", "drop", "take", "get", "supprime", "supprimer", "enleve", "enlever", "enlevez", "retire",
        "retirer", "vire", "virer", "ote", "oter", "efface", "effacer",
    }
)  # fmt: skip


class Measure(StrEnum):
    """Changes of tempo and of length, by the names that they have as actions in every domain."""

    FASTER = "faster"
    SLOWER = "slower"
    TEMPO = "tempo"
    MORE_BARS = "more_bars"
    FEWER_BARS = "fewer_bars"
    CUT_BARS = "cut_bars"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of tempo or of length.

    Attributes:
        measure: What changes.
        value: By how much, or to what; None where nothing says it.
        percent: By how much in percent; likewise.
    """

    measure: Measure
    value: float | None = None
    percent: float | None = None


class Figures:
    """The figures of one clause.

    Args:
        clause: The clause.
    """

    def __init__(self, clause: Clause) -> None:
        self._clause = clause
        self.numbers: list[InstructionToken] = [token for token in clause.tokens if token.tag is Tag.NUMBER]

    @property
    def number(self) -> float | None:
        """The first number."""
        return float(self.numbers[0].value) if self.numbers else None

    @property
    def percent(self) -> float | None:
        """The number where it is a percentage."""
        return self.number if self._clause.has(Tag.PERCENT) else None

    @property
    def milliseconds(self) -> float | None:
        """The number where it is a time."""
        return self.number if self._clause.has(Tag.MILLISECONDS) else None

    @property
    def swing(self) -> float | None:
        """The number as an amount of swing, from a fraction or a percentage."""
        value = self.number
        return value if value is None or value <= MOST_SWING else amount_of_percent(value)

    def count(self) -> float | None:
        """How many bars or versions are meant: "4 mesures", "one more bar"."""
        counts = [float(location.count) for location in self._clause.locations if location.count is not None]
        if counts:
            return counts[0]
        return (self.number or 1.0) if self._clause.has(Tag.BAR) else None

    def versions(self) -> float:
        """How many versions to go back: "go back two versions"."""
        number = self.number or 1.0
        return self.count() or (number if number <= _MOST_VERSIONS and not self._clause.has(Tag.BPM) else 1.0)

    def distance(self) -> float | None:
        """Steps to shift by; None when the clause does not say."""
        count = self.number or 1.0
        if pulse := self._clause.first(Tag.PULSE):
            return float(count * pulse.value)
        if self._clause.has(Tag.HALF_TIME):  # "demi-temps"
            return count * _STEPS_PER_BEAT / 2
        if self._clause.has(Tag.BEAT):
            parts = 2 if self._clause.has(Tag.HALF) else 4 if self._clause.has(Tag.QUARTER) else 1
            return count * _STEPS_PER_BEAT / parts
        return count if self.numbers or self._clause.has(Tag.STEP, Tag.NOT) else None

    def tempo(self) -> Change | None:
        """A tempo or its change; None when the clause asks for neither."""
        clause = self._clause
        if clause.has(Tag.DOUBLE_TEMPO):
            return Change(Measure.FASTER, percent=100.0)
        if clause.has(Tag.HALF_TEMPO):
            return Change(Measure.SLOWER, percent=50.0)
        if not (clause.has(*_TEMPO) or self._is_bare_tempo()):
            return None
        lowers = (Tag.LESS, Tag.HALVE, Tag.TOO) if clause.has(Tag.SLOW) else _DECREASES  # "slow it down"
        decreases = clause.has(*lowers) or (clause.has(Tag.NOT) and not clause.has(Tag.NOT_ENOUGH))
        change = Measure.SLOWER if clause.has(Tag.SLOW) != decreases else Measure.FASTER
        if not self.numbers:
            return Change(change) if clause.has(*_MOVES) else None  # "tempo" and "bpm" alone ask for nothing
        number = self.numbers[0]
        if clause.has(Tag.PERCENT):
            return Change(change, percent=number.value)
        compared = clause.has(Tag.FAST, Tag.SLOW, Tag.MORE, Tag.LESS) and number.value < 2 * _SLOWEST_NAMED
        if number.relative or compared:
            return Change(change, value=number.value)
        named = _SLOWEST_NAMED <= number.value <= _FASTEST_NAMED
        return Change(Measure.TEMPO, value=number.value) if named else None

    def length(self, beside: Collection[Tag]) -> Change | None:
        """More or fewer bars; None when the clause asks for neither.

        Args:
            beside: Tags of the domain beside which bars are a place, and not what is changed.
        """
        clause, count = self._clause, self.count()
        if length := clause.first(Tag.LENGTH):
            return Change(Measure.BARS, length.value)
        if clause.has(Tag.NOTES, Tag.PART, Tag.BEAT, Tag.FILL, Tag.ROLL) or any(
            location.notes for location in clause.locations
        ):
            return None
        if clause.has(Tag.SHORTEN):
            return Change(Measure.FEWER_BARS, count)
        if clause.has(Tag.LENGTHEN) or (clause.has(Tag.LONG) and count):
            return Change(Measure.MORE_BARS, count)
        if clause.has(Tag.SHORT) and count:
            return Change(Measure.FEWER_BARS, count)
        if clause.has(Tag.COPY, Tag.LIKE, Tag.REGENERATE, *beside):
            return None
        if count:
            for tags, measure in _LENGTHS:
                if clause.has(*tags):
                    return Change(measure, count)
        return Change(Measure.CUT_BARS) if clause.has(Tag.REMOVE) and self._bars_are_the_object() else None

    def _bars_are_the_object(self) -> bool:
        """Whether bars themselves are named, not what is in them: "supprime la mesure 3", not "mute bar 3"."""
        clause = self._clause
        deleted = any(token.tag is Tag.REMOVE and token.text.split()[0] in _DELETING for token in clause.tokens)
        whole = all(each == replace(Location(), spans=each.spans) for each in clause.objects)
        return deleted and bool(clause.objects) and whole and not clause.has(Tag.BREATH)

    def _is_bare_tempo(self) -> bool:
        """Whether the clause is a number that can only be a tempo: "à 140", "passe à 140"."""
        said = [token.tag for token in self._clause.tokens if token.tag not in _BESIDE_A_TEMPO]
        return said == [Tag.NUMBER] and self.numbers[0].value >= 2 * _SLOWEST_NAMED


_LENGTHS = (
    ((Tag.INSTEAD,), Measure.BARS),
    ((Tag.ADD, Tag.MORE), Measure.MORE_BARS),
    ((Tag.REMOVE, Tag.LESS), Measure.FEWER_BARS),
    ((Tag.PUT, Tag.ONLY, Tag.REPLACE), Measure.BARS),
)
# Copying words after which bars are only a source, so that what follows them becomes like them.
_REPEATING = frozenset({"loop", "boucle", "boucler", "repeat", "repete", "repeter", "duplicate", "duplique"})


def copied(clause: Clause) -> list[tuple[float, tuple[Location, ...] | None]]:
    """Which bars are copied, each with where to: "bar 3 like bar 1", "bars 3-4 like bars 1-2", "copy bar 1 to bar 3".

    Args:
        clause: A clause that copies or compares.

    Returns:
        For each, the bar, from 1 or from -1 at the end, and its goals: None for the places of the clause itself, and no
        places for all others. Empty when it names no bar.
    """
    spans = [span for token in clause.tokens if token.tag is Tag.LOCATION for span in token.value.spans]
    if clause.has(Tag.LIKE, Tag.REPLACE):
        sources = _numbers_of(spans) or [int(token.value) for token in clause.tokens if token.tag is Tag.NUMBER][:1]
        bare = _bare_bars(clause)
        if bare and not spans and not clause.locations:
            return [(float(bare[1]), (Location(spans=(Span(bare[0], bare[0]),)),))]
        if not clause.locations and len(spans) > 1:
            return _copied_into(clause)
        if not spans and not clause.locations and sum(token.tag is Tag.NUMBER for token in clause.tokens) > 1:
            return []  # which of the numbers is the goal is not known
        goals = _numbers_of([span for location in clause.locations for span in location.spans])
        if len(sources) > 1 and len(sources) == len(goals):
            return [
                (float(source), (Location(spans=(Span(goal, goal),)),))
                for source, goal in zip(sources, goals, strict=True)
            ]
        return [(float(sources[0]), None)] if sources and sources[0] else []
    if not spans:
        return []
    # "bar 1 to bar 3" has been taken for a stretch; with this verb it is a source and a destination.
    first, *others = [number for span in spans for number in dict.fromkeys((span.first, span.last))]
    return [(float(first), (Location(spans=tuple(Span(goal, goal) for goal in others)),) if others else ())]


def repeated_on(clause: Clause) -> bool:
    """Whether bars are repeated in those that follow: "repeat bars 1 and 2", but not "repeat bar 1 in bar 4".

    Args:
        clause: A clause that copies.
    """
    places = [token for token in clause.tokens if token.tag is Tag.LOCATION]
    if len(places) > 1 and places[-1].relative:
        return False
    return any(token.text.split()[0] in _REPEATING for token in clause.tokens if token.tag is Tag.COPY)


def _copied_into(clause: Clause) -> list[tuple[float, tuple[Location, ...] | None]]:
    """A bar and where it goes, both after the comparing word: "fais comme la mesure 1 dans la mesure 4"."""
    places = [token for token in clause.tokens if token.tag is Tag.LOCATION]
    source = _numbers_of(places[0].value.spans)
    if len(places) != 2 or len(source) != 1 or not places[1].relative:
        return []
    return [(float(source[0]), (places[1].value,))]


def put_in_place(clause: Clause) -> tuple[float, tuple[Location, ...]] | None:
    """A bar and where it goes: "put bar 1 in place of bar 4"; None where the clause does not name two bars.

    Args:
        clause: A clause that puts something in place of something else.
    """
    at = next(index for index, token in enumerate(clause.tokens) if token.tag is Tag.INSTEAD)
    placed = [token.value for token in clause.tokens[:at] if token.tag is Tag.LOCATION] or clause.locations
    sources = _numbers_of([span for location in placed for span in location.spans])
    goals = _numbers_of(
        [span for token in clause.tokens[at:] if token.tag is Tag.LOCATION for span in token.value.spans]
    ) or [int(token.value) for token in clause.tokens[at:] if token.tag is Tag.NUMBER]
    if len(sources) != 1 or len(goals) != 1 or goals[0] == 0:
        return None
    return float(sources[0]), (Location(spans=(Span(goals[0], goals[0]),)),)


def _bare_bars(clause: Clause) -> tuple[int, int] | None:
    """Two bars by their numbers alone: "la 4 pareille que la 2"."""
    said = [token for token in clause.tokens if token.tag in (Tag.NUMBER, Tag.LIKE)]
    if [token.tag for token in said] != [Tag.NUMBER, Tag.LIKE, Tag.NUMBER]:
        return None
    goal, source = (int(said[at].value) for at in (0, 2))
    return (goal, source) if goal > 0 and source > 0 else None


def _numbers_of(spans: Sequence[Span]) -> list[int]:
    """Bars of spans, one by one, where they are counted from one end."""
    return [
        number
        for span in spans
        for number in (range(span.first, span.last + 1) if span.first * span.last > 0 else (span.first,))
    ]
