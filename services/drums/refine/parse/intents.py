"""Intent recognition: turns one clause into edits."""

from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

from services.composition.refining import mentions
from services.composition.refining.clauses import Clause
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.composition.refining.figures import Figures, Measure, copied
from services.composition.refining.kit import KitPart, kit_parts
from services.composition.refining.locations import EVERYWHERE, Edge, Location, MetricalRole
from services.composition.refining.tags import Tag
from services.drums.refine.model.edits import EIGHTHS, Action, Edit
from services.drums.refine.parse.meanings import PLAIN, POLES
from services.drums.refine.parse.phrases import (
    NEGATIONS,
    becomes_unknown,
    by_something_else,
    goes_back,
    is_unclear,
    keeps,
    of_something_else,
    through_beats,
    upon_another,
    wanted_style,
)
from services.drums.refine.parse.words import GRAMMAR

Targets: TypeAlias = mentions.Targets[KitPart]
_BEATS = Location(role=MetricalRole.BEATS)

_DEGREES = (Tag.MORE, Tag.LESS, Tag.UP, Tag.DOWN)
_WHOLE = 100.0  # percent
_DECREASES = (Tag.LESS, Tag.HALVE, Tag.TOO, Tag.DOWN)
_COMPARING = (Tag.MORE, Tag.LESS, Tag.TOO)
_PAIR = 2  # parts, one of which doubles the other
_SHUFFLES = frozenset({"shuffle", "ternaire", "triplet feel"})  # what is made of triplets
_LASTING = GRAMMAR.qualities  # beside these, bars are a place


def edits_of(clause: Clause, targets: Targets) -> list[Edit]:
    """The edits that a clause asks for.

    Args:
        clause: The clause.
        targets: What it refers to.

    Returns:
        The edits; none when it asks for nothing that drums can do.
    """
    named = bool(targets.parts) or targets.everything
    intent = _ClauseIntent(clause, targets)
    said_first = _of_the_whole(clause, intent, named)
    if said_first is not None:
        return said_first
    if by_something_else(clause):
        return []
    if clause.has(Tag.INSTEAD, Tag.REPLACE) and len(targets.parts) > 1:
        return intent.replacing()
    taken = clause.has(Tag.REPLACE) and any(token.tag is Tag.LOCATION for token in clause.tokens)
    if clause.has(Tag.COPY, Tag.LIKE) or taken:
        return intent.copying()
    if found := intent.tempo() or intent.moving() or intent.quality():
        return found
    if intent.regenerates():
        return [intent.edit(Action.REGENERATE)]
    if named or (clause.has(Tag.REMOVE) and clause.locations):  # "silence à la mesure 4"
        return intent.amount_of_parts()
    return []


def _of_the_whole(clause: Clause, intent: "_ClauseIntent", named: bool) -> list[Edit] | None:
    """What is said of the music as a whole, or of what drums do not have; None where neither is."""
    if any(token.tag is Tag.FOREIGN for token in clause.before_exception) and not named:
        return intent.whole_music()
    if clause.has(Tag.APPROVE) and not clause.has(*GRAMMAR.strong - {Tag.APPROVE, Tag.KEEP, Tag.NOT}):
        return [intent.edit(Action.KEEP, parts=())]
    if clause.has(Tag.OUT_OF_REACH) and not clause.has(Tag.MILLISECONDS):
        return []
    if (clause.has(Tag.UNDO) and not clause.has(Tag.BPM)) or goes_back(clause, named):
        return [Edit(action=Action.UNDO, value=intent.figures.versions())]
    if keeps(clause, named):
        return [intent.edit(Action.KEEP)] if named or clause.locations else []
    return intent.whole_music() or intent.layering() or intent.style() or None


class _ClauseIntent:
    """The intent of one clause.

    Args:
        clause: The clause.
        targets: What it refers to.
    """

    def __init__(self, clause: Clause, targets: Targets) -> None:
        self._clause = clause
        self._targets = targets
        self.figures = Figures(clause)

    def edit(
        self,
        action: Action,
        *,
        parts: tuple[KitPart, ...] | None = None,
        locations: tuple[Location, ...] | None = None,
        value: float | None = None,
        by: KitPart | None = None,
        text: str = "",
    ) -> Edit:
        """An edit of what the clause names, where and by how much it says; arguments replace parts of that."""
        places = self._clause.locations if locations is None else locations
        return Edit(
            action=action,
            parts=self._targets.parts if parts is None else parts,
            but=self._targets.but,
            locations=tuple(each for each in places if each != EVERYWHERE),
            but_at=self._targets.but_at,
            amount=self._amount(),
            value=value,
            percent=None if action is Action.SWING else self.figures.percent,
            text=text,
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
        return [self.edit(Action.COPY, locations=goals, value=source) for source, goals in copied(self._clause)]

    def whole_music(self) -> list[Edit]:
        """A metre, or more or fewer bars."""
        if meter := self._clause.first(Tag.METER):
            return [Edit(action=Action.METER, text=meter.value)]
        behind = self._clause.has(Tag.ADD) and not self._targets.parts  # "rajoute 4 mesures derrière"
        change = self.figures.length(_LASTING - {Tag.LAID_BACK} if behind else _LASTING)
        if change is None:
            return []
        places = self._clause.locations if change.measure is Measure.CUT_BARS else ()
        return [Edit(action=Action(change.measure.value), locations=places, value=change.value)]

    def layering(self) -> list[Edit]:
        """A part hit together with another one: "double la snare avec un clap", "layer a clap on the snare"."""
        clause, parts = self._clause, self._targets.parts
        upon = upon_another(clause)
        if len(parts) != _PAIR or not (upon or clause.has(Tag.TWICE, Tag.LAYER)):
            return []
        named_first = upon or (clause.has(Tag.LAYER) and any(token.tag is Tag.ON for token in clause.tokens))
        old, new = parts[::-1] if named_first else parts
        return [self.edit(Action.LAYER, parts=(old,), by=new)]

    def style(self) -> list[Edit]:
        """More of a style: "plus jazz"."""
        style = None if self._targets.parts else wanted_style(self._clause)
        return [self.edit(Action.STYLE, text=style)] if style else []

    def tempo(self) -> list[Edit]:
        """A tempo or a change of it; nothing when the clause names parts of the kit."""
        change = self.figures.tempo()
        if change is not None and self._targets.parts:
            twice, half = self._clause.has(Tag.DOUBLE_TEMPO), self._clause.has(Tag.HALF_TEMPO)
            return [self.edit(Action.DOUBLE_TIME if twice else Action.HALF_TIME)] if twice or half else []
        if change is None:
            return []
        action = Action(change.measure.value)
        return [Edit(action=action, amount=self._amount(), value=change.value, percent=change.percent)]

    def moving(self) -> list[Edit]:
        """Shifts on the grid ("décale le kick d'un pas") and against it ("un peu en retard")."""
        clause = self._clause
        if not clause.has(Tag.SHIFT, Tag.EARLIER, Tag.LATER):
            return []
        sign = -1 if clause.has(Tag.EARLIER, Tag.LESS) != clause.has(Tag.TOO) else 1
        if self.figures.milliseconds is not None:
            return [self.edit(Action.LAID_BACK if sign > 0 else Action.PUSHED, value=self.figures.milliseconds)]
        if goal := self._goal():
            return [self.edit(Action.ONLY_AT, locations=goal)]
        distance = self.figures.distance()
        if distance is None and (clause.has(Tag.LITTLE) or not clause.has(Tag.SHIFT)):
            return [self.edit(Action.LAID_BACK if sign > 0 else Action.PUSHED)]
        return [self.edit(Action.SHIFT, value=sign * (distance or 1.0))]

    def _goal(self) -> tuple[Location, ...]:
        """Where parts are moved to: "move the snare to 3", "déplace la caisse claire sur le 3"."""
        clause = self._clause
        if (
            not clause.has(Tag.SHIFT)
            or not self._targets.parts
            or clause.has(Tag.STEP, Tag.PULSE, Tag.EARLIER, Tag.LATER)
        ):
            return ()
        if self._positions():
            return clause.locations
        pairs = pairwise(clause.tokens)
        beats = [float(number.value) for to, number in pairs if to.tag is Tag.TO and number.tag is Tag.NUMBER]
        places = clause.locations or (Location(),)
        return tuple(place.and_also(Location(beats=(beats[0],))) for place in places) if beats else ()

    def quality(self) -> list[Edit]:
        """Loudness, density, feel, fills, rolls and what else a clause may say of the kit or its parts."""
        clause = self._clause
        if clause.has(Tag.FILL, Tag.FOUR_ON_FLOOR, Tag.GROOVY, *PLAIN):
            return self._set_phrase()
        if found := self._way_of_playing():
            return found
        if found := self._swing():
            return found
        if (pulse := clause.first(Tag.PULSE)) and self._targets.parts:
            return [self.edit(Action.PULSE, value=float(pulse.value))]
        narrowed = clause.has(Tag.ONLY) and bool(self._targets.parts)  # "strip it down to just the kick"
        for tag, (more, less) in POLES.items():
            if narrowed and tag is Tag.SIMPLE:
                continue
            if clause.has(tag) and self._mentions(tag):
                return [self._pole(tag, more, less)]
        if clause.has(Tag.UP, Tag.DOWN) or (clause.has(Tag.TOO) and not self._targets.parts):
            named = self._targets.parts or self._targets.everything
            return [self.edit(Action.LOUDER if clause.has(Tag.UP) else Action.SOFTER)] if named else []
        return []

    def _swing(self) -> list[Edit]:
        """An amount of swing, or lighter swing: "swing à 60 %", "swing plus léger"."""
        if not self._clause.has(Tag.SWING):
            return []
        if self.figures.swing is not None:
            return [self.edit(Action.SWING, value=self.figures.swing)]
        if not self._clause.has(Tag.SOFT) or self._negated():
            return []
        return [self.edit(Action.SWING_MORE if self._decreases() else Action.SWING_LESS)]

    def _way_of_playing(self) -> list[Edit]:
        """A swell, brushes, triplets, or hits pushed onto a beat."""
        clause = self._clause
        if clause.has(Tag.PUSHED) and self._targets.parts and self._positions():  # "push the kick onto the 3"
            return [self.edit(Action.ONLY_AT)]
        if clause.has(Tag.CRESCENDO, Tag.DIMINUENDO):
            return [self.edit(Action.CRESCENDO if clause.has(Tag.CRESCENDO) else Action.DIMINUENDO)]
        if clause.has(Tag.BRUSHES):
            return [self.edit(Action.BRUSHES)] if not self._negated() else []
        if clause.has(Tag.TRIPLET) and not self._negated():
            return [self.edit(Action.TRIPLETS, parts=self._targets.parts or (kit_parts()["hats"],))]
        return []

    def amount_of_parts(self) -> list[Edit]:
        """More, less, none or only of the parts that the clause names."""
        clause, parts = self._clause, self._targets.parts
        if of_something_else(clause) or is_unclear(clause):
            return []  # "kick plus sec", "32nd notes": what it shall be more of is not known
        if clause.has(Tag.ONLY) and not clause.has(Tag.MORE, Tag.LESS, Tag.ADD):
            return [self.edit(Action.ONLY_AT if self._positions() else Action.ONLY)] if parts else []
        if clause.has(Tag.INSTEAD) and self._positions():  # "la snare sur le 2 au lieu du 3"
            return [self.edit(Action.ONLY_AT)]
        if clause.has(Tag.PERCENT):
            return [self._pole(Tag.LOUD, *POLES[Tag.LOUD])]
        if self._negated() or (clause.has(Tag.NOT) and not clause.has(Tag.TOO)):
            # Silence lasts: all of the beat, and not only what is struck on it.
            places = clause.locations if parts else tuple(map(through_beats, clause.locations))
            return [self.edit(Action.REMOVE, locations=places)]
        if self._decreases():
            return [self.edit(Action.LESS if parts else Action.SIMPLER)]
        if clause.has(Tag.MORE, Tag.TWICE, Tag.NOT_ENOUGH) and not self._positions():
            return [self.edit(Action.MORE if parts else Action.BUSIER)]
        # An unknown word may have been the verb, or what the part shall become: "make the kick deeper".
        certain = clause.has(Tag.ADD, Tag.PUT, Tag.MORE) or self._positions() or not clause.has(Tag.UNKNOWN)
        certain = certain and not becomes_unknown(clause)
        return [self.edit(Action.ADD)] if parts and certain else []

    def _set_phrase(self) -> list[Edit]:
        """Edits of a set phrase: a fill, four on the floor, groovy, double time."""
        clause = self._clause
        if clause.has(Tag.GROOVY):
            actions = (Action.SWING_LESS, Action.NO_GHOSTS) if self._decreases() else (Action.SWING_MORE, Action.GHOSTS)
            return [self.edit(action) for action in actions]
        if clause.has(Tag.FILL):
            unwanted = self._negated() or self._decreases()
            places = clause.locations or (Location(edge=Edge.END),)
            toms = any("tom" in token.text for token in clause.tokens if token.tag is Tag.FILL)
            parts = (kit_parts()["toms"],) if toms and not self._targets.parts else None
            return [self.edit(Action.NO_FILL if unwanted else Action.FILL, locations=places, parts=parts)]
        if self._negated() or self._decreases():
            return []
        if clause.has(Tag.FOUR_ON_FLOOR):
            beats = tuple(location.and_also(_BEATS) for location in clause.locations) or (_BEATS,)
            return [self.edit(Action.ADD, parts=(kit_parts()["kick"],), locations=beats)]
        return [self.edit(action) for tag, action in PLAIN.items() if clause.has(tag)]

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
        if tag is Tag.SWING and any(token.text in _SHUFFLES for token in self._clause.tokens) and edit.action is more:
            edit = replace(edit, text=EIGHTHS)
        total = edit.percent is not None and not self.figures.numbers[0].relative and not self._clause.has(*_DEGREES)
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
        return self._clause.has(*NEGATIONS)

    def _positions(self) -> bool:
        return any(location.has_positions for location in self._clause.locations)

    def _amount(self) -> float:
        if self._clause.has(Tag.MUCH, Tag.TWICE, Tag.HALVE):
            return MUCH
        return LITTLE if self._clause.has(Tag.LITTLE) else USUAL
