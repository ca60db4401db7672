"""What all edits have in common: where they apply, and by how much."""

from dataclasses import dataclass, field

from services.composition.refining.locations import Location

LITTLE, USUAL, MUCH = 0.5, 1.0, 2.0  # amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEdit:
    """One change, without what a domain adds to it.

    Attributes:
        locations: In which bars and where in them; several are joined, none means everywhere.
        but_at: Locations that it leaves out.
        amount: LITTLE, USUAL or MUCH.
        value: The figure that the action needs. None where the instruction gives no figure.
        percent: Change in percent where the instruction says one.
        text: What the action needs besides figures, such as a key or a metre; empty where it needs nothing.
    """

    locations: tuple[Location, ...] = field(default=())
    but_at: tuple[Location, ...] = ()
    amount: float = USUAL
    value: float | None = None
    percent: float | None = None
    text: str = ""
