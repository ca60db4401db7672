"""What the catalogue holds: scales, styles, moods, roles and progressions, each read from a YAML file of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, Level, Role, Swing, SwingUnit

from language.localized_text import LocalizedText
from language.yaml_fields import YamlFields
from music.pitch import interval_semitones, mask_of
from services.theory.catalogue.style_swing import read_swing

LEVELS: Mapping[str, Level.ValueType] = {"low": LEVEL_LOW, "medium": LEVEL_MEDIUM, "high": LEVEL_HIGH}
# A rhythm, a sign per sixteenth: X always has an onset, 9 has one nearly as often, 0 hardly ever.
_PATTERN = re.compile(r"(?=.*[1-9X])[0-9X]+")
_METER = re.compile(r"([1-9]|[12]\d|3[0-2])/(2|4|8|16)")


class CatalogueItem(Protocol):
    """What entries of every kind have."""

    @property
    def slug(self) -> str:
        """Stable identifier in English snake_case."""

    @property
    def label(self) -> LocalizedText:
        """Name to show."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Further words that prompts use for it, French and English."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale as spelled intervals above its tonic."""

    slug: str
    label: LocalizedText
    aliases: tuple[str, ...]
    description: LocalizedText
    intervals: tuple[str, ...]  # ascending: "P1", "M2", "m3"...
    music21: str | None  # what must agree: "scale.MinorScale", "scale.MelodicMinorScale 4" (a mode), "set.blues scale"
    source: str

    @property
    def pitch_classes(self) -> int:
        """Bit mask above the tonic: bit s is set when the scale has a tone s semitones above it."""
        return mask_of([interval_semitones(interval) for interval in self.intervals])

    @property
    def is_minor(self) -> bool:
        """Whether it has a minor third and no major one."""
        return bool(self.pitch_classes >> 3 & 1) and not self.pitch_classes >> 4 & 1

    @classmethod
    def read(cls, slug: str, fields: YamlFields) -> "Scale":
        """Read the file of a scale.

        Args:
            slug: Name of the file without its suffix.
            fields: Content of the file.

        Raises:
            DataFileError: A field is missing, unknown or wrong; it names file and field.
        """
        intervals = fields.strings("intervals")
        try:
            semitones = [interval_semitones(interval) for interval in intervals]
        except ValueError as error:
            raise fields.error("intervals", str(error)) from error
        if intervals[:1] != ("P1",) or semitones != sorted(set(semitones)) or len(semitones) < 3:
            raise fields.error("intervals", "three or more ascending intervals that begin with P1 are needed")
        return cls(
            slug=slug,
            label=LocalizedText.read(fields.nested("label")),
            aliases=fields.strings("aliases"),
            description=LocalizedText.read(fields.nested("description")),
            intervals=intervals,
            music21=fields.string("music21") if fields.has("music21") else None,
            source=fields.string("source"),
        )


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a role treats the sixteenths of a style's bar."""

    weights: tuple[int, ...]  # relative probability of an onset on each sixteenth, 0-100
    anchors: tuple[int, ...]  # sixteenths that always have an onset
    gate: float  # sounding part of a note's written length, 0.1-1
    others: tuple["Rhythm", ...] = ()  # what the style plays as well, less often


@dataclass(frozen=True, slots=True)
class StyleProfile:
    """A style and what it implies."""

    slug: str
    label: LocalizedText
    aliases: tuple[str, ...]
    description: LocalizedText
    scales: tuple[str, ...]  # slugs, most typical first
    bpm: tuple[float, float, float]  # lowest, typical, highest, in quarter notes per minute
    meter: str  # "4/4"
    swing: float  # delay of every second unit as a fraction of the unit, 0-0.5
    swing_unit: SwingUnit.ValueType  # which notes swing, also when only a prompt asks for it
    density: Level.ValueType
    rhythms: Mapping[str, Rhythm]  # by slug of the role
    harmony: str  # slug of the family of progressions that it draws from
    source: str

    @property
    def usual_swing(self) -> Swing:
        """Its swing as constraints tell it; a message of the caller's own."""
        return Swing(amount=self.swing, unit=self.swing_unit)

    @classmethod
    def read(cls, slug: str, fields: YamlFields) -> "StyleProfile":
        """Read the file of a style.

        Args:
            slug: Name of the file without its suffix.
            fields: Content of the file.

        Raises:
            DataFileError: A field is missing, unknown or wrong; it names file and field.
        """
        meter = fields.string("meter", "4/4")
        match = _METER.fullmatch(meter)
        if match is None:
            raise fields.error("meter", "beats 1-32 over 2, 4, 8 or 16 are needed, such as 4/4")
        steps = int(match[1]) * 16 // int(match[2])

        def rhythm(nested: YamlFields) -> Rhythm:
            gate = nested.number("gate", 0.1, 1, default=0.9)
            patterns = [text.replace(" ", "") for text in nested.text_or_texts("pattern")]
            if not patterns or any(not _PATTERN.fullmatch(text) or len(text) != steps for text in patterns):
                raise nested.error("pattern", f"{steps} signs are needed, each a digit 0-9 or X")
            first, *others = (_rhythm_of(pattern, gate) for pattern in patterns)
            return replace(first, others=tuple(others))

        bpm = fields.integers("bpm", 20, 400, count=3)
        if not bpm[0] <= bpm[1] <= bpm[2]:
            raise fields.error("bpm", "lowest, typical and highest must ascend")
        rhythms = fields.mapping("rhythms", rhythm)
        for role in rhythms:
            _role(role, fields, "rhythms")
        amount, unit = read_swing(fields)
        return cls(
            slug=slug,
            label=LocalizedText.read(fields.nested("label")),
            aliases=fields.strings("aliases"),
            description=LocalizedText.read(fields.nested("description")),
            scales=fields.strings("scales"),
            bpm=(bpm[0], bpm[1], bpm[2]),
            meter=meter,
            swing=amount,
            swing_unit=unit,
            density=_level(fields, "density"),
            rhythms=rhythms,
            harmony=fields.string("harmony"),
            source=fields.string("source"),
        )


@dataclass(frozen=True, slots=True)
class Mood:
    """A mood and what it implies; None where it implies nothing."""

    slug: str
    label: LocalizedText
    aliases: tuple[str, ...]
    description: LocalizedText
    scales: tuple[str, ...]  # slugs, most typical first
    tempo: float | None  # factor on the usual tempo
    density: Level.ValueType | None
    register: Level.ValueType | None

    @classmethod
    def read(cls, slug: str, fields: YamlFields) -> "Mood":
        """Read the file of a mood.

        Args:
            slug: Name of the file without its suffix.
            fields: Content of the file.

        Raises:
            DataFileError: A field is missing, unknown or wrong; it names file and field.
        """
        return cls(
            slug=slug,
            label=LocalizedText.read(fields.nested("label")),
            aliases=fields.strings("aliases"),
            description=LocalizedText.read(fields.nested("description")),
            scales=fields.strings("scales"),
            tempo=fields.number("tempo", 0.25, 4) if fields.has("tempo") else None,
            density=_level(fields, "density") if fields.has("density") else None,
            register=_level(fields, "register") if fields.has("register") else None,
        )


@dataclass(frozen=True, slots=True)
class RoleProfile:
    """What a role may play."""

    slug: str
    label: LocalizedText
    aliases: tuple[str, ...]
    role: Role.ValueType
    ranges: Mapping[Level.ValueType, tuple[int, int]]  # lowest and highest MIDI key number by register
    onsets: Mapping[Level.ValueType, tuple[int, int]]  # fewest and most onsets in a 4/4 bar by density
    max_polyphony: int

    @classmethod
    def read(cls, slug: str, fields: YamlFields) -> "RoleProfile":
        """Read the file of a role.

        Args:
            slug: Name of the file without its suffix.
            fields: Content of the file.

        Raises:
            DataFileError: A field is missing, unknown or wrong; it names file and field.
        """

        def by_level(key: str, highest: int, span: int) -> dict[Level.ValueType, tuple[int, int]]:
            nested = fields.nested(key)
            pairs = {level: nested.integers(name, 0, highest, count=2) for name, level in LEVELS.items()}
            nested.finish()
            if any(high - low < span for low, high in pairs.values()):
                raise fields.error(key, f"each second number must be at least the first plus {span}")
            return {level: (low, high) for level, (low, high) in pairs.items()}

        return cls(
            slug=slug,
            label=LocalizedText.read(fields.nested("label")),
            aliases=fields.strings("aliases"),
            role=_role(slug, fields, "file name"),
            ranges=by_level("ranges", 127, 12),  # an octave holds a tone of any scale and any chord
            onsets=by_level("onsets", 64, 0),
            max_polyphony=int(fields.number("max_polyphony", 1, 16)),
        )


@dataclass(frozen=True, slots=True)
class NamedProgression:
    """A named chord progression, one numeral per bar."""

    slug: str
    label: LocalizedText
    aliases: tuple[str, ...]
    numerals: tuple[str, ...]
    scales: tuple[str, ...]  # slugs of scales that it fits, most typical first
    style: str | None  # slug of the style that its name implies
    source: str

    @classmethod
    def read(cls, slug: str, fields: YamlFields) -> "NamedProgression":
        """Read the file of a progression.

        Args:
            slug: Name of the file without its suffix.
            fields: Content of the file.

        Raises:
            DataFileError: A field is missing, unknown or wrong; it names file and field.
        """
        numerals = fields.strings("numerals")
        if not numerals:
            raise fields.error("numerals", "at least one is needed")
        return cls(
            slug=slug,
            label=LocalizedText.read(fields.nested("label")),
            aliases=fields.strings("aliases"),
            numerals=numerals,
            scales=fields.strings("scales"),
            style=fields.string("style") if fields.has("style") else None,
            source=fields.string("source"),
        )


def _rhythm_of(pattern: str, gate: float) -> Rhythm:
    return Rhythm(
        weights=tuple(100 if sign == "X" else 10 * int(sign) for sign in pattern),
        anchors=tuple(step for step, sign in enumerate(pattern) if sign == "X"),
        gate=gate,
    )


def _level(fields: YamlFields, key: str) -> Level.ValueType:
    name = fields.string(key)
    if name not in LEVELS:
        raise fields.error(key, "low, medium or high is needed")
    return LEVELS[name]


def _role(slug: str, fields: YamlFields, key: str) -> Role.ValueType:
    name = f"ROLE_{slug.upper()}"
    if name not in Role.keys():  # noqa: SIM118  # the enum wrapper is no mapping
        raise fields.error(key, f"there is no role called {slug}")
    return Role.Value(name)
