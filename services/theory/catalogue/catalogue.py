"""The catalogue: scales, styles, moods, roles, progressions and families of harmony, one YAML file per entry.

Adding an entry is adding a file under data/<kind>/; its name without ".yaml" is the slug.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from boumbapp.music.v2.music_pb2 import Role

from language.yaml_fields import DataFileError, YamlFields
from music.roles import role_name
from services.theory.catalogue.entries import Mood, NamedProgression, RoleProfile, Scale, StyleProfile
from services.theory.catalogue.harmony_family import HarmonyFamily

DATA = Path(__file__).parent / "data"
_SLUG = re.compile(r"[a-z][a-z0-9_]*")
# Harmony where the style has none of its own for a scale.
DEFAULT_HARMONY = "modes"
ItemT = TypeVar("ItemT", Scale, StyleProfile, Mood, RoleProfile, NamedProgression)
FileT = TypeVar("FileT")


@dataclass(frozen=True, slots=True, eq=False)  # equal by identity, so that results can be cached per catalogue
class Catalogue:
    """All entries by kind and slug, in the order of their slugs."""

    scales: Mapping[str, Scale]
    styles: Mapping[str, StyleProfile]
    moods: Mapping[str, Mood]
    roles: Mapping[str, RoleProfile]
    progressions: Mapping[str, NamedProgression]
    harmonies: Mapping[str, HarmonyFamily]

    @classmethod
    def load(cls, folder: Path = DATA) -> "Catalogue":
        """Read the catalogue of a folder, once per process. Raises DataFileError naming file and key."""
        return _load(folder)

    def sizes(self) -> dict[str, int]:
        """Number of entries by kind."""
        return {kind: len(getattr(self, kind)) for kind in self.__slots__}

    def role(self, role: Role.ValueType) -> RoleProfile:
        """Profile of a role of the contract."""
        return self.roles[role_name(role)]

    def harmony(self, style: str) -> HarmonyFamily:
        """The harmony of a style, by its slug; that of the modes themselves where the slug is empty."""
        return self.harmonies[self.styles[style].harmony if style else DEFAULT_HARMONY]


@cache
def _load(folder: Path) -> Catalogue:
    catalogue = Catalogue(
        scales=_read_kind(folder / "scales", Scale.read),
        styles=_read_kind(folder / "styles", StyleProfile.read),
        moods=_read_kind(folder / "moods", Mood.read),
        roles=_read_kind(folder / "roles", RoleProfile.read),
        progressions=_read_kind(folder / "progressions", NamedProgression.read),
        harmonies=_read_files(folder / "harmonies", HarmonyFamily.read),
    )
    for style in catalogue.styles.values():
        _check_references(f"styles/{style.slug}.yaml: scales", style.scales, catalogue.scales)
        _check_references(f"styles/{style.slug}.yaml: harmony", [style.harmony], catalogue.harmonies)
    for mood in catalogue.moods.values():
        _check_references(f"moods/{mood.slug}.yaml: scales", mood.scales, catalogue.scales)
    for progression in catalogue.progressions.values():
        _check_references(f"progressions/{progression.slug}.yaml: scales", progression.scales, catalogue.scales)
        if progression.style:
            _check_references(f"progressions/{progression.slug}.yaml: style", [progression.style], catalogue.styles)
    for family in catalogue.harmonies.values():
        _check_references(f"harmonies/{family.slug}.yaml: tonalities", family.tonalities, catalogue.scales)
    return catalogue


def _read_files(folder: Path, read: Callable[[str, YamlFields], FileT]) -> dict[str, FileT]:
    entries = {}
    for path in sorted(folder.glob("*.yaml")):
        fields = YamlFields.of_file(path)
        if not _SLUG.fullmatch(path.stem):
            raise fields.error("file name", "lower-case letters, digits and underscores are needed")
        entries[path.stem] = read(path.stem, fields)
        fields.finish()
    return entries


def _read_kind(folder: Path, read: Callable[[str, YamlFields], ItemT]) -> dict[str, ItemT]:
    entries = _read_files(folder, read)
    owners: dict[str, str] = {}
    for entry in entries.values():
        for alias in entry.aliases:
            owner = owners.setdefault(alias.casefold(), entry.slug)
            if owner != entry.slug:
                raise DataFileError(f"{folder.name}/{entry.slug}.yaml: aliases: {alias!r} already belongs to {owner}")
    return entries


def _check_references(where: str, slugs: Iterable[str], entries: Mapping[str, object]) -> None:
    for slug in slugs:
        if slug not in entries:
            raise DataFileError(f"{where}: there is no {slug!r}")
