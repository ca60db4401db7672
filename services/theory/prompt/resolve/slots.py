"""Slots of an intent, each with the source of its value, and what they are resolved from."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from boumbapp.music.v2.intent_pb2 import (
    SOURCE_DEFAULT,
    SOURCE_HINT,
    SOURCE_OVERRIDE,
    SOURCE_PROMPT,
    SOURCE_STYLE,
    Evidence,
    IntentOptions,
    Source,
)

from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import Mood, StyleProfile
from services.theory.prompt.parse.chord_lists import ProgressionMention
from services.theory.prompt.parse.parsed_prompt import ParsedPrompt
from services.theory.prompt.parse.references import ReferenceEntry
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.resolve.progressions import catalogue_slug

T = TypeVar("T", bound=Hashable)
_IMPLIED_CONFIDENCE, _DEFAULT_CONFIDENCE = 0.6, 0.3


@dataclass(frozen=True, slots=True)
class OptionKey:
    """A key given as an option; a part that is left open is None."""

    tonic: PitchName | None = None
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedOptions:
    """The options of a request, parsed.

    Attributes:
        message: The options as they came.
        key: The key option.
        project_key: The key of the project.
        style: Slug of the style option; empty for none.
        progression: The progression option; None for none.
        overridden: Slots that an override fills, with the words of the prompt that say something else.
    """

    message: IntentOptions
    key: OptionKey
    project_key: OptionKey
    style: str
    progression: ProgressionMention | None
    overridden: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slot(Generic[T]):
    """The value of a slot and why it has it."""

    value: T
    source: Source.ValueType
    words: str = ""
    confidence: float = _DEFAULT_CONFIDENCE

    def evidence(self, name: str) -> Evidence:
        """The evidence to put into the intent."""
        return Evidence(slot=name, source=self.source, words=self.words, confidence=self.confidence)


def implied(value: T, source: Source.ValueType = SOURCE_STYLE) -> Slot[T]:
    """A slot filled by what style, mood, chords or project imply.

    Args:
        value: The value.
        source: What implies it.
    """
    return Slot(value, source, confidence=_IMPLIED_CONFIDENCE)


def default(value: T) -> Slot[T]:
    """A slot that neither words nor options fill."""
    return Slot(value, SOURCE_DEFAULT)


@dataclass(slots=True)
class ResolutionContext:
    """What the slots of an intent are resolved from.

    Attributes:
        parsed: The parsed prompt.
        options: The parsed options.
        catalogue: What styles, moods and progressions imply.
        progression: The prompt's progression, else the option's.
        styles: The style, then styles that colour it; empty for none.
        mood: The mood, if there is one.
        reference: The first artist, work or scene that the prompt names, if any.
    """

    parsed: ParsedPrompt
    options: ParsedOptions
    catalogue: Catalogue
    progression: ProgressionMention | None
    styles: list[StyleProfile]
    mood: Mood | None = None
    reference: ReferenceEntry | None = None

    def from_prompt(self, mention: Mention[T]) -> Slot[T]:
        """A slot filled by words of the prompt."""
        words = self.parsed.prompt.words(mention.first, mention.last)
        return Slot(mention.value, SOURCE_PROMPT, words, mention.confidence)

    def from_option(self, slot: str, value: T, confidence: float = 1.0) -> Slot[T]:
        """A slot filled by an override or a hint.

        Args:
            slot: Name of the slot whose option it is.
            value: The value.
            confidence: How sure it is, 0-1.
        """
        words = self.options.overridden.get(slot)
        if words is None:
            return Slot(value, SOURCE_HINT, confidence=confidence)
        return Slot(value, SOURCE_OVERRIDE, words, confidence)

    @property
    def chords_asked(self) -> bool:
        """Whether words or an override name the chords."""
        return self.parsed.progression is not None or "progression" in self.options.overridden

    @property
    def progression_name(self) -> str:
        """Slug of the progression's entry in the catalogue; empty for none."""
        return catalogue_slug(self.progression) if self.progression else ""

    def from_chords(self, value: T) -> Slot[T]:
        """A slot that the chords of the prompt or the option decide."""
        chords = self.parsed.progression
        if chords is None:
            return self.from_option("progression", value, _IMPLIED_CONFIDENCE)
        return Slot(value, SOURCE_PROMPT, self.parsed.prompt.words(chords.first, chords.last), 0.7)
