"""Bands and forms of styles; the data are in bands.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_UNSPECIFIED, Level, Role

from language.yaml_fields import YamlFields
from music.roles import role_name

BANDS_FILE = Path(__file__).with_name("bands.yaml")
_LEVELS = {"low": LEVEL_LOW, "medium": LEVEL_MEDIUM, "high": LEVEL_HIGH}
_ROLES = {role_name(role): role for role in Role.values() if role}
_MOST_BARS, _HIGHEST_PROGRAM = 128, 127


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a band.

    Attributes:
        role: What it plays.
        program: General MIDI programme, 0-127; None for the usual one of the role.
        register: Pitch height; unspecified for the usual one.
        density: Amount of onsets; unspecified follows the piece.
    """

    role: Role.ValueType
    program: int | None = None
    register: Level.ValueType = LEVEL_UNSPECIFIED
    density: Level.ValueType = LEVEL_UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Band:
    """Who plays, and the form of long pieces.

    Attributes:
        members: Parts, in the order of a score.
        form: Name of a form.
    """

    members: tuple[Member, ...]
    form: str

    def member(self, role: Role.ValueType) -> Member | None:
        """The first part of a role; None where the band has none."""
        return next((member for member in self.members if member.role == role), None)


@dataclass(frozen=True, slots=True)
class SectionKind:
    """What sections of a kind are like.

    Attributes:
        bars: Usual length.
        energy: How strong they are.
        rests: Roles that do not play in them.
    """

    bars: int
    energy: Level.ValueType
    rests: frozenset[Role.ValueType]


@dataclass(frozen=True, slots=True)
class Bands:
    """All bands and forms.

    Attributes:
        default: Of styles that are not listed, and of music without a style.
        styles: By the style's slug.
        sections: By the name of the kind.
        forms: Kinds of sections, by the name of the form.
        programs: General MIDI programmes, 0-127, by the slug of an instrument.
    """

    default: Band
    styles: Mapping[str, Band]
    sections: Mapping[str, SectionKind]
    forms: Mapping[str, tuple[str, ...]]
    programs: Mapping[str, int]


@cache
def load_bands(path: Path = BANDS_FILE) -> Bands:
    """Read bands and forms of a file, once per process.

    Raises:
        DataFileError: The file breaks the schema; the message names file and key.
        OSError: It cannot be read.
    """
    fields = YamlFields.of_file(path)
    sections = fields.mapping("sections", _section)
    named = fields.nested("forms")
    forms = {name: named.strings(name) for name in named.names()}
    for name, kinds in forms.items():
        if unknown := [kind for kind in kinds if kind not in sections]:
            raise named.error(name, f"there are no sections called {', '.join(unknown)}")
    bands = fields.mapping("bands", lambda band: _band(band, forms))
    of_styles, played = fields.nested("styles"), fields.nested("programs")

    def band(holder: YamlFields, key: str) -> Band:
        found = bands.get(holder.string(key))
        if found is None:
            raise holder.error(key, f"one of {', '.join(bands)} is needed")
        return found

    read = Bands(
        default=band(fields, "default"),
        styles={style: band(of_styles, style) for style in of_styles.names()},
        sections=sections,
        forms=forms,
        programs={name: int(played.number(name, 0, _HIGHEST_PROGRAM)) for name in played.names()},
    )
    fields.finish()
    return read


def band_of(style: str) -> Band:
    """The band of a style, by its slug; empty for none."""
    bands = load_bands()
    return bands.styles.get(style, bands.default)


def _band(fields: YamlFields, forms: Mapping[str, tuple[str, ...]]) -> Band:
    form = fields.string("form")
    if form not in forms:
        raise fields.error("form", f"one of {', '.join(forms)} is needed")

    def member(part: YamlFields) -> Member:
        return Member(
            role=Role.ROLE_UNSPECIFIED,
            program=int(part.number("program", 0, _HIGHEST_PROGRAM)) if part.has("program") else None,
            register=_level(part, "register"),
            density=_level(part, "density"),
        )

    parts = fields.mapping("parts", member)
    return Band(
        tuple(
            Member(_role(fields, "parts", name), each.program, each.register, each.density)
            for name, each in parts.items()
        ),
        form,
    )


def _section(fields: YamlFields) -> SectionKind:
    return SectionKind(
        bars=int(fields.number("bars", 1, _MOST_BARS)),
        energy=_level(fields, "energy"),
        rests=frozenset(_role(fields, "rests", name) for name in fields.strings("rests")),
    )


def _level(fields: YamlFields, key: str) -> Level.ValueType:
    if not fields.has(key):
        return LEVEL_UNSPECIFIED
    name = fields.string(key)
    if name not in _LEVELS:
        raise fields.error(key, "low, medium or high is needed")
    return _LEVELS[name]


def _role(fields: YamlFields, key: str, name: str) -> Role.ValueType:
    if name not in _ROLES:
        raise fields.error(key, f"there is no role called {name}")
    return _ROLES[name]
