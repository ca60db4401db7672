"""Pitch classes that a bar allows: its scale, bent to its chords.

A chord tone outside the scale takes the place of the degree with its letter: over E7 in A minor, G# for G. Where the
tonic chord has a minor seventh, as I7 of a blues, it holds for the whole passage. Scales without a note for
every letter keep all their notes beside those of the chord: blue notes stay over I7.
"""

from collections.abc import Sequence

from boumbapp.music.v2.music_pb2 import Chord, Key

from music.pitch import PitchName, mask_of
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_symbols import chord_tones
from services.theory.harmony.progressions import scale_mask

_LETTERS = 7


def bar_masks(bars: Sequence[Sequence[Chord]], key: Key, catalogue: Catalogue) -> list[int]:
    """Allowed pitch classes of every bar of a passage in one key.

    Args:
        bars: Chords by bar.
        key: Of the passage; its scale must be in the catalogue.
        catalogue: Where the scale is looked up.

    Returns:
        Masks of 12 bits; the tones of a bar's chords are always in its mask.
    """
    tonic = PitchName.parse(key.tonic)
    names = [tonic + interval for interval in catalogue.scales[key.scale].intervals]
    home = next((chord for bar in bars for chord in bar if chord.root == tonic.pitch_class), None)
    if len({name.letter for name in names}) < _LETTERS:
        mask = scale_mask(key, catalogue)
        return [mask | _tones(bar) for bar in bars]
    base = _bent(names, _seventh(home, tonic)) if home is not None else names
    return [mask_of([name.pitch_class for name in _bent(base, _spelled(bar))]) | _tones(bar) for bar in bars]


def _tones(chords: Sequence[Chord]) -> int:
    mask = 0
    for chord in chords:
        mask |= chord.pitch_classes
    return mask


def _seventh(home: Chord, tonic: PitchName) -> list[PitchName]:
    """The minor seventh of a tonic chord that has one."""
    return [tone for tone in chord_tones(home.symbol) if tone == tonic + "m7"]


def _spelled(chords: Sequence[Chord]) -> list[PitchName]:
    return [tone for chord in chords for tone in chord_tones(chord.symbol)]


def _bent(names: Sequence[PitchName], tones: Sequence[PitchName]) -> list[PitchName]:
    """A scale whose degrees give way to foreign tones that share their letter, unless they sound too."""
    own = {name.pitch_class for name in names}
    sounding = {tone.pitch_class for tone in tones}
    foreign = [tone for tone in tones if tone.pitch_class not in own]
    letters = {tone.letter for tone in foreign}
    return [name for name in names if name.letter not in letters or name.pitch_class in sounding] + foreign
