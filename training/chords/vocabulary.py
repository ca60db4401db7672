"""Chords as symbols that models count: a root above the tonic, and one of nine kinds."""

from boumbapp.music.v2.music_pb2 import Chord

from training.data.billboard import SongChord

QUALITIES = ("", "m", "7", "maj7", "m7", "sus", "dim", "aug", "5")
_MAJOR, _MINOR, _SEVENTH, _MAJOR_SEVENTH, _MINOR_SEVENTH, _SUSPENDED, _DIMINISHED, _AUGMENTED, _POWER = range(9)
SYMBOLS = 12 * len(QUALITIES)
# Annotations by how they begin, the longer ones first.
_BEGINNINGS = (
    ("minmaj7", _MINOR),
    ("min7", _MINOR_SEVENTH),
    ("min9", _MINOR_SEVENTH),
    ("min11", _MINOR_SEVENTH),
    ("min13", _MINOR_SEVENTH),
    ("min", _MINOR),
    ("maj7", _MAJOR_SEVENTH),
    ("maj9", _MAJOR_SEVENTH),
    ("maj13", _MAJOR_SEVENTH),
    ("maj", _MAJOR),
    ("hdim", _DIMINISHED),
    ("dim", _DIMINISHED),
    ("sus", _SUSPENDED),
    ("aug", _AUGMENTED),
    ("11", _SEVENTH),
    ("13", _SEVENTH),
    ("7", _SEVENTH),
    ("9", _SEVENTH),
    ("1", _POWER),
    ("5", _POWER),
)
_NAMES = ("I", "bII", "II", "bIII", "III", "IV", "bV", "V", "bVI", "VI", "bVII", "VII")
_LOWER = frozenset({_MINOR, _MINOR_SEVENTH, _DIMINISHED})


def symbol_of(chord: SongChord) -> int:
    """The symbol of an annotated chord: root * 9 + kind."""
    kind = next((kind for beginning, kind in _BEGINNINGS if chord.quality.startswith(beginning)), _MAJOR)
    return chord.root * len(QUALITIES) + kind


def symbol_of_message(chord: Chord, tonic: int) -> int:
    """The symbol of a chord of the contract.

    Args:
        chord: With its root and pitch classes.
        tonic: Pitch class of the tonic, 0-11.
    """
    has = [chord.pitch_classes >> (chord.root + interval) % 12 & 1 for interval in range(12)]
    if has[4]:
        kind = _AUGMENTED if has[8] and not has[7] else _SEVENTH if has[10] else _MAJOR_SEVENTH if has[11] else _MAJOR
    elif has[3]:
        kind = _DIMINISHED if has[6] and not has[7] else _MINOR_SEVENTH if has[10] else _MINOR
    else:
        kind = _SUSPENDED if has[5] or has[2] else _POWER
    return (chord.root - tonic) % 12 * len(QUALITIES) + kind


def triad_of(symbol: int) -> tuple[int, bool]:
    """What chords have in common that function alike: the root above the tonic, and whether the third is minor.

    Args:
        symbol: Of the vocabulary.
    """
    root, kind = divmod(symbol, len(QUALITIES))
    return root, kind in _LOWER


def numeral_of(triad: tuple[int, bool]) -> str:
    """Name of a triad over the major scale: "I", "vi", "bVII".

    Args:
        triad: As `triad_of` gives it.
    """
    name = _NAMES[triad[0]]
    return name.replace("I", "i").replace("V", "v") if triad[1] else name
