"""Lists the catalogue for clients: menus, auto-completion, documentation."""

from collections.abc import Mapping

from boumbapp.theory.v1 import theory_service_pb2 as pb

from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import CatalogueItem


def list_entries(catalogue: Catalogue, kind: pb.CatalogueKind.ValueType, locale: str) -> list[pb.CatalogueEntry]:
    """Entries of one kind, ordered by slug.

    Args:
        catalogue: The catalogue.
        kind: Which entries; not CATALOGUE_KIND_UNSPECIFIED.
        locale: Language of labels and descriptions, "fr" or "en".
    """
    kinds: Mapping[pb.CatalogueKind.ValueType, Mapping[str, CatalogueItem]] = {
        pb.CATALOGUE_KIND_SCALE: catalogue.scales,
        pb.CATALOGUE_KIND_STYLE: catalogue.styles,
        pb.CATALOGUE_KIND_MOOD: catalogue.moods,
        pb.CATALOGUE_KIND_ROLE: catalogue.roles,
        pb.CATALOGUE_KIND_PROGRESSION: catalogue.progressions,
    }
    return [_entry(entry, locale) for _, entry in sorted(kinds[kind].items())]


def _entry(entry: CatalogueItem, locale: str) -> pb.CatalogueEntry:
    description = getattr(entry, "description", None)
    return pb.CatalogueEntry(
        slug=entry.slug,
        label=entry.label.in_(locale),
        aliases=entry.aliases,
        description=description.in_(locale) if description else "",
        pitch_classes=getattr(entry, "pitch_classes", 0),
        source=getattr(entry, "source", ""),
    )
