"""Harmony where the person named none: a style's progression, a usual one, or a vamp of the scale's own notes.

No chord of this module leaves its scale: a progression that would is rebuilt on the same roots from the scale's notes.
Modal scales get a two-chord vamp, the tonic and the chord that shows the mode best (Persichetti,
"Twentieth-Century Harmony", 1961, ch. 2; Levine, "The Jazz Theory Book", 1995, ch. 2).
"""

from functools import lru_cache

from boumbapp.music.v2.music_pb2 import Chord, Key

from music.pitch import PitchName, interval_fifths, mask_of
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_quality import ChordQuality, parse_quality
from services.theory.harmony.chord_symbols import (
    MAJOR_SCALE,
    MINOR_SCALE,
    chord_on,
    numeral_of,
    parse_numeral,
)

_USUAL: dict[tuple[str, ...], tuple[str, ...]] = {
    MAJOR_SCALE: ("I", "V", "vi", "IV"),
    MINOR_SCALE: ("i", "VI", "III", "VII"),
}


def _qualities(*suffixes: str) -> tuple[ChordQuality, ...]:
    return tuple(quality for suffix in suffixes if (quality := parse_quality(suffix)))


# Qualities to look for on a root, most stable first; thirds and fifths may be left out where a scale lacks them.
_TRIADS = _qualities(
    "", "m", "sus4", "sus2", "dim", "aug", "5", "m7no5", "7no5", "maj7no5", "sus2(b5)", "sus4(b5)", "no3no5"
)
_SEVENTHS = (*_qualities("7", "m7", "maj7", "m7b5", "m(maj7)", "dim7", "7sus4"), *_TRIADS)


@lru_cache(maxsize=2048)
def default_progression(tonic: str, scale: str, style: str, catalogue: Catalogue) -> tuple[Chord, ...]:
    """Chords to repeat, one a bar, for a key in a style; all of them made of the scale's notes.

    Args:
        tonic: Spelled pitch name, "F#".
        scale: Slug of a scale in the catalogue.
        style: Slug of a style in the catalogue, or empty.
        catalogue: What scales, styles and progressions are looked up in.

    Returns:
        One chord or more, shared between callers: do not change them.
    """
    key = Key(tonic=tonic, scale=scale)
    mask = scale_mask(key, catalogue)
    if style:
        slugs = catalogue.styles[style].progressions
        for slug in sorted(slugs, key=lambda slug: scale not in catalogue.progressions[slug].scales):
            progression = catalogue.progressions[slug]
            adapt = scale in progression.scales
            chords = _inside(progression.numerals, key, mask, catalogue, adapt=adapt)
            if chords:
                return chords
    usual = _USUAL.get(catalogue.scales[scale].intervals, ())
    return _inside(usual, key, mask, catalogue, adapt=False) or _vamp(
        key, mask, _usual_qualities(style, catalogue), catalogue
    )


def _usual_qualities(style: str, catalogue: Catalogue) -> tuple[ChordQuality, ...]:
    """Seventh chords for a style whose progressions have some, else triads."""
    slugs = catalogue.styles[style].progressions if style else ()
    numerals = (numeral for slug in slugs for numeral in catalogue.progressions[slug].numerals)
    return _SEVENTHS if any("7" in numeral for numeral in numerals) else _TRIADS


def scale_mask(key: Key, catalogue: Catalogue) -> int:
    """Pitch classes of a key.

    Args:
        key: Spelled tonic, and the slug of a scale in the catalogue.
        catalogue: Where the scale is looked up.

    Returns:
        A mask of 12 bits: bit p is set when pitch class p (0 is C) belongs to the key.
    """
    mask = catalogue.scales[key.scale].pitch_classes
    tonic = PitchName.parse(key.tonic).pitch_class
    return (mask << tonic | mask >> 12 - tonic) & 0xFFF


def _inside(numerals: tuple[str, ...], key: Key, mask: int, catalogue: Catalogue, *, adapt: bool) -> tuple[Chord, ...]:
    """Chords of numerals; empty when one leaves the scale and may not be, or cannot be, rebuilt on its root."""
    chords = []
    for numeral in numerals:
        chord = parse_numeral(numeral, key, catalogue)
        if chord is not None and chord.pitch_classes & ~mask:
            chord = _rebuilt(chord, key, mask, catalogue) if adapt else None
        if chord is None:
            return ()
        chords.append(chord)
    return tuple(chords)


def _rebuilt(chord: Chord, key: Key, mask: int, catalogue: Catalogue) -> Chord | None:
    """A chord of as many notes as the scale allows on the same root, or None when the root is foreign."""
    for interval in catalogue.scales[key.scale].intervals:
        root = PitchName.parse(key.tonic) + interval
        if root.pitch_class == chord.root:
            quality = _quality_on(root, mask, _SEVENTHS if chord.pitch_classes.bit_count() > 3 else _TRIADS)
            return chord_on(root, quality, numeral_of(root, quality, key, catalogue))
    return None


def _quality_on(root: PitchName, mask: int, qualities: tuple[ChordQuality, ...]) -> ChordQuality:
    """First of the qualities whose notes all belong to the mask; the last one is a bare root."""
    return next(
        quality
        for quality in qualities
        if not mask_of([(root + interval).pitch_class for interval in quality.intervals]) & ~mask
    )


def _vamp(key: Key, mask: int, qualities: tuple[ChordQuality, ...], catalogue: Catalogue) -> tuple[Chord, ...]:
    """The tonic chord and the chord that shows best what sets the scale apart from plain major or minor."""
    intervals = catalogue.scales[key.scale].intervals
    home = PitchName.parse(key.tonic)
    plain = MINOR_SCALE if "m3" in intervals and "M3" not in intervals else MAJOR_SCALE
    colour = {(home + interval).pitch_class for interval in intervals if interval not in plain}
    tonic_tones = {(home + interval).pitch_class for interval in _quality_on(home, mask, _TRIADS).intervals}

    def rank(interval: str) -> tuple[int, bool, int, int]:
        root = home + interval
        quality = _quality_on(root, mask, _TRIADS)
        tones = {(root + tone).pitch_class for tone in quality.intervals}
        return _TRIADS.index(quality), not tones & colour, -len(tones - tonic_tones), abs(interval_fifths(interval))

    roots = (home, home + min(intervals[1:], key=rank))
    chosen = [(root, _quality_on(root, mask, qualities)) for root in roots]
    return tuple(chord_on(root, quality, numeral_of(root, quality, key, catalogue)) for root, quality in chosen)
