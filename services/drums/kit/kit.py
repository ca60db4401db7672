"""The kit: its pieces, what a drummer can hit at once, and the nine classes of the training data."""

from collections.abc import Collection, Mapping
from typing import TypeAlias

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import DrumPiece

Piece: TypeAlias = DrumPiece.ValueType

PIECES: Mapping[str, Piece] = {
    name.removeprefix("DRUM_PIECE_").lower(): piece for name, piece in DrumPiece.items() if piece
}
HATS = frozenset({pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_PEDAL_HAT, pb.DRUM_PIECE_OPEN_HAT})
# Pieces that keep time: a crash or an open hat replaces such a stroke.
TIMEKEEPERS = (
    pb.DRUM_PIECE_CLOSED_HAT,
    pb.DRUM_PIECE_RIDE,
    pb.DRUM_PIECE_OPEN_HAT,
    pb.DRUM_PIECE_SHAKER,
    pb.DRUM_PIECE_TAMBOURINE,
)
# Pieces that may play even strokes beside others.
PULSES = frozenset({pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_RIDE, pb.DRUM_PIECE_SHAKER, pb.DRUM_PIECE_TAMBOURINE})
FEET = frozenset({pb.DRUM_PIECE_KICK, pb.DRUM_PIECE_PEDAL_HAT})
PERCUSSION = frozenset({pb.DRUM_PIECE_CLAP, pb.DRUM_PIECE_COWBELL, pb.DRUM_PIECE_SHAKER, pb.DRUM_PIECE_TAMBOURINE})
_HANDS = 2

# The nine classes of Gillick et al. 2019, in the order of their table: kick, snare, closed hat, open hat, low, middle
# and high tom, crash, ride. Percussion counts as what it replaces on a kit.
CLASSES = 9
CLASS_OF: Mapping[Piece, int] = {
    pb.DRUM_PIECE_KICK: 0,
    pb.DRUM_PIECE_SNARE: 1,
    pb.DRUM_PIECE_RIM: 1,
    pb.DRUM_PIECE_CLAP: 1,
    pb.DRUM_PIECE_CLOSED_HAT: 2,
    pb.DRUM_PIECE_PEDAL_HAT: 2,
    pb.DRUM_PIECE_SHAKER: 2,
    pb.DRUM_PIECE_TAMBOURINE: 2,
    pb.DRUM_PIECE_OPEN_HAT: 3,
    pb.DRUM_PIECE_LOW_TOM: 4,
    pb.DRUM_PIECE_MID_TOM: 5,
    pb.DRUM_PIECE_HIGH_TOM: 6,
    pb.DRUM_PIECE_CRASH: 7,
    pb.DRUM_PIECE_RIDE: 8,
    pb.DRUM_PIECE_COWBELL: 8,
}


def playable(piece: Piece, together: Collection[Piece], percussionist: bool) -> bool:
    """Whether a piece can be hit together with others.

    A drummer has two hands and two feet, and one pair of hi-hats that is either open or closed. With a
    percussionist, claps, bells and shakers take two more hands; without, the drummer's own.

    Args:
        piece: The piece to add.
        together: Pieces hit on the same step.
        percussionist: Whether someone else plays the percussion.
    """
    if piece in together or (piece in HATS and not HATS.isdisjoint(together)):
        return False
    if piece in FEET:
        return True
    if percussionist:
        together = [other for other in together if (other in PERCUSSION) == (piece in PERCUSSION)]
    return sum(other not in FEET for other in together) < _HANDS
