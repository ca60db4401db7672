"""What words say about the shape of a line: contour, note values, dynamics, first and last notes, avoided intervals."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from boumbapp.music.v2.intent_pb2 import Contour, NoteValue
from boumbapp.music.v2.music_pb2 import Level

from music.pitch import PitchName
from services.theory.prompt.parse.shape_patterns import (
    AVOIDED,
    BEAT,
    CONTEXT,
    CONTOURS,
    DYNAMICS,
    FINAL,
    FINAL_AFTER,
    FIRST,
    KEY_WORDS,
    NOUN_BEFORE,
    ROOTS,
    SLIDES,
    SWINGS,
    TRIGGERS,
    VALUE,
    VALUE_OF_GROUP,
    WALKS,
)
from services.theory.prompt.parse.spans import ParserState
from services.theory.prompt.parse.tokenizer import Prompt
from services.theory.prompt.parse.tonics import BOUNDARIES, parse_tonic

Span = tuple[int, int]


@dataclass(slots=True)
class ShapeWords:
    """The shape that words give a line; None or empty where they say nothing.

    Attributes:
        spans: Tokens of each member that is said, by its name.
    """

    contour: Contour.ValueType | None = None
    note_values: tuple[NoteValue.ValueType, ...] = ()
    dynamics: tuple[Level.ValueType, Level.ValueType] | None = None
    first_note: PitchName | None = None
    final_note: PitchName | None = None
    avoided_intervals: tuple[int, ...] = ()
    roots_only: bool = False
    walking_bass: bool = False
    slides: bool = False
    spans: dict[str, Span] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.spans)


def parse_shape(state: ParserState, negated: frozenset[int]) -> ShapeWords:
    """The shape that a prompt gives its line. Words of dynamics and of single notes are consumed, others understood.

    Args:
        state: The prompt, and which tokens are used.
        negated: Indices of negated tokens, whose values are left out.
    """
    shape = ShapeWords()
    reader = _Reader.of(state)
    if TRIGGERS.search(reader.text) is None:
        return shape
    _read_notes(shape, reader)
    for contour, pattern in CONTOURS:
        if shape.contour is None and (span := reader.first(pattern)):
            shape.contour = contour
            reader.keep(shape, "contour", span)
    _read_dynamics(shape, reader)
    _read_values(shape, reader, negated)
    for pattern, steps in AVOIDED:
        if span := reader.first(pattern):
            shape.avoided_intervals = tuple(sorted({*shape.avoided_intervals, *steps}))
            reader.keep(shape, "avoided_intervals", span, consume=True)
    if span := reader.first(ROOTS):
        shape.roots_only = True
        reader.keep(shape, "roots_only", span, consume=True)
    for member, pattern in (("walking_bass", WALKS), ("slides", SLIDES)):
        # The name of the part may be used already: "walking bass".
        for match in pattern.finditer(reader.text):
            span = reader.tokens(match.start(), match.end())
            if span[0] not in negated:
                setattr(shape, member, True)
                reader.keep(shape, member, span)
                break
    return shape


@dataclass(frozen=True, slots=True)
class _Reader:
    """The texts of a prompt's tokens, joined by spaces, and where each begins."""

    state: ParserState
    text: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, state: ParserState) -> "_Reader":
        starts, at = [], 0
        for token in state.prompt.tokens:
            starts.append(at)
            at += len(token.text) + 1
        return cls(state, " ".join(token.text for token in state.prompt.tokens), tuple(starts))

    def first(self, pattern: re.Pattern[str]) -> Span | None:
        """Tokens of the first match that no other parser has used."""
        return next(self.all(pattern), None)

    def all(self, pattern: re.Pattern[str]) -> Iterator[Span]:
        """Tokens of each match that no other parser has used."""
        for match in pattern.finditer(self.text):
            span = self.tokens(match.start(), match.end())
            if self.state.is_free(*span):
                yield span

    def tokens(self, start: int, end: int) -> Span:
        """The tokens that characters `start` to before `end` of the text belong to."""
        return bisect_right(self.starts, start) - 1, bisect_left(self.starts, end)

    def before(self, index: int) -> str:
        """The text before a token, its last space included."""
        return self.text[max(self.starts[index] - CONTEXT, 0) : self.starts[index]]

    def after(self, index: int) -> str:
        """The text from the space before a token on."""
        return self.text[self.starts[index] - 1 :][:CONTEXT] if index < len(self.starts) else ""

    def keep(self, shape: ShapeWords, member: str, span: Span, *, consume: bool = False) -> None:
        """Note the words of a member."""
        known = shape.spans.get(member, span)
        shape.spans[member] = min(known[0], span[0]), max(known[1], span[1])
        if consume:
            self.state.consume(*span)
        self.state.understood.update(range(*span))


def _read_notes(shape: ShapeWords, reader: _Reader) -> None:
    """First and last notes: "finit sur un la", "un la à la fin", "starts on E"."""
    prompt = reader.state.prompt
    for index in range(len(prompt.tokens)):
        tonic = parse_tonic(prompt, index) if index not in reader.state.consumed else None
        if tonic is None or tonic.quality is not None:
            continue
        named = _is_note(prompt, index, tonic.last)
        final = named and FINAL.search(reader.before(index))
        first = named and FIRST.search(reader.before(index))
        if final or _is_last_of_all(reader, index, tonic.last):
            shape.final_note = tonic.name
            reader.keep(shape, "final_note", (index, tonic.last), consume=True)
        elif first:
            shape.first_note = tonic.name
            reader.keep(shape, "first_note", (index, tonic.last), consume=True)


def _is_note(prompt: Prompt, index: int, last: int) -> bool:
    """Whether a name stands for a note, not for a key or an article."""
    token = prompt.tokens[index]
    if prompt.text(last) in KEY_WORDS:
        return False
    ends = prompt.text(last) in BOUNDARIES | {""}
    return ends if token.text in ("a", "la", "si") else ends or token.cased[0].isupper() or len(token.text) > 1


def _is_last_of_all(reader: _Reader, index: int, last: int) -> bool:
    before = reader.state.prompt.text(index - 1)
    return before in ("un", "une", "a", "an", "le", "the", "note") and bool(FINAL_AFTER.match(reader.after(last)))


def _read_dynamics(shape: ShapeWords, reader: _Reader) -> None:
    for pattern, levels in DYNAMICS:
        if shape.dynamics is None and (span := reader.first(pattern)):
            shape.dynamics = levels
            reader.keep(shape, "dynamics", span, consume=True)


def _read_values(shape: ShapeWords, reader: _Reader, negated: frozenset[int]) -> None:
    """Note values that the words ask for: "que des noires", "in eighth notes"; not beats, swing or what hats play."""
    found: dict[NoteValue.ValueType, None] = {}
    for match in VALUE.finditer(reader.text):
        span = reader.tokens(match.start(), match.end())
        before, after = reader.before(span[0]), reader.after(span[1])
        if (
            span[0] in negated
            or not reader.state.is_free(*span)
            or SWINGS.search(after)
            or SWINGS.search(before)
            or BEAT.search(before)
        ):
            continue
        if BEAT.search(before) or BEAT.match(after) or NOUN_BEFORE.search(before):
            continue
        assert match.lastgroup is not None
        found[VALUE_OF_GROUP[match.lastgroup]] = None
        reader.keep(shape, "note_values", span)
    shape.note_values = tuple(found)
