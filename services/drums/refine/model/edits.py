"""Edits, each with what it changes, where, and by how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from services.drums.kit.kit import PIECES, Piece
from services.drums.refine.model.locations import Location

LITTLE, USUAL, MUCH = 0.5, 1.0, 2.0  # amounts


class Action(StrEnum):
    """What an edit does."""

    MORE = "more"
    LESS = "less"
    ADD = "add"
    REMOVE = "remove"
    KEEP = "keep"
    ONLY = "only"
    ONLY_AT = "only_at"
    REPLACE = "replace"
    PULSE = "pulse"
    OPEN = "open"
    CLOSE = "close"
    SHIFT = "shift"
    LAID_BACK = "laid_back"
    PUSHED = "pushed"
    COPY = "copy"
    REGENERATE = "regenerate"
    LOUDER = "louder"
    SOFTER = "softer"
    FASTER = "faster"
    SLOWER = "slower"
    TEMPO = "tempo"
    DOUBLE_TIME = "double_time"
    HALF_TIME = "half_time"
    BUSIER = "busier"
    SIMPLER = "simpler"
    FILL = "fill"
    ROLLS = "rolls"
    NO_ROLLS = "no_rolls"
    GHOSTS = "ghosts"
    NO_GHOSTS = "no_ghosts"
    FLAMS = "flams"
    NO_FLAMS = "no_flams"
    SWING_MORE = "swing_more"
    SWING_LESS = "swing_less"
    SWING = "swing"
    HUMAN = "human"
    MECHANICAL = "mechanical"
    QUANTISE = "quantise"


@dataclass(frozen=True, slots=True)
class KitPart:
    """A part of the kit that words can name: one or more pieces.

    Attributes:
        slug: Name in words.yaml.
        pieces: Pieces that it covers.
        adds: The piece to add when none of them plays.
        labels: Name in "en" and "fr".
    """

    slug: str
    pieces: frozenset[Piece]
    adds: Piece
    labels: Mapping[str, str] = field(hash=False, compare=False)

    @classmethod
    def from_entry(cls, slug: str, entry: Mapping[str, Any]) -> "KitPart":
        """Build a part from its entry in words.yaml.

        Args:
            slug: Key of the entry.
            entry: Its value, with `pieces`, `label` and optionally `adds`.

        Raises:
            KeyError: A key is missing, or the contract does not have a piece.
        """
        pieces = [PIECES[name] for name in entry["pieces"]]
        adds = PIECES[entry["adds"]] if "adds" in entry else pieces[0]
        return cls(slug, frozenset(pieces), adds, entry["label"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change.

    Attributes:
        action: What is done.
        parts: To which parts of the kit; none means all.
        but: Parts that it leaves out.
        locations: In which bars and on which steps; several are joined, none means everywhere.
        but_at: Locations that it leaves out.
        amount: LITTLE, USUAL or MUCH.
        value: The figure that the action needs: a tempo or its change in quarter notes per minute (TEMPO, FASTER,
            SLOWER), a pulse or a distance in steps (PULSE, SHIFT), a swing (SWING), milliseconds (LAID_BACK, PUSHED), a
            bar from 1 (COPY). None where the instruction gives no figure.
        percent: Change in percent where the instruction says one.
        by: The part that REPLACE uses instead.
    """

    action: Action
    parts: tuple[KitPart, ...] = ()
    but: tuple[KitPart, ...] = ()
    locations: tuple[Location, ...] = ()
    but_at: tuple[Location, ...] = ()
    amount: float = USUAL
    value: float | None = None
    percent: float | None = None
    by: KitPart | None = None

    def about(self, *parts: KitPart) -> "Edit":
        """A copy that names other parts."""
        return replace(self, parts=parts)

    def covers(self, piece: Piece) -> bool:
        """Whether the edit names a piece."""
        named = not self.parts or any(piece in part.pieces for part in self.parts)
        return named and not any(piece in part.pieces for part in self.but)


@dataclass(frozen=True, slots=True)
class ParsedInstruction:
    """The result of parsing an instruction.

    Attributes:
        edits: Edits in the order of its words.
        unparsed: Words that were not understood, as typed.
    """

    edits: tuple[Edit, ...]
    unparsed: tuple[str, ...]
