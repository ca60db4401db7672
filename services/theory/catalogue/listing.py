"""Lists the catalogue for clients: menus, auto-completion, documentation."""

from collections.abc import Mapping

from boumbapp.music.v2.music_pb2 import Role
from boumbapp.theory.v2 import theory_service_pb2 as pb

from music.roles import role_name
from services.chassis.server.pages import page_of
from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import CatalogueItem, StyleProfile


def list_entries(catalogue: Catalogue, request: pb.ListCatalogueRequest, locale: str) -> pb.ListCatalogueResponse:
    """A page of the entries of one kind, ordered by slug.

    Args:
        catalogue: The catalogue.
        request: Which entries, of a kind that is not CATALOGUE_KIND_UNSPECIFIED, and which page.
        locale: Language of labels and descriptions, "fr" or "en".

    Raises:
        ApiError: The page's token is none of this kind.
    """
    kinds: Mapping[pb.CatalogueKind.ValueType, Mapping[str, CatalogueItem]] = {
        pb.CATALOGUE_KIND_SCALE: catalogue.scales,
        pb.CATALOGUE_KIND_STYLE: catalogue.styles,
        pb.CATALOGUE_KIND_MOOD: catalogue.moods,
        pb.CATALOGUE_KIND_ROLE: catalogue.roles,
        pb.CATALOGUE_KIND_PROGRESSION: catalogue.progressions,
    }
    slugs, following = page_of(
        sorted(kinds[request.kind]),
        str,
        of=pb.CatalogueKind.Name(request.kind),
        size=request.page_size,
        token=request.page_token,
    )
    entries = [_entry(kinds[request.kind][slug], locale) for slug in slugs]
    return pb.ListCatalogueResponse(entries=entries, next_page_token=following)


def _entry(entry: CatalogueItem, locale: str) -> pb.CatalogueEntry:
    description = getattr(entry, "description", None)
    listed = pb.CatalogueEntry(
        slug=entry.slug,
        label=entry.label.in_(locale),
        aliases=entry.aliases,
        description=description.in_(locale) if description else "",
        pitch_classes=getattr(entry, "pitch_classes", 0),
        source=getattr(entry, "source", ""),
    )
    if isinstance(entry, StyleProfile):
        _, listed.bpm, _ = entry.bpm
        beats, beat_unit = entry.meter.split("/")
        listed.meter.beats, listed.meter.beat_unit = int(beats), int(beat_unit)
        listed.parts.extend(role for role in sorted(Role.values()) if role_name(role) in entry.rhythms)
    return listed
