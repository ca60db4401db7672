"""Edits as messages of the contract, and back."""

from typing import Any

from boumbapp.music.v2 import edits_pb2 as pb

from services.composition.refining.edits import USUAL, PlacedEdit
from services.composition.refining.locations import WHOLE, Edge, Location, MetricalRole, Span, Stretch

_EDGES = {Edge.START: pb.PLACE_EDGE_START, Edge.END: pb.PLACE_EDGE_END}
_ROLES = {
    MetricalRole.BEATS: pb.METRICAL_ROLE_BEATS,
    MetricalRole.BACKBEATS: pb.METRICAL_ROLE_BACKBEATS,
    MetricalRole.STRONG_BEATS: pb.METRICAL_ROLE_STRONG_BEATS,
    MetricalRole.OFFBEATS: pb.METRICAL_ROLE_OFFBEATS,
}


def message_of(edit: PlacedEdit, action: str) -> pb.Edit:
    """An edit as data, without the parts that a domain adds to it.

    Args:
        edit: The edit.
        action: Its action, by slug.
    """
    return pb.Edit(
        action=action,
        places=map(_place, edit.locations),
        except_places=map(_place, edit.but_at),
        amount=edit.amount,
        value=edit.value,
        percent=edit.percent,
        text=edit.text,
    )


def placed(message: pb.Edit) -> dict[str, Any]:
    """The arguments of a `PlacedEdit` that a message says."""
    return {
        "locations": tuple(map(_location, message.places)),
        "but_at": tuple(map(_location, message.except_places)),
        "amount": message.amount or USUAL,
        "value": message.value if message.HasField("value") else None,
        "percent": message.percent if message.HasField("percent") else None,
        "text": message.text,
    }


def _place(location: Location) -> pb.Place:
    return pb.Place(
        bars=[pb.BarSpan(first=span.first, last=span.last, every=span.every) for span in location.spans],
        edge=_EDGES[location.edge] if location.edge else pb.PLACE_EDGE_UNSPECIFIED,
        portion=_stretch(location.portion),
        within=_stretch(location.within),
        beats=location.beats,
        whole_beats=location.whole_beats,
        steps=location.steps,
        role=_ROLES[location.role] if location.role else pb.METRICAL_ROLE_UNSPECIFIED,
        count=location.count or 0,
        notes=pb.NoteSpan(first=location.notes[0], last=location.notes[1]) if location.notes else None,
    )


def _stretch(stretch: Stretch) -> pb.Stretch | None:
    return None if stretch == WHOLE else pb.Stretch(start=stretch[0], end=stretch[1])


def _location(place: pb.Place) -> Location:
    notes = (place.notes.first or 1, place.notes.last or -1) if place.HasField("notes") else None
    return Location(
        spans=tuple(Span(span.first or 1, span.last or -1, span.every or 1) for span in place.bars),
        edge=next((edge for edge, value in _EDGES.items() if value == place.edge), None),
        portion=(place.portion.start, place.portion.end) if place.HasField("portion") else WHOLE,
        within=(place.within.start, place.within.end) if place.HasField("within") else WHOLE,
        beats=tuple(place.beats),
        whole_beats=place.whole_beats,
        steps=tuple(place.steps),
        role=next((role for role, value in _ROLES.items() if value == place.role), None),
        count=place.count or None,
        notes=notes,
    )
