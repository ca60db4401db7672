"""Fills an intent: overrides and words first, then hints, style and mood, the project, defaults."""

from dataclasses import replace
from typing import TypeVar

from boumbapp.music.v2.intent_pb2 import SOURCE_HINT, SOURCE_OVERRIDE, SOURCE_PROMPT, Evidence, Intent, Reference
from boumbapp.music.v2.music_pb2 import (
    LEVEL_MEDIUM,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    SWING_UNIT_EIGHTH,
    Key,
    Level,
    Meter,
    Role,
    Swing,
)

from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.parse.parsed_prompt import ParsedPrompt
from services.theory.prompt.parse.parts import suggested_role
from services.theory.prompt.parse.references import references
from services.theory.prompt.parse.spans import Mention
from services.theory.prompt.parse.swing_words import SwingWords
from services.theory.prompt.resolve.chords import resolve_progression, with_picardy_third
from services.theory.prompt.resolve.ending import resolve_ending
from services.theory.prompt.resolve.keys import resolve_key, resolve_modulations
from services.theory.prompt.resolve.parts_and_sections import resolve_parts, resolve_sections
from services.theory.prompt.resolve.shape import resolve_drum_patterns, resolve_shape
from services.theory.prompt.resolve.slots import ParsedOptions, ResolutionContext, Slot, default, implied
from services.theory.prompt.resolve.timing import resolve_bars, resolve_bpm, resolve_meter

T = TypeVar("T")


class Resolver:
    """Fills an intent, slot after slot, and keeps the evidence.

    Args:
        parsed: The parsed prompt.
        options: The parsed options.
        catalogue: What styles, moods and progressions imply.
    """

    def __init__(self, parsed: ParsedPrompt, options: ParsedOptions, catalogue: Catalogue) -> None:
        self._situation = ResolutionContext(parsed, options, catalogue, parsed.progression or options.progression, [])
        self._evidence: list[Evidence] = []

    def intent(self, locale: str) -> Intent:
        """The filled intent. Raises ApiError when the prompt asks for an impossible length, tempo or meter."""
        context = self._situation
        catalogue = context.catalogue
        named = context.parsed.references
        context.reference = references()[named[0].value] if named else None
        style = self._keep("style", _style(context))
        context.styles = [catalogue.styles[slug] for slug in (style, *context.parsed.colours) if slug]
        mood = self._keep("mood", context.from_prompt(context.parsed.mood) if context.parsed.mood else default(""))
        feeling = mood or (context.reference.mood if context.reference else "")
        context.mood = catalogue.moods[feeling] if feeling else None
        role = self._keep("role", _role(context))
        tonic, scale = resolve_key(context)
        key = Key(tonic=self._keep("key.tonic", tonic), scale=self._keep("key.scale", scale))
        meter = self._keep("meter", resolve_meter(context))
        bpm = self._keep("bpm", resolve_bpm(context))
        chords = resolve_progression(context, key, Meter(beats=meter[0], beat_unit=meter[1]))
        self._keep("progression", context.from_chords(()) if chords else default(()))
        bars = self._keep("bars", resolve_bars(context, meter, bpm, chords))
        if not chords and not context.parsed.later_keys:
            chords = with_picardy_third(context, key, bars, Meter(beats=meter[0], beat_unit=meter[1]))
        later = context.parsed.later_keys
        self._keep("modulations", _later_keys_slot(context) if later else default(()))
        register, density = self._keep("register", _register(context)), self._keep("density", _density(context))
        swing = self._keep("swing", _swing(context))
        ending = self._keep("ending", resolve_ending(context))
        modulations = resolve_modulations(context, key, bars)
        return Intent(
            key=key,
            role=role,
            style=style,
            mood=mood,
            register=register,
            density=density,
            bpm=bpm,
            bars=bars,
            meter=Meter(beats=meter[0], beat_unit=meter[1]),
            swing=Swing(amount=swing.amount, unit=swing.unit),
            progression=chords,
            modulations=modulations,
            ending=ending,
            vague=self._is_vague(role, style),
            evidence=self._evidence,
            locale=locale,
            parts=resolve_parts(context, role),
            shape=resolve_shape(context.parsed),
            drum_patterns=resolve_drum_patterns(context.parsed, Meter(beats=meter[0], beat_unit=meter[1])),
            references=[_reference(context, mention) for mention in context.parsed.references],
            half_time=context.parsed.half_time,
            sections=resolve_sections(context, key, modulations),
        )

    def _keep(self, name: str, slot: Slot[T]) -> T:
        self._evidence.append(slot.evidence(name))
        return slot.value

    def _is_vague(self, role: Role.ValueType, style: str) -> bool:
        """Whether nothing names a tonic or chords, or for drums a style or pattern."""
        if role == ROLE_DRUMS:
            return not (style or self._situation.parsed.pattern)
        if self._situation.parsed.tune:
            return False
        return not any(
            evidence.slot in ("key.tonic", "progression")
            and evidence.source in (SOURCE_OVERRIDE, SOURCE_PROMPT, SOURCE_HINT)
            for evidence in self._evidence
        )


def _reference(context: ResolutionContext, mention: Mention[str]) -> Reference:
    entry = references()[mention.value]
    words = context.parsed.prompt.words(mention.first, mention.last)
    return Reference(name=entry.name, style=entry.style, mood=entry.mood, bpm=entry.bpm, words=words)


def _later_keys_slot(context: ResolutionContext) -> Slot[tuple[()]]:
    later = context.parsed.later_keys
    words = "; ".join(context.parsed.prompt.words(change.first, change.last) for change in later)
    return Slot((), SOURCE_PROMPT, words, 0.85)


def _style(context: ResolutionContext) -> Slot[str]:
    if context.parsed.style:
        return context.from_prompt(context.parsed.style)
    if context.reference and "style" not in context.options.overridden:
        words = context.from_prompt(context.parsed.references[0]).words
        return Slot(context.reference.style, SOURCE_PROMPT, words, 0.8)
    if context.options.style:
        return context.from_option("style", context.options.style)
    if context.progression_name:
        named = context.catalogue.progressions[context.progression_name].style
        if named:
            return context.from_chords(named)
    return default("")


def _role(context: ResolutionContext) -> Slot[Role.ValueType]:
    if context.parsed.role:
        stated = context.from_prompt(context.parsed.role)
        return Slot(context.catalogue.roles[stated.value].role, stated.source, stated.words, stated.confidence)
    if context.options.message.role:
        return context.from_option("role", context.options.message.role)
    if context.parsed.tune:
        tune = context.parsed.tune
        return Slot(ROLE_MELODY, SOURCE_PROMPT, context.parsed.prompt.words(tune.first, tune.last), 0.8)
    if context.parsed.pattern:
        return implied(ROLE_DRUMS)
    if suggested := suggested_role(context.parsed.parts):
        return implied(context.catalogue.roles[suggested].role)
    return default(ROLE_CHORDS if context.progression else ROLE_MELODY)


def _register(context: ResolutionContext) -> Slot[Level.ValueType]:
    if context.parsed.register:
        return context.from_prompt(context.parsed.register)
    if context.options.message.register:
        return context.from_option("register", context.options.message.register)
    return _implied_level([context.mood.register if context.mood else None])


def _density(context: ResolutionContext) -> Slot[Level.ValueType]:
    if context.parsed.density:
        return context.from_prompt(context.parsed.density)
    if context.options.message.density:
        return context.from_option("density", context.options.message.density)
    mood = context.mood.density if context.mood else None
    return _implied_level([mood, *(style.density for style in context.styles[:1])])


def _implied_level(levels: list[Level.ValueType | None]) -> Slot[Level.ValueType]:
    level = next((level for level in levels if level is not None), None)
    return default(LEVEL_MEDIUM) if level is None else implied(level)


def _swing(context: ResolutionContext) -> Slot[SwingWords]:
    """Swing with its unit: the words' or the option's, else the style's, else eighths."""
    given, style = context.options.message, context.styles[0] if context.styles else None
    unit = given.swing.unit or (style.swing_unit if style else SWING_UNIT_EIGHTH)
    if context.parsed.swing:
        said = context.from_prompt(context.parsed.swing)
        return replace(said, value=replace(said.value, unit=said.value.unit or unit))
    if given.HasField("swing"):
        return context.from_option("swing", SwingWords(given.swing.amount, unit))
    if style and style.swing:
        return implied(SwingWords(style.swing, unit))
    return default(SwingWords(0.0, unit))
