"""Splits instructions into clauses of one intent; "moins de hats et un fill à la fin, garde le kick" has three."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.drums.refine.model.locations import Location
from services.drums.refine.parse.lexicon import KIT, InstructionToken, Tag

_DEGREES = frozenset({Tag.MORE, Tag.LESS, Tag.TWICE, Tag.HALVE, Tag.TOO, Tag.NOT_ENOUGH, Tag.UP, Tag.DOWN})
_VERBS = frozenset({Tag.NO, Tag.ADD, Tag.REMOVE, Tag.KEEP, Tag.REPLACE, Tag.REGENERATE, Tag.SHIFT, Tag.COPY, Tag.ONLY})
QUALITIES = frozenset(
    {
        Tag.LOUD, Tag.SOFT, Tag.FAST, Tag.SLOW, Tag.TEMPO, Tag.BPM, Tag.BUSY, Tag.SIMPLE, Tag.HUMAN, Tag.MECHANICAL,
        Tag.QUANTISE, Tag.SWING, Tag.STRAIGHT, Tag.GROOVY, Tag.FILL, Tag.FOUR_ON_FLOOR, Tag.ROLL, Tag.GHOST, Tag.FLAM,
        Tag.DOUBLE_TIME, Tag.HALF_TIME, Tag.DOUBLE_TEMPO, Tag.HALF_TEMPO, Tag.OPEN, Tag.CLOSE, Tag.EARLIER, Tag.LATER,
        Tag.LAID_BACK, Tag.PUSHED, Tag.PULSE,
    }
)  # fmt: skip
_INTENT_TAGS = _DEGREES | _VERBS | QUALITIES | {Tag.INSTEAD, Tag.LIKE, Tag.AS_IT_IS, Tag.PUT, Tag.NOTES}
_STRONG_TAGS = _INTENT_TAGS - {Tag.PUT}
# Qualities of a whole groove; several may follow each other: "swingué, très humain" without the comma.
_TRAITS = frozenset(
    {
        Tag.LOUD, Tag.SOFT, Tag.FAST, Tag.SLOW, Tag.BUSY, Tag.SIMPLE, Tag.HUMAN, Tag.MECHANICAL, Tag.SWING,
        Tag.STRAIGHT, Tag.GROOVY, Tag.DOUBLE_TIME, Tag.HALF_TIME,
    }
)  # fmt: skip
_AMOUNTS = frozenset({Tag.LITTLE, Tag.MUCH})
# Intents about two parts, or about what is left out.
_TWO_PART_TAGS = frozenset({Tag.REPLACE, Tag.INSTEAD, Tag.EXCEPT})
_BREAKS = frozenset({Tag.SEPARATOR, Tag.STOP, Tag.THEN, Tag.AND})
_TARGETS = frozenset({Tag.PART, Tag.REST, Tag.IT})


@dataclass(slots=True)
class Clause:
    """Tokens of one intent.

    Attributes:
        tokens: In order, without those of locations.
        locations: Where it applies; several are joined. None means everywhere.
        contrasts: Whether it follows "but": "more hats but softer".
    """

    tokens: list[InstructionToken] = field(default_factory=list)
    locations: tuple[Location, ...] = ()
    contrasts: bool = False

    def has(self, *tags: Tag) -> bool:
        """Whether one of the tags occurs."""
        return any(token.tag in tags for token in self.tokens)

    def first(self, tag: Tag) -> InstructionToken | None:
        """The first token with the tag."""
        return next((token for token in self.tokens if token.tag is tag), None)


@dataclass(slots=True)
class _Segment:
    """Tokens between two separators.

    Attributes:
        after: The separator before it.
        tokens: In order.
    """

    after: Tag
    tokens: list[InstructionToken] = field(default_factory=list)

    @property
    def after_comma(self) -> bool:
        return self.after is not Tag.AND

    @property
    def has_intent(self) -> bool:
        """Whether it says what to do; a part with positions, "kick sur le 1", says enough."""
        positions = any(token.tag is Tag.LOCATION and token.value.has_positions for token in self.tokens)
        return any(token.tag in _INTENT_TAGS for token in self.tokens) or (positions and self.has_target)

    @property
    def begins_with_target(self) -> bool:
        return bool(self.tokens) and self.tokens[0].tag in _TARGETS

    @property
    def has_target(self) -> bool:
        return any(token.tag in _TARGETS for token in self.tokens)

    @property
    def names_a_part(self) -> bool:
        """Whether it names less than the whole kit."""
        return any(token.tag in _TARGETS and not _is_kit(token) for token in self.tokens)

    @property
    def excepts(self) -> bool:
        return bool(self.tokens) and self.tokens[0].tag is Tag.EXCEPT

    @property
    def only_places(self) -> bool:
        return all(token.tag in (Tag.LOCATION, Tag.ONLY, Tag.IN, Tag.ON) for token in self.tokens)


def split(tokens: Sequence[InstructionToken]) -> list[Clause]:
    """Split the tokens of an instruction, whose locations are marked already, into clauses."""
    clauses: list[Clause] = []
    sentence: list[InstructionToken] = []
    for token in [*tokens, InstructionToken(Tag.STOP, "")]:
        if token.tag is not Tag.STOP:
            sentence.append(token)
        elif sentence:
            _split_sentence(_segments(sentence), clauses)
            sentence = []
    return clauses


def _split_sentence(segments: Sequence[_Segment], clauses: list[Clause]) -> None:
    """Add the clauses of a sentence to those before it."""
    pending: list[InstructionToken] = []  # targets whose intent comes later: "kick et snare plus forts"
    leading: tuple[Location, ...] = ()  # a location said before the intents that it limits
    for index, segment in enumerate(segments):
        if segment.only_places:
            locations = tuple(token.value for token in segment.tokens if token.tag is Tag.LOCATION)
            if not clauses or (index == 0 and len(segments) > 1):
                leading = locations
            else:
                _locate(clauses, locations, segment.after_comma)
        elif segment.has_intent or not (segment.has_target or segment.excepts):
            if pending and not segment.begins_with_target:
                clauses.append(_clause(pending, leading))
                pending = []
            clauses.append(_clause([*pending, *segment.tokens], leading))
            clauses[-1].contrasts = segment.after is Tag.THEN
            pending = []
        elif clauses and (segment.excepts or not _belongs_right(segments[index:])):
            _extend(clauses[-1], segment.tokens)
        else:
            pending += segment.tokens
    if pending:
        clauses.append(_clause(pending, leading))


def _belongs_right(segments: Sequence[_Segment]) -> bool:
    """Whether targets without an intent begin the next clause: ", snare et hats plus forts"."""
    for segment in segments[1:]:
        if segment.after_comma or not segment.begins_with_target:
            return False
        if segment.has_intent:
            return segments[0].after_comma
    return False


def _clause(tokens: Sequence[InstructionToken], leading: tuple[Location, ...]) -> Clause:
    clause = Clause()
    _extend(clause, tokens)
    clause.locations = clause.locations or leading
    return clause


def _extend(clause: Clause, tokens: Sequence[InstructionToken]) -> None:
    """Add tokens; locations within one clause narrow each other: "temps 3 de la mesure 2"."""
    excepted = False
    for token in tokens:
        excepted = excepted or token.tag is Tag.EXCEPT
        if token.tag is not Tag.LOCATION or excepted or clause.has(Tag.COPY, Tag.LIKE):
            clause.tokens.append(token)
        else:
            last = (clause.locations[-1].and_also(token.value),) if clause.locations else (token.value,)
            clause.locations = (*clause.locations[:-1], *last)


def _locate(clauses: Sequence[Clause], locations: tuple[Location, ...], after_comma: bool) -> None:
    """A location alone, after a comma, limits all intents before it that have none; else it limits the last one."""
    unplaced = [clause for clause in clauses if not clause.locations] if after_comma else []
    for clause in unplaced or clauses[-1:]:
        clause.locations += locations


def _segments(tokens: Sequence[InstructionToken]) -> list[_Segment]:
    """Runs of tokens between separators, and between intents that follow each other without one."""
    segments = [_Segment(Tag.STOP)]
    for index, token in enumerate(tokens):
        current = segments[-1]
        if token.tag in _BREAKS or (token.tag is Tag.COLON and current.only_places):
            segments.append(_Segment(token.tag))
            continue
        if token.tag is Tag.COLON:  # "kick: louder" is "kick louder"
            continue
        if _begins_another(current, token, tokens[index + 1 :]):
            segments.append(_Segment(Tag.SEPARATOR))
        segments[-1].tokens.append(token)
    return [segment for segment in segments if segment.tokens]


def _is_kit(token: InstructionToken) -> bool:
    return token.tag is Tag.PART and token.value.slug == KIT


def _begins_another(segment: _Segment, token: InstructionToken, rest: Sequence[InstructionToken]) -> bool:
    """Whether a token begins a second intent: "plus de kick moins de snare", "hats louder kick softer"."""
    tags = [other.tag for other in segment.tokens]
    ahead = [other.tag for other in rest]
    ahead = ahead[: next((at for at, tag in enumerate(ahead) if tag in _BREAKS), None)]
    if not segment.names_a_part and _TRAITS.intersection(tags) and tags[-1] not in _DEGREES | _AMOUNTS | {Tag.NOT}:
        return token.tag in _TRAITS or (token.tag in _DEGREES | _AMOUNTS and bool(_TRAITS.intersection(ahead[:2])))
    if not segment.has_target or not _STRONG_TAGS.intersection(tags) or _TWO_PART_TAGS.intersection(tags):
        return False
    if token.tag in _DEGREES | _VERBS:
        return any(tag in _TARGETS for tag in ahead[:3]) and tags[-1] not in _DEGREES | _VERBS | {Tag.NOT}
    if token.tag is Tag.PART and segment.begins_with_target:
        return tags[-1] in QUALITIES and any(tag in _DEGREES | QUALITIES for tag in ahead[:2])
    return False
