"""The figures of a clause about pitches: those of every domain, and intervals."""

from services.composition.refining import figures
from services.composition.refining.tags import Tag

_MOST_SEMITONES = 48
_BESIDE_AN_INTERVAL = (
    Tag.TRANSPOSE, Tag.MORE, Tag.LESS, Tag.UP, Tag.DOWN, Tag.NUMBER, Tag.BY, Tag.IN, Tag.IT,
)  # fmt: skip


class Figures(figures.Figures):
    """The figures of one clause. See the base class."""

    @property
    def negative(self) -> bool:
        """Whether a minus stands before the number."""
        return any(token.tag is Tag.LESS and token.text == "-" for token in self._clause.tokens)

    def interval(self) -> tuple[str, float] | None:
        """A distance in pitch: "semitones" or "degrees", and how many."""
        clause = self._clause
        interval = clause.first(Tag.INTERVAL)
        times = self.number or 1.0
        if interval is not None:
            unit, distance = interval.value
            if clause.has(Tag.TWICE):
                times = 2.0
            return (unit, distance * times) if 0 < distance * times <= _MOST_SEMITONES else None
        only = all(token.tag in _BESIDE_AN_INTERVAL for token in clause.tokens)
        bare = bool(self.numbers) and clause.tokens[0].text in ("+", "-") and only
        if self.numbers and (clause.has(Tag.TRANSPOSE) or bare) and 0 < times <= _MOST_SEMITONES:
            return "semitones", times
        return None
