"""Spans of tokens: values that a prompt mentions, and which tokens are consumed."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from music.pitch import PitchName
from services.theory.prompt.parse.tokenizer import Prompt
from services.theory.prompt.parse.vocabulary import Phrase

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Mention(Generic[T]):
    """A value that tokens `first` to before `last` of the prompt name."""

    value: T
    first: int
    last: int
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class KeyMention:
    """A key in a prompt; either its tonic or its scale may be missing.

    Attributes:
        tonic: The spelled tonic.
        scale: Slug of the scale.
        first: First token.
        middle: First token of the scale's name; where it is part of the tonic's token ("Em"), the same as `first`.
        last: Token after the last one.
        confidence: How sure it is, 0-1.
    """

    tonic: PitchName | None
    scale: str | None
    first: int
    middle: int
    last: int
    confidence: float


@dataclass(slots=True)
class ParserState:
    """A prompt being parsed.

    Attributes:
        prompt: The prompt.
        phrases: Phrases of the vocabulary in it.
        consumed: Tokens that parsers have consumed, which no other may use.
        understood: Tokens whose meaning is in the result, or that say nothing by themselves; the others are told.
    """

    prompt: Prompt
    phrases: list[Phrase]
    consumed: set[int] = field(default_factory=set)
    understood: set[int] = field(default_factory=set)
    _at: dict[int, Phrase] = field(init=False)
    _inside: dict[int, Phrase] = field(init=False)

    def __post_init__(self) -> None:
        self._at = {phrase.first: phrase for phrase in self.phrases}
        self._inside = {index: phrase for phrase in self.phrases for index in range(phrase.first, phrase.last)}

    def consume(self, first: int, last: int) -> None:
        """Consume tokens, so that no other parser uses them.

        Args:
            first: First token.
            last: Token after the last one.
        """
        self.consumed.update(range(first, last))
        self.understood.update(range(first, last))

    def understand(self, mention: "Mention[Any] | Phrase") -> None:
        """Count the tokens of what is in the result as understood."""
        self.understood.update(range(mention.first, mention.last))

    def release(self, first: int, last: int) -> None:
        """Make consumed tokens available again.

        Args:
            first: First token.
            last: Token after the last one.
        """
        self.consumed.difference_update(range(first, last))
        self.understood.difference_update(range(first, last))

    def is_free(self, first: int, last: int) -> bool:
        """Whether none of the tokens is consumed.

        Args:
            first: First token.
            last: Token after the last one.
        """
        return self.consumed.isdisjoint(range(first, last))

    def phrase_at(self, index: int) -> Phrase | None:
        """The phrase that begins at a token."""
        return self._at.get(index)

    def phrase_around(self, index: int) -> Phrase | None:
        """The phrase that holds a token."""
        return self._inside.get(index)
