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
# Keys of the map (and of General MIDI 2, from 27 to 87) that have no piece of their own, by the piece most alike.
_ALIKE: Mapping[DrumPiece.ValueType, tuple[int, ...]] = {
    pb.DRUM_PIECE_KICK: (35,),
    pb.DRUM_PIECE_SNARE: (40,),
    pb.DRUM_PIECE_RIM: (28, 31, 32, 33, 75, 76, 77, 85),  # slap, sticks, clicks, claves, wood blocks, castanets
    pb.DRUM_PIECE_CLOSED_HAT: (29, 30, 80),  # scratches, mute triangle
    pb.DRUM_PIECE_OPEN_HAT: (81,),  # open triangle
    pb.DRUM_PIECE_LOW_TOM: (41, 43, 64, 86, 87),  # floor toms, low conga, surdos
    pb.DRUM_PIECE_MID_TOM: (48, 61, 63, 66, 79),  # low bongo, open high conga, low timbale, open cuica
    pb.DRUM_PIECE_HIGH_TOM: (27, 60, 62, 65, 78),  # high Q, high bongo, mute conga, high timbale, mute cuica
    pb.DRUM_PIECE_RIDE: (53, 59, 84),  # bell, ride 2, bell tree
    pb.DRUM_PIECE_CRASH: (52, 55, 57),
    pb.DRUM_PIECE_COWBELL: (34, 67, 68, 71, 72),  # metronome bell, agogos, whistles
    pb.DRUM_PIECE_SHAKER: (58, 69, 73, 74, 82),  # vibraslap, cabasa, guiros
    pb.DRUM_PIECE_TAMBOURINE: (83,),  # jingle bell
}
_EXACT: Mapping[int, DrumPiece.ValueType] = {key: piece for piece, key in GM_KEYS.items()}
_PIECES: Mapping[int, DrumPiece.ValueType] = {
    **{key: piece for piece, keys in _ALIKE.items() for key in keys},
    **_EXACT,
}


def piece_of_key(key: int) -> DrumPiece.ValueType | None:
    """The piece that plays a percussion key, or sounds most alike; None for keys outside the map."""
    return _PIECES.get(key)


def has_own_piece(key: int) -> bool:
    """Whether a percussion key is that of a piece, and no neighbour's."""
    return key in _EXACT
