"""Where each piece of the drum kit stands on a staff.

After Weinberg, "Guidelines for Drumset Notation", Percussive Notes 32 (1994); the pieces it leaves open have places of
their own here, so that a groove can be read back.
"""

from collections.abc import Mapping

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import DrumPiece

# Name with octave in the treble clef, and the shape of the note head as MusicXML calls it.
PLACES: Mapping[DrumPiece.ValueType, tuple[str, str]] = {
    pb.DRUM_PIECE_KICK: ("F4", "normal"),
    pb.DRUM_PIECE_SNARE: ("C5", "normal"),
    pb.DRUM_PIECE_RIM: ("C5", "x"),
    pb.DRUM_PIECE_CLAP: ("C5", "diamond"),
    pb.DRUM_PIECE_CLOSED_HAT: ("G5", "x"),
    pb.DRUM_PIECE_PEDAL_HAT: ("D4", "x"),
    pb.DRUM_PIECE_OPEN_HAT: ("G5", "circle-x"),
    pb.DRUM_PIECE_LOW_TOM: ("A4", "normal"),
    pb.DRUM_PIECE_MID_TOM: ("D5", "normal"),
    pb.DRUM_PIECE_HIGH_TOM: ("E5", "normal"),
    pb.DRUM_PIECE_RIDE: ("F5", "x"),
    pb.DRUM_PIECE_CRASH: ("A5", "x"),
    pb.DRUM_PIECE_COWBELL: ("E5", "triangle"),
    pb.DRUM_PIECE_SHAKER: ("D5", "slash"),
    pb.DRUM_PIECE_TAMBOURINE: ("B4", "diamond"),
}
_PIECES = {place: piece for piece, place in PLACES.items()}
_BY_HEIGHT = {place[0]: piece for piece, place in reversed([*PLACES.items()])}
_LETTERS = "CDEFGAB"
_OTHER_HEAD = 4  # steps of the staff that another note head counts for
_USUAL = "C5"  # where a stroke is that says no place


def is_place(name: str, notehead: str) -> bool:
    """Whether a piece is written at a height, with this note head or another one.

    Args:
        name: Name with octave in the treble clef, such as "C5".
        notehead: Shape of the note head as MusicXML calls it, such as "x".
    """
    return (name, notehead) in _PIECES or name in _BY_HEIGHT


def piece_at(name: str, notehead: str) -> DrumPiece.ValueType:
    """Find the piece that is written at a height with a note head; failing that, the usual piece of that height.

    Where no piece is written, the one of the nearest height is taken; one with another note head counts as farther.

    Args:
        name: Name with octave in the treble clef, such as "C5".
        notehead: Shape of the note head as MusicXML calls it, such as "x".
    """
    found = _PIECES.get((name, notehead)) or _BY_HEIGHT.get(name)
    if found is not None:
        return found
    height = _height(name) if _height(name) is not None else _height(_USUAL)
    assert height is not None

    def distance(place: tuple[str, str]) -> int:
        return abs((_height(place[0]) or 0) - height) + _OTHER_HEAD * (place[1] != notehead)

    return _PIECES[min(_PIECES, key=distance)]


def _height(name: str) -> int | None:
    """Steps of the staff above the lowest C; None for what is no name with octave."""
    letter, octave = name[:1], name[1:]
    return 7 * int(octave) + _LETTERS.index(letter) if letter and letter in _LETTERS and octave.isdecimal() else None
