"""Key signatures: what scores and MIDI files say of a key."""

from collections.abc import Mapping

from boumbapp.music.v2.music_pb2 import Key

from music.pitch import PitchName

MOST_ACCIDENTALS = 7
# Fifths from the tonic of each mode down to that of the major scale with the same notes.
MODES: Mapping[str, int] = {
    "lydian": -1,
    "major": 0,
    "mixolydian": 1,
    "dorian": 2,
    "minor": 3,
    "phrygian": 4,
    "locrian": 5,
}
_MINOR_SCALES = frozenset({"harmonic_minor", "melodic_minor"})
_FLATTEST = -5  # signature; keys with more flats are written with sharps


def signature_of(key: Key) -> tuple[int, str] | None:
    """Number of sharps, negative for flats, and mode of a key; None where no signature of up to seven says it.

    A key without a tonic has none. Harmonic and melodic minor have the signature of natural minor.
    """
    mode = "minor" if key.scale in _MINOR_SCALES else key.scale
    if mode not in MODES or not key.tonic:
        return None
    accidentals = PitchName.parse(key.tonic).fifths - MODES[mode]
    return (accidentals, mode) if abs(accidentals) <= MOST_ACCIDENTALS else None


def key_of(accidentals: int, mode: str) -> Key | None:
    """Find the key that a signature and a mode say.

    Args:
        accidentals: Number of sharps, negative for flats.
        mode: One of MODES.

    Returns:
        The key; None beyond seven accidentals and for other modes.
    """
    if mode not in MODES or abs(accidentals) > MOST_ACCIDENTALS:
        return None
    return Key(tonic=str(PitchName(accidentals + MODES[mode])), scale=mode)


def simplest_key(pitch_class: int, mode: str) -> Key:
    """Find the key on a pitch class whose signature has few accidentals: from five flats to six sharps.

    Args:
        pitch_class: Of the tonic, 0-11.
        mode: One of MODES.

    Raises:
        KeyError: There is no such mode.
    """
    tonics = (PitchName(accidentals + MODES[mode]) for accidentals in range(_FLATTEST, _FLATTEST + 12))
    return Key(tonic=str(next(tonic for tonic in tonics if tonic.pitch_class == pitch_class)), scale=mode)
