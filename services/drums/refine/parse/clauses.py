"""Splits an instruction into clauses of one wish each: "moins de hats et un fill à la fin, garde le kick" has three."""

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
_WISHES = _DEGREES | _VERBS | QUALITIES | {Tag.INSTEAD, Tag.LIKE, Tag.AS_IT_IS, Tag.PUT, Tag.NOTES}
_STRONG = _WISHES - {Tag.PUT}
# Qualities of a whole groove; several may follow each other: "swingué, très humain" without the comma.
_TRAITS = frozenset(
    {
        Tag.LOUD, Tag.SOFT, Tag.FAST, Tag.SLOW, Tag.BUSY, Tag.SIMPLE, Tag.HUMAN, Tag.MECHANICAL, Tag.SWING,
        Tag.STRAIGHT, Tag.GROOVY, Tag.DOUBLE_TIME, Tag.HALF_TIME,
    }
)  # fmt: skip
_AMOUNTS = frozenset({Tag.LITTLE, Tag.MUCH})
# Wishes about two parts, or about what is left out.
_JOINING = frozenset({Tag.REPLACE, Tag.INSTEAD, Tag.EXCEPT})
_BREAKS = frozenset({Tag.SEPARATOR, Tag.STOP, Tag.THEN, Tag.AND})
_TARGETS = frozenset({Tag.PART, Tag.REST, Tag.IT})


@dataclass(slots=True)
class Clause:
    """Tokens of one wish.

    Attributes:
        tokens: In order, places left out.
        places: Where it applies; several are joined. None means everywhere.
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
class _Piece:
    """Tokens between two words or marks that separate."""

    after: Tag
    tokens: list[InstructionToken] = field(default_factory=list)

    @property
    def after_comma(self) -> bool:
        return self.after is not Tag.AND

    @property
    def wishes(self) -> bool:
        """Whether it says what to do; a part with its positions, "kick sur le 1", says enough."""
        positions = any(token.tag is Tag.LOCATION and token.value.has_positions for token in self.tokens)
        return any(token.tag in _WISHES for token in self.tokens) or (positions and self.has_target)

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
    """Clauses of a whole instruction, whose places are marked already."""
    clauses: list[Clause] = []
    sentence: list[InstructionToken] = []
    for token in [*tokens, InstructionToken(Tag.STOP, "")]:
        if token.tag is not Tag.STOP:
            sentence.append(token)
        elif sentence:
            _split_sentence(_pieces(sentence), clauses)
            sentence = []
    return clauses


def _split_sentence(pieces: Sequence[_Piece], clauses: list[Clause]) -> None:
    """Add the clauses of a sentence to those before it."""
    waiting: list[InstructionToken] = []  # targets whose wish comes later: "kick et snare plus forts"
    leading: tuple[Location, ...] = ()  # a place said before the wishes it is about
    for index, piece in enumerate(pieces):
        if piece.only_places:
            locations = tuple(token.value for token in piece.tokens if token.tag is Tag.LOCATION)
            if not clauses or (index == 0 and len(pieces) > 1):
                leading = locations
            else:
                _place(clauses, locations, piece.after_comma)
        elif piece.wishes or not (piece.has_target or piece.excepts):
            if waiting and not piece.begins_with_target:
                clauses.append(_clause(waiting, leading))
                waiting = []
            clauses.append(_clause([*waiting, *piece.tokens], leading))
            clauses[-1].contrasts = piece.after is Tag.THEN
            waiting = []
        elif clauses and (piece.excepts or not _belongs_right(pieces[index:])):
            _extend(clauses[-1], piece.tokens)
        else:
            waiting += piece.tokens
    if waiting:
        clauses.append(_clause(waiting, leading))


def _belongs_right(pieces: Sequence[_Piece]) -> bool:
    """Whether targets without a wish begin the next clause: ", snare et hats plus forts"."""
    for piece in pieces[1:]:
        if piece.after_comma or not piece.begins_with_target:
            return False
        if piece.wishes:
            return pieces[0].after_comma
    return False


def _clause(tokens: Sequence[InstructionToken], leading: tuple[Location, ...]) -> Clause:
    clause = Clause()
    _extend(clause, tokens)
    clause.locations = clause.locations or leading
    return clause


def _extend(clause: Clause, tokens: Sequence[InstructionToken]) -> None:
    """Add tokens; places that stand in one clause narrow each other: "temps 3 de la mesure 2"."""
    excepted = False
    for token in tokens:
        excepted = excepted or token.tag is Tag.EXCEPT
        if token.tag is not Tag.LOCATION or excepted or clause.has(Tag.COPY, Tag.LIKE):
            clause.tokens.append(token)
        else:
            last = (clause.locations[-1].and_also(token.value),) if clause.locations else (token.value,)
            clause.locations = (*clause.locations[:-1], *last)


def _place(clauses: Sequence[Clause], locations: tuple[Location, ...], after_comma: bool) -> None:
    """A place by itself, after a comma, is about every wish before it that has none; else it joins the last one's."""
    unplaced = [clause for clause in clauses if not clause.locations] if after_comma else []
    for clause in unplaced or clauses[-1:]:
        clause.locations += locations


def _pieces(tokens: Sequence[InstructionToken]) -> list[_Piece]:
    """Runs of tokens between separators, and between wishes that follow each other without one."""
    pieces = [_Piece(Tag.STOP)]
    for index, token in enumerate(tokens):
        current = pieces[-1]
        if token.tag in _BREAKS or (token.tag is Tag.COLON and current.only_places):
            pieces.append(_Piece(token.tag))
            continue
        if token.tag is Tag.COLON:  # "kick: louder" is "kick louder"
            continue
        if _begins_another(current, token, tokens[index + 1 :]):
            pieces.append(_Piece(Tag.SEPARATOR))
        pieces[-1].tokens.append(token)
    return [piece for piece in pieces if piece.tokens]


def _is_kit(token: InstructionToken) -> bool:
    return token.tag is Tag.PART and token.value.slug == KIT


def _begins_another(piece: _Piece, token: InstructionToken, rest: Sequence[InstructionToken]) -> bool:
    """Whether a token begins a second wish: "plus de kick moins de snare", "hats louder kick softer"."""
    tags = [other.tag for other in piece.tokens]
    ahead = [other.tag for other in rest]
    ahead = ahead[: next((at for at, tag in enumerate(ahead) if tag in _BREAKS), None)]
    if not piece.names_a_part and _TRAITS.intersection(tags) and tags[-1] not in _DEGREES | _AMOUNTS | {Tag.NOT}:
        return token.tag in _TRAITS or (token.tag in _DEGREES | _AMOUNTS and bool(_TRAITS.intersection(ahead[:2])))
    if not piece.has_target or not _STRONG.intersection(tags) or _JOINING.intersection(tags):
        return False
    if token.tag in _DEGREES | _VERBS:
        return any(tag in _TARGETS for tag in ahead[:3]) and tags[-1] not in _DEGREES | _VERBS | {Tag.NOT}
    if token.tag is Tag.PART and piece.begins_with_target:
        return tags[-1] in QUALITIES and any(tag in _DEGREES | QUALITIES for tag in ahead[:2])
    return False
