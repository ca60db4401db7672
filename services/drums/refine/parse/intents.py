"""Intent recognition: turns one clause into edits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from music.swing import MOST_SWING, amount_of_percent
from services.composition.refining import mentions
from services.composition.refining.clauses import Clause
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.composition.refining.kit import KitPart, kit_parts
from services.composition.refining.lexicon import InstructionToken
from services.composition.refining.locations import Edge, Location, MetricalRole, Span
from services.composition.refining.tags import Tag
from services.drums.refine.model.edits import Action, Edit
from services.drums.refine.parse.words import GRAMMAR

Targets: TypeAlias = mentions.Targets[KitPart]
_SLOWEST_NAMED, _FASTEST_NAMED = 20, 400  # quarter notes per minute; other numbers are no tempo
_STEPS_PER_BEAT = 4
_BEATS = Location(role=MetricalRole.BEATS)

# Qualities with two poles: what more and what less of them is.
_POLES: Mapping[Tag, tuple[Action, Action]] = {
    Tag.LOUD: (Action.LOUDER, Action.SOFTER),
    Tag.SOFT: (Action.SOFTER, Action.LOUDER),
    Tag.FAST: (Action.FASTER, Action.SLOWER),
    Tag.SLOW: (Action.SLOWER, Action.FASTER),
    Tag.BUSY: (Action.BUSIER, Action.SIMPLER),
    Tag.SIMPLE: (Action.SIMPLER, Action.BUSIER),
    Tag.NOTES: (Action.BUSIER, Action.SIMPLER),
    Tag.HUMAN: (Action.HUMAN, Action.MECHANICAL),
    Tag.MECHANICAL: (Action.MECHANICAL, Action.HUMAN),
    Tag.SWING: (Action.SWING_MORE, Action.SWING_LESS),
    Tag.STRAIGHT: (Action.SWING_LESS, Action.SWING_MORE),
    Tag.ROLL: (Action.ROLLS, Action.NO_ROLLS),
    Tag.GHOST: (Action.GHOSTS, Action.NO_GHOSTS),
    Tag.FLAM: (Action.FLAMS, Action.NO_FLAMS),
    Tag.OPEN: (Action.OPEN, Action.CLOSE),
    Tag.CLOSE: (Action.CLOSE, Action.OPEN),
    Tag.LAID_BACK: (Action.LAID_BACK, Action.PUSHED),
    Tag.PUSHED: (Action.PUSHED, Action.LAID_BACK),
}
# Qualities that need no degree.
_PLAIN: Mapping[Tag, Action] = {
    Tag.DOUBLE_TIME: Action.DOUBLE_TIME,
    Tag.HALF_TIME: Action.HALF_TIME,
    Tag.QUANTISE: Action.QUANTISE,
}
_FACTORS: Mapping[Tag, float] = {Tag.DOUBLE_TEMPO: 2.0, Tag.HALF_TEMPO: 0.5}
_TEMPO_TAGS = (Tag.FAST, Tag.SLOW, Tag.TEMPO, Tag.BPM)
_DEGREES = (Tag.MORE, Tag.LESS, Tag.UP, Tag.DOWN)
_WHOLE = 100.0  # percent
_BESIDE_A_TEMPO = (Tag.PUT, Tag.REPLACE, Tag.IN, Tag.ON, Tag.UP, Tag.DOWN, Tag.IT)
_DECREASES = (Tag.LESS, Tag.HALVE, Tag.TOO, Tag.DOWN)
_NEGATIONS = (Tag.NO, Tag.REMOVE)


def edits_of(clause: Clause, targets: Targets) -> list[Edit]:
    """The edits that a clause asks for.

    Args:
        clause: The clause.
        targets: What it refers to.

    Returns:
        The edits; none when it asks for nothing that drums can do.
    """
    named = bool(targets.parts) or targets.everything
    if clause.has(Tag.FOREIGN) and not named:
        return []
    intent = _ClauseIntent(clause, targets)
    if _keeps(clause, named):
        return [intent.edit(Action.KEEP)] if targets.parts or targets.but or clause.locations else []
    if clause.has(Tag.INSTEAD, Tag.REPLACE) and len(targets.parts) > 1:
        return intent.replacing()
    if clause.has(Tag.COPY, Tag.LIKE):
        return intent.copying()
    if found := intent.tempo() or intent.moving() or intent.quality():
        return found
    if intent.regenerates():
        return [intent.edit(Action.REGENERATE)]
    if named or (clause.has(Tag.REMOVE) and clause.locations):  # "silence à la mesure 4"
        return intent.amount_of_parts()
    return []


def _keeps(clause: Clause, named: bool) -> bool:
    """Whether a clause asks to keep something: directly, or by negating an edit."""
    if clause.has(Tag.KEEP):
        return not clause.has(Tag.ONLY, *GRAMMAR.qualities)
    if clause.has(Tag.AS_IT_IS):
        return True
    refused = [token for token in clause.tokens if token.tag is Tag.NOT and token.text != "pas"]
    if not refused and not (clause.tokens and clause.tokens[0].tag is Tag.NOT):
        return False
    return named and clause.has(Tag.REMOVE, Tag.ADD, *([Tag.MORE] if refused and refused[0].text != "ne" else []))


class _ClauseIntent:
    """The intent of one clause.

    Args:
        clause: The clause.
        targets: What it refers to.
    """

    def __init__(self, clause: Clause, targets: Targets) -> None:
        self._clause = clause
        self._targets = targets
        self._numbers = [token for token in clause.tokens if token.tag is Tag.NUMBER]

    def edit(
        self,
        action: Action,
        *,
        parts: tuple[KitPart, ...] | None = None,
        locations: tuple[Location, ...] | None = None,
        value: float | None = None,
        by: KitPart | None = None,
    ) -> Edit:
        """An edit of what the clause names, where and by how much it says; arguments replace parts of that."""
        return Edit(
            action=action,
            parts=self._targets.parts if parts is None else parts,
            but=self._targets.but,
            locations=self._clause.locations if locations is None else locations,
            but_at=self._targets.but_at,
            amount=self._amount(),
            value=value,
            percent=self._percent(),
            by=by,
        )

    def replacing(self) -> list[Edit]:
        """Parts in place of others: "remplace le charley par le ride", "a ride instead of the hats"."""
        tokens = [token for token in self._clause.tokens if token.tag in (Tag.PART, Tag.INSTEAD, Tag.BY, Tag.TO)]
        parts = [token.value for token in tokens if token.tag is Tag.PART]
        if self._clause.has(Tag.INSTEAD):
            at = next(index for index, token in enumerate(tokens) if token.tag is Tag.INSTEAD)
            old, new = (parts[at:], parts[0]) if at else (parts[:1], parts[-1])
        else:
            old, new = parts[:-1], parts[-1]
        return [self.edit(Action.REPLACE, parts=tuple(dict.fromkeys(old)), by=new)]

    def regenerates(self) -> bool:
        """Whether something is to be regenerated: "change la mesure 2", "refais le kick"."""
        clause, targets = self._clause, self._targets
        if clause.has(Tag.INSTEAD, Tag.ADD, Tag.REMOVE, Tag.NO, Tag.ONLY):
            return False
        about = bool(targets.parts or clause.locations) or targets.everything
        return clause.has(Tag.REGENERATE) or (clause.has(Tag.REPLACE) and about and not clause.has(*_DEGREES))

    def copying(self) -> list[Edit]:
        """Bars like another one: "mesure 3 comme la mesure 1", "copy bar 1 to bar 3", "répète la mesure 1"."""
        clause = self._clause
        spans = [span for token in clause.tokens if token.tag is Tag.LOCATION for span in token.value.spans]
        if clause.has(Tag.LIKE):
            source = spans[0].first if spans else next((int(token.value) for token in self._numbers), None)
            return [self.edit(Action.COPY, value=float(source))] if source else []
        if not spans:
            return []
        # "bar 1 to bar 3" has been taken for a stretch; with this verb it is a source and a destination.
        source, *goals = [number for span in spans for number in dict.fromkeys((span.first, span.last))]
        locations = (Location(spans=tuple(Span(goal, goal) for goal in goals)),) if goals else ()
        return [self.edit(Action.COPY, locations=locations, value=float(source))]

    def tempo(self) -> list[Edit]:
        """A tempo or a change of it; nothing when the clause names parts of the kit."""
        clause, decreases = self._clause, self._decreases()
        for tag, factor in _FACTORS.items():
            if clause.has(tag):
                return [self._tempo_edit(Action.FASTER if factor > 1 else Action.SLOWER, percent=abs(factor - 1) * 100)]
        if self._targets.parts or not (clause.has(*_TEMPO_TAGS) or self._is_bare_tempo()):
            return []
        number = self._numbers[0] if self._numbers else None
        slower = clause.has(Tag.SLOW) != decreases
        if number is None:
            # "tempo" and "bpm" alone ask for nothing.
            moves = clause.has(Tag.FAST, Tag.SLOW, Tag.MORE, Tag.LESS, Tag.UP, Tag.DOWN, Tag.TOO, Tag.NOT_ENOUGH)
            return [self._tempo_edit(Action.SLOWER if slower else Action.FASTER)] if moves else []
        if clause.has(Tag.PERCENT):
            return [self._tempo_edit(Action.SLOWER if slower else Action.FASTER, percent=number.value)]
        if self._is_change(number):
            return [self._tempo_edit(Action.SLOWER if slower else Action.FASTER, value=number.value)]
        if _SLOWEST_NAMED <= number.value <= _FASTEST_NAMED:
            return [self._tempo_edit(Action.TEMPO, value=number.value)]
        return []

    def moving(self) -> list[Edit]:
        """Shifts on the grid ("décale le kick d'un pas") and against it ("un peu en retard")."""
        clause = self._clause
        if not clause.has(Tag.SHIFT, Tag.EARLIER, Tag.LATER):
            return []
        sign = -1 if clause.has(Tag.EARLIER, Tag.LESS) else 1
        if clause.has(Tag.MILLISECONDS) and self._numbers:
            return [self.edit(Action.LAID_BACK if sign > 0 else Action.PUSHED, value=self._numbers[0].value)]
        distance = self._distance()
        if distance is None and (clause.has(Tag.LITTLE) or not clause.has(Tag.SHIFT)):
            return [self.edit(Action.LAID_BACK if sign > 0 else Action.PUSHED)]
        return [self.edit(Action.SHIFT, value=sign * (distance or 1.0))]

    def quality(self) -> list[Edit]:
        """Loudness, density, feel, fills, rolls and what else a clause may say of the kit or its parts."""
        clause = self._clause
        if clause.has(Tag.FILL, Tag.FOUR_ON_FLOOR, Tag.GROOVY, *_PLAIN):
            return self._set_phrase()
        if clause.has(Tag.SWING) and self._numbers:
            return [self.edit(Action.SWING, value=_swing_of(self._numbers[0]))]
        if (pulse := clause.first(Tag.PULSE)) and self._targets.parts:
            return [self.edit(Action.PULSE, value=float(pulse.value))]
        for tag, (more, less) in _POLES.items():
            if clause.has(tag) and self._mentions(tag):
                return [self._pole(tag, more, less)]
        if clause.has(Tag.UP, Tag.DOWN) or (clause.has(Tag.TOO) and not self._targets.parts):
            named = self._targets.parts or self._targets.everything
            return [self.edit(Action.LOUDER if clause.has(Tag.UP) else Action.SOFTER)] if named else []
        return []

    def amount_of_parts(self) -> list[Edit]:
        """More, less, none or only of the parts that the clause names."""
        clause, parts = self._clause, self._targets.parts
        if clause.has(Tag.ONLY) and not clause.has(Tag.MORE, Tag.LESS, Tag.ADD):
            return [self.edit(Action.ONLY_AT if self._positions() else Action.ONLY)] if parts else []
        if clause.has(Tag.PERCENT):
            return [self._pole(Tag.LOUD, *_POLES[Tag.LOUD])]
        if self._negated() or (clause.has(Tag.NOT) and not clause.has(Tag.TOO)):
            return [self.edit(Action.REMOVE)]
        if self._decreases():
            return [self.edit(Action.LESS if parts else Action.SIMPLER)]
        if clause.has(Tag.MORE, Tag.TWICE, Tag.NOT_ENOUGH) and not self._positions():
            return [self.edit(Action.MORE if parts else Action.BUSIER)]
        # An unknown word may have been the verb.
        certain = clause.has(Tag.ADD, Tag.PUT, Tag.MORE) or self._positions() or not clause.has(Tag.UNKNOWN)
        return [self.edit(Action.ADD)] if parts and certain else []

    def _set_phrase(self) -> list[Edit]:
        """Edits of a set phrase: a fill, four on the floor, groovy, double time."""
        clause = self._clause
        if clause.has(Tag.GROOVY):
            actions = (Action.SWING_LESS, Action.NO_GHOSTS) if self._decreases() else (Action.SWING_MORE, Action.GHOSTS)
            return [self.edit(action) for action in actions]
        if self._negated() or self._decreases():
            return []
        if clause.has(Tag.FILL):
            return [self.edit(Action.FILL, locations=clause.locations or (Location(edge=Edge.END),))]
        if clause.has(Tag.FOUR_ON_FLOOR):
            beats = tuple(location.and_also(_BEATS) for location in clause.locations) or (_BEATS,)
            return [self.edit(Action.ADD, parts=(kit_parts()["kick"],), locations=beats)]
        return [self.edit(action) for tag, action in _PLAIN.items() if clause.has(tag)]

    def _pole(self, tag: Tag, more: Action, less: Action) -> Edit:
        if self._negated():
            zero = {Tag.SWING: 0.0}.get(tag)
            return self.edit(less) if zero is None else self.edit(Action.SWING, value=zero)
        if tag is Tag.STRAIGHT and not self._clause.has(Tag.MORE, Tag.LESS, Tag.LITTLE):
            return self.edit(Action.SWING, value=0.0)
        if tag in (Tag.FAST, Tag.SLOW):  # of parts: they play more or fewer notes
            more, less = (Action.MORE, Action.LESS) if tag is Tag.FAST else (Action.LESS, Action.MORE)
        if tag in (Tag.NOTES, Tag.BUSY) and self._targets.parts:
            more, less = Action.MORE, Action.LESS
        if tag is Tag.SIMPLE and self._targets.parts:
            more, less = Action.LESS, Action.MORE
        edit = self.edit(less if self._decreases() else more)
        total = edit.percent is not None and not self._numbers[0].relative and not self._clause.has(*_DEGREES)
        if tag is Tag.LOUD and total and edit.percent is not None:  # "volume du kick à 80 %"
            louder = edit.percent > _WHOLE
            return replace(edit, action=more if louder else less, percent=abs(edit.percent - _WHOLE))
        return edit

    def _mentions(self, tag: Tag) -> bool:
        """Whether the clause is about this quality; "notes" counts only with a degree, as "more notes"."""
        if tag is Tag.NOTES:
            return self._clause.has(Tag.MORE, Tag.LESS, Tag.TOO, Tag.NOT_ENOUGH, Tag.TWICE, Tag.HALVE)
        if tag in (Tag.LOUD, Tag.SOFT) and self._clause.has(Tag.ADD):
            return not self._targets.parts  # "ajoute un kick fort" adds a kick
        return True

    def _decreases(self) -> bool:
        """Whether the degree is negative: "moins", "trop", "pas si"."""
        clause = self._clause
        if clause.has(*_DECREASES):
            return True
        return clause.has(Tag.NOT) and not clause.has(Tag.NOT_ENOUGH)

    def _negated(self) -> bool:
        return self._clause.has(*_NEGATIONS)

    def _positions(self) -> bool:
        return any(location.has_positions for location in self._clause.locations)

    def _amount(self) -> float:
        if self._clause.has(Tag.MUCH, Tag.TWICE, Tag.HALVE):
            return MUCH
        return LITTLE if self._clause.has(Tag.LITTLE) else USUAL

    def _percent(self) -> float | None:
        return self._numbers[0].value if self._clause.has(Tag.PERCENT) and self._numbers else None

    def _tempo_edit(self, action: Action, *, value: float | None = None, percent: float | None = None) -> Edit:
        """An edit of the tempo, which has neither parts nor locations."""
        return Edit(action=action, amount=self._amount(), value=value, percent=percent)

    def _is_bare_tempo(self) -> bool:
        """Whether the clause is a number that can only be a tempo: "à 140", "passe à 140"."""
        said = [token.tag for token in self._clause.tokens if token.tag not in _BESIDE_A_TEMPO]
        return said == [Tag.NUMBER] and self._numbers[0].value >= 2 * _SLOWEST_NAMED

    def _is_change(self, number: InstructionToken) -> bool:
        degrees = (Tag.FAST, Tag.SLOW, Tag.MORE, Tag.LESS)
        return number.relative or (self._clause.has(*degrees) and number.value < 2 * _SLOWEST_NAMED)

    def _distance(self) -> float | None:
        """Steps to shift by; None when the clause does not say."""
        count = self._numbers[0].value if self._numbers else 1.0
        if pulse := self._clause.first(Tag.PULSE):
            return float(count * pulse.value)
        if self._clause.has(Tag.BEAT):
            return float(count * _STEPS_PER_BEAT)
        return float(count) if self._numbers or self._clause.has(Tag.STEP, Tag.NOT) else None


def _swing_of(number: InstructionToken) -> float:
    """Amount of swing, from a fraction or a percentage."""
    value = float(number.value)
    return value if value <= MOST_SWING else amount_of_percent(value)
