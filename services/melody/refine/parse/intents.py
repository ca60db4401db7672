"""Intent recognition: turns one clause about a pitched part into edits."""

from collections.abc import Callable
from dataclasses import replace

from services.composition.refining.clauses import Clause
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.composition.refining.figures import Measure, copied, put_in_place, repeated_on
from services.composition.refining.locations import EVERYWHERE, Edge, Location, MetricalRole
from services.composition.refining.mentions import Targets
from services.composition.refining.roles import RolePart
from services.composition.refining.tags import Tag
from services.melody.refine.model.edits import Action, Edit
from services.melody.refine.parse.figures import Figures
from services.melody.refine.parse.kinds_of_notes import action_on_notes, is_beyond
from services.melody.refine.parse.meanings import ONLY_SWAPPING, PLAIN, POLES, SILENCES, STYLES, SWAPPING

A = Action


def edits_of(clause: Clause, targets: Targets[RolePart]) -> list[Edit]:
    """The edits that a clause asks for.

    Args:
        clause: The clause.
        targets: What it refers to.

    Returns:
        The edits; none when it asks for nothing that a pitched part can do.
    """
    intent = _ClauseIntent(clause, targets)
    if clause.has(Tag.APPROVE) and not clause.has(*_ASKING):
        return [intent.edit(A.KEEP, locations=clause.locations)]
    if action := action_on_notes(clause):
        return [intent.edit(action)]
    if is_beyond(clause):
        return []
    if intent.keeps():
        return [intent.edit(A.KEEP)]
    if clause.has(Tag.UNDO):
        return [intent.edit(A.UNDO, value=intent.figures.versions())]
    order: tuple[Callable[[], list[Edit]], ...] = (
        intent.harmony,
        intent.bars,
        intent.copying,
        intent.tempo,
        intent.ending,
        intent.pitch,
        intent.moving,
        intent.doubling,
        intent.style,
        intent.quality,
        intent.anew,
        intent.removal,
    )
    return next((found for ask in order if (found := ask())), [])


_ASKING = (
    frozenset(POLES) | frozenset(PLAIN) | {Tag.TRANSPOSE, Tag.INTERVAL, Tag.KEY, Tag.CHORDS, Tag.REGENERATE, Tag.COPY}
)


class _ClauseIntent:
    """The intent of one clause.

    Args:
        clause: The clause.
        targets: What it refers to.
    """

    def __init__(self, clause: Clause, targets: Targets[RolePart]) -> None:
        self._clause = clause
        self._targets = targets
        self.figures = Figures(clause)

    def edit(
        self,
        action: Action,
        *,
        locations: tuple[Location, ...] | None = None,
        value: float | None = None,
        text: str = "",
    ) -> Edit:
        """An edit where and by how much the clause says; arguments replace parts of that."""
        places = self._clause.locations if locations is None else locations
        return Edit(
            action=action,
            locations=tuple(each for each in places if each != EVERYWHERE),
            but_at=self._targets.but_at,
            amount=self._amount(),
            value=value,
            percent=None if action is A.SWING else self.figures.percent,
            text=text,
        )

    def keeps(self) -> bool:
        """Whether the clause asks to keep something: directly, or by negating an edit."""
        clause = self._clause
        if clause.has(Tag.KEEP) or clause.has(Tag.AS_IT_IS):
            if not clause.has(Tag.KEEP) and clause.has(*_ASKING):  # "the same thing an octave higher"
                return False
            return not clause.has(Tag.ONLY, Tag.BREATH)  # "leave more space"
        refused = [token for token in clause.tokens if token.tag is Tag.NOT and token.text != "pas"]
        return bool(refused) and clause.has(Tag.REMOVE, Tag.REPLACE, Tag.REGENERATE, Tag.TRANSPOSE)

    def harmony(self) -> list[Edit]:
        """A key, a scale, chords, a metre."""
        clause = self._clause
        if meter := clause.first(Tag.METER):
            return [self.edit(A.METER, locations=(), text=meter.value)]
        if chords := clause.first(Tag.CHORDS):
            return [self.edit(A.CHORDS, text=chords.value)]
        if (key := clause.first(Tag.KEY)) and not clause.has(Tag.KEEP):
            return [self.edit(A.TO_KEY, text=key.value)]
        mode = clause.first(Tag.MODE)
        if mode and not clause.has(Tag.INTERVAL):
            less = clause.has(Tag.LESS, Tag.TOO) and mode.value in ("major", "minor")
            scale = {"major": "minor", "minor": "major"}[mode.value] if less else mode.value
            return [self.edit(A.TO_MODE, text=scale)]
        return []

    def bars(self) -> list[Edit]:
        """More or fewer bars."""
        change = self.figures.length(_LASTING)
        if change is None:
            return []
        places = self._clause.locations if change.measure is Measure.CUT_BARS else ()
        return [self.edit(Action(change.measure.value), locations=places, value=change.value)]

    def copying(self) -> list[Edit]:
        """Bars like another one: "mesure 3 comme la mesure 1"; repeated bars: "répète les 2 premières mesures"."""
        clause = self._clause
        taken = clause.has(Tag.REPLACE) and any(token.tag is Tag.LOCATION for token in clause.tokens)
        if clause.has(Tag.INSTEAD) and (moved := put_in_place(clause)):
            return [self.edit(A.COPY, locations=moved[1], value=moved[0])]
        if any(token.text in SWAPPING for token in clause.tokens) and self._two_bars():
            return [self.edit(A.SWAP)]
        if any(token.text in ONLY_SWAPPING for token in clause.tokens):
            return []
        if not clause.has(Tag.COPY, Tag.LIKE) and not taken:
            return []
        found = copied(clause)
        if clause.has(Tag.LIKE) or taken:
            return [self.edit(A.COPY, locations=goals, value=source) for source, goals in found]
        places = tuple(token.value for token in clause.tokens if token.tag is Tag.LOCATION)
        if not found or repeated_on(clause) or not found[0][1]:
            return [self.edit(A.REPEAT, locations=places)]
        return [self.edit(A.COPY, locations=goals, value=source) for source, goals in found]

    def _two_bars(self) -> bool:
        """Whether two bars are named: "bars 1 and 3"."""
        places = self._clause.locations
        spans = [span for place in places for span in place.spans]
        plain = all(place == replace(EVERYWHERE, spans=place.spans) for place in places)
        if len(spans) == 1 and not self._clause.has(Tag.INVERT):  # "the last two bars"
            return plain and spans[0].last == spans[0].first + 1 and spans[0].first * spans[0].last > 0
        return plain and len(spans) == 2 and all(span.first == span.last for span in spans)

    def tempo(self) -> list[Edit]:
        """A tempo or a change of it."""
        change = self.figures.tempo()
        if change is None:
            return []
        action = Action(change.measure.value)
        if any(place != EVERYWHERE for place in self._clause.locations):  # a tempo is that of the piece
            of_notes = {Tag.DOUBLE_TEMPO: A.DOUBLE_TIME, Tag.HALF_TEMPO: A.HALF_TIME}
            return [self.edit(notes) for tag, notes in of_notes.items() if self._clause.has(tag)]
        return [Edit(action=action, amount=self._amount(), value=change.value, percent=change.percent)]

    def ending(self) -> list[Edit]:
        """Another ending, or one on the tonic."""
        clause = self._clause
        if (tonic := clause.first(Tag.TONIC)) and Location(edge=Edge.START) in clause.locations:
            return []  # "start on the tonic"
        if tonic:
            return [self.edit(A.END_ON, locations=(), text=tonic.value or "")]
        redone = clause.has(Tag.REPLACE, Tag.REGENERATE) and not clause.has(Tag.BY, Tag.NOTES, Tag.RHYTHM)
        if clause.has(Tag.ENDING) or (redone and clause.has(Tag.ONLY) and clause.locations == (_END,)):
            return [self.edit(A.NEW_ENDING, locations=())]
        return []

    def pitch(self) -> list[Edit]:
        """Transposition by an interval, a register, inversion in the sense of a mirror."""
        clause = self._clause
        if clause.has(Tag.HARMONISE, Tag.OCTAVES) or (clause.has(Tag.ADD, Tag.TWICE) and clause.has(Tag.INTERVAL)):
            return []
        moved = self.figures.interval()
        if moved is None:
            return []
        unit, distance = moved
        sign = -1 if clause.has(Tag.DOWN, Tag.LOW, Tag.LESS, Tag.REMOVE, Tag.FALLING) or self.figures.negative else 1
        if clause.has(Tag.LESS) and clause.has(Tag.LOW):
            sign = 1
        return [self.edit(A.TRANSPOSE if unit == "semitones" else A.STEP, value=float(sign * distance))]

    def moving(self) -> list[Edit]:
        """Shifts on the grid ("décale d'une croche") and against it ("un peu en retard")."""
        clause = self._clause
        if not clause.has(Tag.SHIFT, Tag.EARLIER, Tag.LATER):
            return []
        sign = -1 if clause.has(Tag.EARLIER, Tag.LESS) != clause.has(Tag.TOO) else 1
        if self.figures.milliseconds is not None:
            return [self.edit(A.LAID_BACK if sign > 0 else A.PUSHED, value=self.figures.milliseconds)]
        distance = self.figures.distance()
        if distance is None and not clause.has(Tag.SHIFT):
            return [self.edit(A.LAID_BACK if sign > 0 else A.PUSHED)]
        return [self.edit(A.SHIFT, value=sign * (distance or 1.0))]

    def doubling(self) -> list[Edit]:
        """A note struck twice, octaves, a second voice."""
        clause = self._clause
        interval = clause.first(Tag.INTERVAL)
        if clause.has(Tag.OCTAVES) or (
            interval and interval.value == ("semitones", 12) and clause.has(Tag.ADD, Tag.TWICE)
        ):
            return [self.edit(A.OCTAVES, value=-12.0 if clause.has(Tag.LOW, Tag.DOWN) else 12.0)]
        if clause.has(Tag.HARMONISE) or (interval and clause.has(Tag.ADD, Tag.TWICE)):
            unit, distance = interval.value if interval else ("degrees", 2)
            degrees = distance if unit == "degrees" else {3: 2, 4: 2, 5: 3, 7: 4, 8: 5, 9: 5, 12: 7}.get(distance, 2)
            return [self.edit(A.HARMONISE, value=float(-degrees if clause.has(Tag.LOW, Tag.DOWN) else degrees))]
        if clause.has(Tag.TWICE) and any(location.notes for location in clause.locations):
            return [self.edit(A.STRIKE_TWICE)]
        return []

    def style(self) -> list[Edit]:
        """More of a style: what it comes to in notes that exist."""
        style = self._clause.first(Tag.STYLE)
        if style is None or self._clause.has(Tag.LESS, Tag.NO, Tag.NOT, Tag.TOO):
            return []
        return [self.edit(action, value=value) for action, value in STYLES[style.value]]

    def quality(self) -> list[Edit]:
        """Loudness, density, articulation, feel and what else a clause may say of notes."""
        clause = self._clause
        for tag, action in PLAIN.items():
            if clause.has(tag) and not self._negated():
                return [self.edit(A.HUMANISE if tag is Tag.QUANTISE and self._decreases() else action)]
        if clause.has(Tag.GRADUAL):
            softer = clause.has(Tag.SOFT) or self._decreases()
            return [self.edit(A.DIMINUENDO if softer else A.CRESCENDO)]
        if clause.has(Tag.SWING) and self.figures.swing is not None:
            return [self.edit(A.SWING, value=self.figures.swing)]
        for tag, (more, less) in POLES.items():
            if clause.has(tag) and self._mentions(tag):
                return [self._pole(tag, more, less)]
        return self._amount_of_notes()

    def _amount_of_notes(self) -> list[Edit]:
        """More or fewer notes, higher or lower ones, where only a degree says it."""
        clause = self._clause
        offbeats = any(location.role is MetricalRole.OFFBEATS for location in clause.locations)
        if offbeats and clause.has(Tag.MORE, Tag.ADD, Tag.PUT) and not clause.has(Tag.NOTES):  # "plus de contretemps"
            return [self.edit(A.SYNCOPATE, locations=tuple(each.without_positions() for each in clause.locations))]
        if clause.has(Tag.NOTES) and clause.has(*_DEGREES) and not self._degree_of_unknown():
            return [self.edit(A.SPARSER if self._decreases() else A.DENSER)]
        if clause.has(Tag.UP):
            return [self.edit(A.HIGHER)]
        if clause.has(Tag.DOWN):
            return [self.edit(A.LOWER)]
        if clause.has(Tag.TOO) and clause.has(Tag.MUCH):
            return [self.edit(A.SPARSER)]
        return []

    def _degree_of_unknown(self) -> bool:
        """Whether the degree is that of a word that is not known: "the notes should glisten more"."""
        tags = [token.tag for token in self._clause.tokens]
        return tags[-1] in _DEGREES and tags[-2:-1] == [Tag.UNKNOWN]

    def anew(self) -> list[Edit]:
        """Something composed in place of what is there: "change la mesure 2", "autre chose"."""
        clause = self._clause
        if clause.has(Tag.REMOVE, Tag.NO, Tag.INSTEAD, Tag.RHYTHM):
            return []
        if any(token.text in ONLY_SWAPPING for token in clause.tokens):
            return []
        varied = any(token.text.startswith("vari") for token in clause.tokens)
        if (clause.has(Tag.ADD) and not (varied and clause.locations)) or (
            clause.has(Tag.ONLY) and not clause.locations
        ):
            return []
        asked = clause.has(Tag.REGENERATE) or (clause.has(Tag.REPLACE) and self._is_about_something())
        return [self.edit(A.REGENERATE)] if asked else []

    def _is_about_something(self) -> bool:
        """Whether the clause says what is to be another: bars, a part, the rest, everything."""
        return bool(self._clause.locations or self._targets.parts or self._targets.everything)

    def removal(self) -> list[Edit]:
        """Notes taken out: "silence à la mesure 2", "enlève la dernière note", "only bars 1 and 2"."""
        clause = self._clause
        locations = tuple(
            replace(location, whole_beats=True) if location.beats else location for location in clause.locations
        )
        if clause.has(Tag.ONLY) and locations and not clause.has(Tag.ADD, Tag.REPLACE, Tag.REGENERATE):
            return [Edit(action=A.REMOVE, but_at=locations)]
        if (clause.has(Tag.REMOVE, Tag.NO) or (clause.has(Tag.NOT) and self._clause.has(Tag.PUT))) and locations:
            return [self.edit(A.REMOVE, locations=locations)]
        if clause.has(Tag.ADD) and clause.has(Tag.NOTES):
            return [self.edit(A.DENSER)]
        return []

    def _pole(self, tag: Tag, more: Action, less: Action) -> Edit:
        clause = self._clause
        if (
            tag is Tag.BREATH
            and any(token.text.startswith(SILENCES) for token in clause.tokens)
            and not clause.has(Tag.MORE, Tag.LESS, Tag.TOO, Tag.NOT_ENOUGH)
            and clause.locations
            and (not clause.has(Tag.ADD, Tag.PUT) or all(each.beats for each in clause.locations))
        ):
            locations = tuple(replace(each, whole_beats=True) if each.beats else each for each in clause.locations)
            return self.edit(A.REMOVE, locations=locations)
        if tag is Tag.SWING and self._negated():
            return self.edit(A.SWING, value=0.0)
        if tag is Tag.STRAIGHT and not clause.has(Tag.MORE, Tag.LESS, Tag.LITTLE):
            return self.edit(A.SWING, value=0.0)
        if clause.has(Tag.NOTES) and tag in (Tag.HIGH, Tag.LOW):
            more, less = (A.HIGHER, A.LOWER) if tag is Tag.HIGH else (A.LOWER, A.HIGHER)
        return self.edit(less if self._decreases() or self._negated() else more)

    def _mentions(self, tag: Tag) -> bool:
        """Whether the clause is about this quality."""
        if tag is Tag.LONG and not self._clause.has(Tag.NOTES):
            return not self._clause.has(*(_OTHER_THAN_LENGTH))
        return True

    def _decreases(self) -> bool:
        """Whether the degree is negative: "moins", "trop", "pas si"."""
        clause = self._clause
        if clause.has(Tag.LESS, Tag.HALVE, Tag.TOO):
            return True
        if clause.has(Tag.DOWN) and clause.has(Tag.LOUD):
            return True
        return clause.has(Tag.NOT) and not clause.has(Tag.NOT_ENOUGH)

    def _negated(self) -> bool:
        return self._clause.has(Tag.NO, Tag.REMOVE)

    def _amount(self) -> float:
        if self._clause.has(Tag.MUCH, Tag.TWICE, Tag.HALVE):
            return MUCH
        return LITTLE if self._clause.has(Tag.LITTLE) else USUAL


_END = Location(edge=Edge.END)
_DEGREES = (Tag.MORE, Tag.LESS, Tag.TOO, Tag.NOT_ENOUGH, Tag.TWICE, Tag.HALVE, Tag.UP, Tag.DOWN)
_LASTING = frozenset(POLES) | {Tag.INTERVAL}  # beside these, bars are a place
_OTHER_THAN_LENGTH = tuple(tag for tag in POLES if tag not in (Tag.LONG, Tag.SHORT))
