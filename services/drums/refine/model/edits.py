"""Edits, each with what it changes, where, and by how much."""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.composition.refining.edits import PlacedEdit
from services.composition.refining.kit import KitPart
from services.drums.kit.kit import Piece


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
    TRIPLETS = "triplets"
    NO_FILL = "no_fill"
    LAYER = "layer"
    CRESCENDO = "crescendo"
    DIMINUENDO = "diminuendo"
    BRUSHES = "brushes"
    STYLE = "style"
    METER = "meter"
    MORE_BARS = "more_bars"
    FEWER_BARS = "fewer_bars"
    CUT_BARS = "cut_bars"
    BARS = "bars"
    UNDO = "undo"


# Edits of the whole music: where parts play together, one that names no part is for all of them.
GLOBAL = frozenset(
    {
        Action.FASTER, Action.SLOWER, Action.TEMPO, Action.METER, Action.MORE_BARS, Action.FEWER_BARS, Action.BARS,
        Action.CUT_BARS, Action.UNDO,
    }
)  # fmt: skip
EIGHTHS = "eighths"  # text of an edit of swing that says which notes swing


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(PlacedEdit):
    """One change.

    Its `value` is a tempo or its change in quarter notes per minute (TEMPO, FASTER, SLOWER), a pulse or a distance in
    steps (PULSE, SHIFT), a swing (SWING), milliseconds (LAID_BACK, PUSHED), a number of bars (MORE_BARS, FEWER_BARS,
    BARS), a bar from 1 (COPY), or versions to go back (UNDO). Its `text` is a metre (METER), a style
    (STYLE), or EIGHTHS.

    Attributes:
        action: What is done.
        parts: To which parts of the kit; none means all.
        but: Parts that it leaves out.
        by: The part that REPLACE uses instead, or that LAYER adds.
    """

    action: Action
    parts: tuple[KitPart, ...] = ()
    but: tuple[KitPart, ...] = ()
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
        addressed: Whether some of it is about drums.
        freely: Whether a language model read it, since no exact edit knows its words.
    """

    edits: tuple[Edit, ...]
    unparsed: tuple[str, ...]
    addressed: bool = True
    freely: bool = False
