"""The drum kit in the General MIDI percussion map (MIDI Manufacturers Association, GM level 1, 1991)."""

from collections.abc import Mapping

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import DrumPiece

GM_KEYS: Mapping[DrumPiece.ValueType, int] = {
    pb.DRUM_PIECE_KICK: 36,
    pb.DRUM_PIECE_SNARE: 38,
    pb.DRUM_PIECE_RIM: 37,
    pb.DRUM_PIECE_CLAP: 39,
    pb.DRUM_PIECE_CLOSED_HAT: 42,
    pb.DRUM_PIECE_PEDAL_HAT: 44,
    pb.DRUM_PIECE_OPEN_HAT: 46,
    pb.DRUM_PIECE_LOW_TOM: 45,
    pb.DRUM_PIECE_MID_TOM: 47,
    pb.DRUM_PIECE_HIGH_TOM: 50,
    pb.DRUM_PIECE_RIDE: 51,
    pb.DRUM_PIECE_CRASH: 49,
    pb.DRUM_PIECE_COWBELL: 56,
    pb.DRUM_PIECE_SHAKER: 70,
    pb.DRUM_PIECE_TAMBOURINE: 54,
}
# Keys of the map that have no piece of their own, given to the piece that sounds most alike.
_ALIKE: Mapping[int, DrumPiece.ValueType] = {
    35: pb.DRUM_PIECE_KICK,
    40: pb.DRUM_PIECE_SNARE,
    41: pb.DRUM_PIECE_LOW_TOM,
    43: pb.DRUM_PIECE_LOW_TOM,
    48: pb.DRUM_PIECE_MID_TOM,
    52: pb.DRUM_PIECE_CRASH,
    53: pb.DRUM_PIECE_RIDE,
    55: pb.DRUM_PIECE_CRASH,
    57: pb.DRUM_PIECE_CRASH,
    59: pb.DRUM_PIECE_RIDE,
    69: pb.DRUM_PIECE_SHAKER,
    82: pb.DRUM_PIECE_SHAKER,
}
_PIECES: Mapping[int, DrumPiece.ValueType] = {**{key: piece for piece, key in GM_KEYS.items()}, **_ALIKE}


def piece_of_key(key: int) -> DrumPiece.ValueType | None:
    """The piece that a percussion key plays; None for sounds that the kit has nothing like (congas, whistles)."""
    return _PIECES.get(key)
