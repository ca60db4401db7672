"""From findings and options to an intent: words, then options, then style or mood, then project, then default."""

from dataclasses import replace
from typing import TypeVar

from boumbapp.music.v1.intent_pb2 import SOURCE_OPTION, SOURCE_PROMPT, Evidence, Intent
from boumbapp.music.v1.music_pb2 import (
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
from services.theory.prompt.key_realization import realise
from services.theory.prompt.keys import resolve_key, resolve_modulations
from services.theory.prompt.parser import Findings
from services.theory.prompt.slots import Given, Situation, Slot, default, implied, option
from services.theory.prompt.swing_words import SwingWords
from services.theory.prompt.time_slots import resolve_bars, resolve_bpm, resolve_meter

T = TypeVar("T")


class Resolver:
    """Fills an intent, slot after slot, and keeps the evidence.

    Args:
        found: What the prompt says.
        given: What the options say.
        catalogue: What styles, moods and progressions imply.
    """

    def __init__(self, found: Findings, given: Given, catalogue: Catalogue) -> None:
        self._situation = Situation(found, given, catalogue, found.progression or given.progression, [])
        self._evidence: list[Evidence] = []

    def intent(self, locale: str) -> Intent:
        """The filled intent. Raises ApiError when the prompt asks for an impossible length, tempo or metre."""
        situation = self._situation
        catalogue = situation.catalogue
        style = self._keep("style", _style(situation))
        situation.styles = [catalogue.styles[slug] for slug in (style, *situation.found.colours) if slug]
        mood = self._keep("mood", situation.said(situation.found.mood) if situation.found.mood else default(""))
        situation.mood = catalogue.moods[mood] if mood else None
        role = self._keep("role", _role(situation))
        tonic, scale = resolve_key(situation)
        key = Key(tonic=self._keep("key.tonic", tonic), scale=self._keep("key.scale", scale))
        meter = self._keep("meter", resolve_meter(situation))
        bpm = self._keep("bpm", resolve_bpm(situation))
        chords = realise(situation.progression, key, catalogue) if situation.progression else []
        self._keep("progression", situation.said_by_chords(()) if chords else default(()))
        bars = self._keep("bars", resolve_bars(situation, meter, bpm, chords))
        later = situation.found.later_keys
        self._keep("modulations", _said_later(situation) if later else default(()))
        register, density = self._keep("register", _register(situation)), self._keep("density", _density(situation))
        swing = self._keep("swing", _swing(situation))
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
            modulations=resolve_modulations(situation, key, bars),
            vague=self._is_vague(role, style),
            evidence=self._evidence,
            locale=locale,
        )

    def _keep(self, name: str, slot: Slot[T]) -> T:
        self._evidence.append(slot.evidence(name))
        return slot.value

    def _is_vague(self, role: Role.ValueType, style: str) -> bool:
        """Whether nothing names a tonic or chords, or for drums a style or pattern."""
        if role == ROLE_DRUMS:
            return not (style or self._situation.found.pattern)
        return not any(
            evidence.slot in ("key.tonic", "progression") and evidence.source in (SOURCE_PROMPT, SOURCE_OPTION)
            for evidence in self._evidence
        )


def _said_later(situation: Situation) -> Slot[tuple[()]]:
    later = situation.found.later_keys
    words = "; ".join(situation.found.prompt.words(change.first, change.last) for change in later)
    return Slot((), SOURCE_PROMPT, words, 0.85)


def _style(situation: Situation) -> Slot[str]:
    if situation.found.style:
        return situation.said(situation.found.style)
    if situation.given.style:
        return option(situation.given.style)
    if situation.progression_name:
        named = situation.catalogue.progressions[situation.progression_name].style
        if named:
            return situation.said_by_chords(named)
    return default("")


def _role(situation: Situation) -> Slot[Role.ValueType]:
    if situation.found.role:
        said = situation.said(situation.found.role)
        return Slot(situation.catalogue.roles[said.value].role, said.source, said.words, said.confidence)
    if situation.given.message.role:
        return option(situation.given.message.role)
    if situation.found.pattern:
        return implied(ROLE_DRUMS)
    return default(ROLE_CHORDS if situation.progression else ROLE_MELODY)


def _register(situation: Situation) -> Slot[Level.ValueType]:
    if situation.found.register:
        return situation.said(situation.found.register)
    if situation.given.message.register:
        return option(situation.given.message.register)
    return _implied_level([situation.mood.register if situation.mood else None])


def _density(situation: Situation) -> Slot[Level.ValueType]:
    if situation.found.density:
        return situation.said(situation.found.density)
    if situation.given.message.density:
        return option(situation.given.message.density)
    mood = situation.mood.density if situation.mood else None
    return _implied_level([mood, *(style.density for style in situation.styles[:1])])


def _implied_level(levels: list[Level.ValueType | None]) -> Slot[Level.ValueType]:
    level = next((level for level in levels if level is not None), None)
    return default(LEVEL_MEDIUM) if level is None else implied(level)


def _swing(situation: Situation) -> Slot[SwingWords]:
    """Swing with its unit: the words' or the option's, else the style's, else eighths."""
    given, style = situation.given.message, situation.styles[0] if situation.styles else None
    unit = given.swing.unit or (style.swing_unit if style else SWING_UNIT_EIGHTH)
    if situation.found.swing:
        said = situation.said(situation.found.swing)
        return replace(said, value=replace(said.value, unit=said.value.unit or unit))
    if given.HasField("swing"):
        return option(SwingWords(given.swing.amount, unit))
    if style and style.swing:
        return implied(SwingWords(style.swing, unit))
    return default(SwingWords(0.0, unit))
