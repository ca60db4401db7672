"""The figures of a clause: numbers, distances, intervals, tempi."""

from dataclasses import replace

from music.swing import MOST_SWING, amount_of_percent
from services.composition.refining.clauses import Clause
from services.composition.refining.lexicon import InstructionToken
from services.composition.refining.locations import Location
from services.composition.refining.tags import Tag
from services.melody.refine.model.edits import Action

_SLOWEST_NAMED, _FASTEST_NAMED = 20, 400  # quarter notes per minute; other numbers are no tempo
_STEPS_PER_BEAT = 4
_MOST_SEMITONES = 48
_FACTORS = {Tag.DOUBLE_TEMPO: (Action.FASTER, 100.0), Tag.HALF_TEMPO: (Action.SLOWER, 50.0)}
_TEMPO = (Tag.FAST, Tag.SLOW, Tag.TEMPO, Tag.BPM)
_MOVES = (Tag.FAST, Tag.SLOW, Tag.MORE, Tag.LESS, Tag.UP, Tag.DOWN, Tag.TOO, Tag.NOT_ENOUGH)
_DELETING = frozenset(
    {"remove", "delete", "drop", "take", "supprime", "supprimer", "enleve", "enlever", "enlevez", "retire", "retirer",
     "vire", "virer", "ote", "oter", "efface", "effacer", "get"}
)  # fmt: skip
_BESIDE_A_TEMPO = (Tag.PUT, Tag.REPLACE, Tag.IN, Tag.ON, Tag.UP, Tag.DOWN, Tag.IT)
_BESIDE_AN_INTERVAL = (Tag.MORE, Tag.LESS, Tag.UP, Tag.DOWN, Tag.NUMBER, Tag.BY, Tag.IN, Tag.IT)


class Figures:
    """The figures of one clause.

    Args:
        clause: The clause.
    """

    def __init__(self, clause: Clause) -> None:
        self._clause = clause
        self._numbers: list[InstructionToken] = [token for token in clause.tokens if token.tag is Tag.NUMBER]

    @property
    def number(self) -> int | None:
        """The first number."""
        return int(self._numbers[0].value) if self._numbers else None

    @property
    def negative(self) -> bool:
        """Whether a minus stands before the number."""
        return any(token.tag is Tag.LESS and token.text == "-" for token in self._clause.tokens)

    @property
    def percent(self) -> float | None:
        """The number where it is a percentage."""
        return float(self._numbers[0].value) if self._clause.has(Tag.PERCENT) and self._numbers else None

    @property
    def milliseconds(self) -> float | None:
        """The number where it is a time."""
        return float(self._numbers[0].value) if self._clause.has(Tag.MILLISECONDS) and self._numbers else None

    @property
    def swing(self) -> float | None:
        """The number as an amount of swing, from a fraction or a percentage."""
        if not self._numbers:
            return None
        value = float(self._numbers[0].value)
        return value if value <= MOST_SWING else amount_of_percent(value)

    def count(self, locations: tuple[Location, ...]) -> float | None:
        """How many bars are meant: "4 mesures"."""
        counts = [location.count for location in locations if location.count is not None]
        if counts:
            return float(counts[0])
        if self._clause.has(Tag.BAR) and self._numbers:
            return float(self._numbers[0].value)
        # "ajoute une mesure", "one more bar"
        return 1.0 if self._clause.has(Tag.BAR) else None

    def bars_are_the_object(self, clause: Clause) -> bool:
        """Whether bars themselves are named, not what is in them: "supprime la mesure 3", not "à la mesure 3"."""
        deleted = any(token.tag is Tag.REMOVE and token.text.split()[0] in _DELETING for token in clause.tokens)
        whole = all(each == replace(Location(), spans=each.spans, edge=each.edge) for each in clause.objects)
        return deleted and bool(clause.objects) and whole and not clause.has(Tag.NOTES, Tag.BREATH, Tag.PART)

    def interval(self) -> tuple[str, float] | None:
        """A distance in pitch: "semitones" or "degrees", and how many."""
        clause = self._clause
        interval = clause.first(Tag.INTERVAL)
        times = float(self._numbers[0].value) if self._numbers else 1.0
        if interval is not None:
            unit, distance = interval.value
            if clause.has(Tag.TWICE):
                times = 2.0
            return (unit, distance * times) if 0 < distance * times <= _MOST_SEMITONES else None
        only = all(token.tag in (Tag.TRANSPOSE, *_BESIDE_AN_INTERVAL) for token in clause.tokens)
        bare = bool(self._numbers) and clause.tokens[0].text in ("+", "-") and only
        if self._numbers and (clause.has(Tag.TRANSPOSE) or bare) and 0 < times <= _MOST_SEMITONES:
            return "semitones", times
        return None

    def distance(self) -> float | None:
        """Steps to shift by; None when the clause does not say."""
        count = float(self._numbers[0].value) if self._numbers else 1.0
        if pulse := self._clause.first(Tag.PULSE):
            return float(count * pulse.value)
        if self._clause.has(Tag.BEAT):
            return count * _STEPS_PER_BEAT
        return count if self._numbers or self._clause.has(Tag.STEP) else None

    def tempo(self) -> tuple[Action, float | None, float | None] | None:
        """A tempo or its change: the action, its figure and its percentage; None when the clause asks for neither."""
        clause = self._clause
        for tag, (action, percent) in _FACTORS.items():
            if clause.has(tag):
                return action, None, percent
        if not (clause.has(*_TEMPO) or self._is_bare_tempo()):
            return None
        slower = clause.has(Tag.SLOW) != clause.has(Tag.LESS, Tag.HALVE, Tag.TOO, Tag.DOWN)
        change = Action.SLOWER if slower else Action.FASTER
        if not self._numbers:
            return (change, None, None) if clause.has(*_MOVES) else None
        number = self._numbers[0]
        if clause.has(Tag.PERCENT):
            return change, None, float(number.value)
        if number.relative or (
            clause.has(Tag.FAST, Tag.SLOW, Tag.MORE, Tag.LESS) and number.value < 2 * _SLOWEST_NAMED
        ):
            return change, float(number.value), None
        return (Action.TEMPO, float(number.value), None) if _SLOWEST_NAMED <= number.value <= _FASTEST_NAMED else None

    def _is_bare_tempo(self) -> bool:
        """Whether the clause is a number that can only be a tempo: "à 140", "passe à 140"."""
        said = [token.tag for token in self._clause.tokens if token.tag not in _BESIDE_A_TEMPO]
        return said == [Tag.NUMBER] and self._numbers[0].value >= 2 * _SLOWEST_NAMED
