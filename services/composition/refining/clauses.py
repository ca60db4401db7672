"""Splits instructions into clauses of one intent; "moins de hats et un fill à la fin, garde le kick" has three."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.composition.refining.lexicon import InstructionToken
from services.composition.refining.locations import Location
from services.composition.refining.tags import Tag

_DEGREES = frozenset({Tag.MORE, Tag.LESS, Tag.TWICE, Tag.HALVE, Tag.TOO, Tag.NOT_ENOUGH, Tag.UP, Tag.DOWN})
_VERBS = frozenset({Tag.NO, Tag.ADD, Tag.REMOVE, Tag.KEEP, Tag.REPLACE, Tag.REGENERATE, Tag.SHIFT, Tag.COPY, Tag.ONLY})
_OTHER_INTENTS = frozenset({Tag.INSTEAD, Tag.LIKE, Tag.AS_IT_IS, Tag.NOTES, Tag.UNDO, Tag.APPROVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What a domain says of its words, so that its instructions can be split.

    Attributes:
        qualities: Tags that say how music sounds or what happens to it.
        traits: Those of the whole music that may follow each other: "swingué, très humain" without the comma.
        whole: Slug of the part that is everything.
    """

    qualities: frozenset[Tag]
    traits: frozenset[Tag]
    whole: str

    @property
    def strong(self) -> frozenset[Tag]:
        """Tags that say what to do."""
        return _DEGREES | _VERBS | self.qualities | _OTHER_INTENTS

    def is_whole(self, token: InstructionToken) -> bool:
        """Whether a token names everything."""
        return token.tag is Tag.PART and token.value.slug == self.whole


_BESIDE_ONLY = frozenset({Tag.ONLY, Tag.KEEP, Tag.NOTES})
AMOUNTS = frozenset({Tag.LITTLE, Tag.MUCH})
# Intents about two parts, or about what is left out.
_TWO_PART_TAGS = frozenset({Tag.REPLACE, Tag.INSTEAD, Tag.EXCEPT})
_BUT = frozenset({"but", "mais"})
_ANDS = frozenset({"and", "et"})
_WITH = frozenset({"with", "avec"})
_BREAKS = frozenset({Tag.SEPARATOR, Tag.STOP, Tag.THEN, Tag.AND})
_TARGETS = frozenset({Tag.PART, Tag.REST, Tag.IT})


@dataclass(slots=True)
class Clause:
    """Tokens of one intent.

    Attributes:
        tokens: In order, without those of locations.
        locations: Where it applies; several are joined. None means everywhere.
        contrasts: Whether it follows "but": "more hats but softer".
        objects: Those of the locations that are named without "in", as what is changed: "remove bar 3".
    """

    tokens: list[InstructionToken] = field(default_factory=list)
    locations: tuple[Location, ...] = ()
    contrasts: bool = False
    objects: tuple[Location, ...] = ()

    def has(self, *tags: Tag) -> bool:
        """Whether one of the tags occurs."""
        return any(token.tag in tags for token in self.tokens)

    def is_solo(self, grammar: Grammar) -> bool:
        """Whether it asks for what it names and nothing else: "only the drums in bar 2", not "just the bass louder"."""
        on_beats = any(location.has_positions for location in self.locations)  # "snare on 2 and 4 only"
        return self.has(Tag.ONLY) and not on_beats and not self.has(*grammar.strong - _BESIDE_ONLY)

    @property
    def before_exception(self) -> list[InstructionToken]:
        """Its tokens up to "except"."""
        at = next((at for at, token in enumerate(self.tokens) if token.tag is Tag.EXCEPT), len(self.tokens))
        return self.tokens[:at]

    def first(self, tag: Tag) -> InstructionToken | None:
        """The first token with the tag."""
        return next((token for token in self.tokens if token.tag is tag), None)


@dataclass(slots=True)
class _Segment:
    """Tokens between two separators.

    Attributes:
        after: The separator before it.
        grammar: Of the domain.
        word: The separator as typed.
        tokens: In order.
    """

    after: Tag
    grammar: Grammar
    word: str = ""
    tokens: list[InstructionToken] = field(default_factory=list)

    @property
    def after_but(self) -> bool:
        """Whether it goes on about the same: "bar 2 like bar 1, but softer"."""
        return self.word in _BUT

    @property
    def after_comma(self) -> bool:
        return self.after is not Tag.AND

    @property
    def has_intent(self) -> bool:
        """Whether it says what to do; a part with positions, "kick sur le 1", says enough."""
        positions = any(token.tag is Tag.LOCATION and token.value.has_positions for token in self.tokens)
        return any(token.tag in self.grammar.strong | {Tag.PUT} for token in self.tokens) or (
            positions and self.has_target
        )

    @property
    def begins_with_target(self) -> bool:
        return bool(self.tokens) and self.tokens[0].tag in _TARGETS

    @property
    def begins_with_place(self) -> bool:
        """Whether a place is what it is about: "the last note louder", and not "in bar 2, louder"."""
        return bool(self.tokens) and self.tokens[0].tag is Tag.LOCATION and not self.tokens[0].relative

    @property
    def has_target(self) -> bool:
        return any(token.tag in _TARGETS for token in self.tokens)

    @property
    def names_a_part(self) -> bool:
        """Whether it names less than the whole kit."""
        return any(token.tag in _TARGETS and not self.grammar.is_whole(token) for token in self.tokens)

    @property
    def excepts(self) -> bool:
        return bool(self.tokens) and self.tokens[0].tag is Tag.EXCEPT

    @property
    def only_places(self) -> bool:
        return all(token.tag in (Tag.LOCATION, Tag.ONLY, Tag.IN, Tag.ON) for token in self.tokens)


def split(tokens: Sequence[InstructionToken], grammar: Grammar) -> list[Clause]:
    """Split an instruction into clauses.

    Args:
        tokens: Of the instruction, its locations marked already.
        grammar: Of the domain.
    """
    clauses: list[Clause] = []
    sentence: list[InstructionToken] = []
    for token in [*tokens, InstructionToken(Tag.STOP, "")]:
        if token.tag is not Tag.STOP:
            sentence.append(token)
        elif sentence:
            _split_sentence(_segments(sentence, grammar), clauses)
            sentence = []
    return clauses


def _split_sentence(segments: Sequence[_Segment], clauses: list[Clause]) -> None:
    """Add the clauses of a sentence to those before it."""
    pending: list[InstructionToken] = []  # targets whose intent comes later: "kick et snare plus forts"
    leading: tuple[Location, ...] = ()  # a location said before the intents that it limits
    subject = False  # whether the clause before is about a place: "bar 2 louder and longer"
    excepted: list[InstructionToken] = []  # exceptions said before what they limit: "sauf la dernière, plus fort"
    for index, segment in enumerate(segments):
        if segment.excepts and not clauses and len(segments) > index + 1:
            excepted += segment.tokens
        elif segment.only_places:
            locations = tuple(token.value for token in segment.tokens if token.tag is Tag.LOCATION)
            if not clauses or (index == 0 and len(segments) > 1):
                leading = locations
            else:
                _locate(clauses, locations, segment.after_comma)
        elif segment.has_intent or not (segment.has_target or segment.excepts):
            if pending and not segment.begins_with_target:
                clauses.append(_clause(pending, leading))
                pending = []
            clauses.append(_clause([*pending, *segment.tokens, *excepted], leading))
            clauses[-1].contrasts = segment.after is Tag.THEN
            goes_on = segment.after_but or (segment.after is Tag.AND and subject and segment.word in _ANDS)
            if goes_on and len(clauses) > 1 and not clauses[-1].locations:
                clauses[-1].locations = clauses[-2].locations
            subject = segment.begins_with_place
            pending, excepted = [], []
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
    placed, excepted, parts_excepted = bool(clause.locations), False, False
    for token in tokens:
        excepted = excepted or token.tag is Tag.EXCEPT
        parts_excepted = parts_excepted or (excepted and token.tag in _TARGETS)
        # "everything except the hats in bars 3-4" leaves the hats out, in these bars.
        is_exception = excepted and (placed or not parts_excepted)
        if token.tag is not Tag.LOCATION or is_exception or clause.has(Tag.COPY, Tag.LIKE) or _replaces(clause):
            clause.tokens.append(token)
        else:
            placed = placed or not excepted
            if not token.relative:
                clause.objects += (token.value,)
            last = (clause.locations[-1].and_also(token.value),) if clause.locations else (token.value,)
            clause.locations = (*clause.locations[:-1], *last)


def _replaces(clause: Clause) -> bool:
    """Whether the place that comes next is another one than where the clause applies.

    "remplace la mesure 3 par la mesure 1" takes from it, "mets la mesure 1 à la place de la mesure 3" puts into it.
    """
    if not clause.locations or not clause.tokens:
        return False
    last = clause.tokens[-1].tag
    return last is Tag.INSTEAD or (clause.has(Tag.REPLACE) and last in (Tag.BY, Tag.ADD))


def _locate(clauses: Sequence[Clause], locations: tuple[Location, ...], after_comma: bool) -> None:
    """A location alone, after a comma, limits all intents before it that have none; else it limits the last one."""
    unplaced = [clause for clause in clauses if not clause.locations] if after_comma else []
    for clause in unplaced or clauses[-1:]:
        clause.locations += locations


def _segments(tokens: Sequence[InstructionToken], grammar: Grammar) -> list[_Segment]:
    """Runs of tokens between separators, and between intents that follow each other without one."""
    segments = [_Segment(Tag.STOP, grammar)]
    for index, token in enumerate(tokens):
        current = segments[-1]
        if token.tag in _BREAKS or (token.tag is Tag.COLON and current.only_places):
            segments.append(_Segment(token.tag, grammar, token.text))
            continue
        if token.tag is Tag.COLON:  # "kick: louder" is "kick louder"
            continue
        if _begins_another(current, token, tokens[index + 1 :]):
            segments.append(_Segment(Tag.SEPARATOR, grammar))
        segments[-1].tokens.append(token)
    return [segment for segment in segments if segment.tokens]


def _begins_another(segment: _Segment, token: InstructionToken, rest: Sequence[InstructionToken]) -> bool:
    """Whether a token begins a second intent: "plus de kick moins de snare", "hats louder kick softer"."""
    tags = [other.tag for other in segment.tokens]
    ahead = [other.tag for other in rest]
    ahead = ahead[: next((at for at, tag in enumerate(ahead) if tag in _BREAKS), None)]
    grammar = segment.grammar
    if (
        not segment.names_a_part
        and grammar.traits.intersection(tags)
        and tags[-1] not in _DEGREES | AMOUNTS | {Tag.NOT}
    ):
        if Tag.SWING in tags and Tag.SOFT in (token.tag, *ahead[:1]):  # "swing plus léger"
            return False
        return token.tag in grammar.traits or (
            token.tag in _DEGREES | AMOUNTS and bool(grammar.traits.intersection(ahead[:2]))
        )
    if not segment.has_target or not grammar.strong.intersection(tags) or _TWO_PART_TAGS.intersection(tags):
        return False
    with_another = token.tag is Tag.ADD and token.text in _WITH
    if with_another and (Tag.TWICE in tags or ahead[:1] == [Tag.EACH]):  # "double la snare avec un clap"
        return False
    if token.tag in _DEGREES | _VERBS:
        return any(tag in _TARGETS for tag in ahead[:3]) and tags[-1] not in _DEGREES | _VERBS | {Tag.NOT}
    if token.tag is Tag.PART and segment.begins_with_target:
        return tags[-1] in grammar.qualities and any(tag in _DEGREES | grammar.qualities for tag in ahead[:2])
    if token.tag in grammar.qualities and not segment.begins_with_target:  # "less snare louder kick"
        return tags[-1] in _TARGETS and any(tag in _TARGETS for tag in ahead[:2])
    return False
