"""Realizes progressions as chords in a key, and estimates the key that chords imply."""

from boumbapp.music.v2.music_pb2 import Chord, Key

from music.pitch import PitchName, interval_semitones, mask_of
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_symbols import parse_numeral, parse_symbol
from services.theory.prompt.parse.chord_lists import ProgressionMention

_SAME_IN_MINOR = {
    "two_five_one": "minor_two_five_one",
    "twelve_bar_blues": "minor_blues",
    "axis": "minor_axis",
    "one_four_five": "minor_one_four_five",
    "perfect_cadence": "minor_perfect_cadence",
    "plagal_cadence": "minor_plagal_cadence",
    "deceptive_cadence": "minor_deceptive_cadence",
    "half_cadence": "minor_half_cadence",
}
_TWO_FIVE_ONE = ("II", "V", "I")
_MINOR_TRIAD, _DIMINISHED_FIFTH = 3, 6  # semitones
_DOMINANT = "V"
_FITTING_SCALES = ("major", "minor", "mixolydian", "dorian")


def catalogue_slug(progression: ProgressionMention) -> str:
    """Slug of the catalogue's progression that numerals spell out: players of II-V-I mean seventh chords."""
    if tuple(numeral.upper() for numeral in progression.numerals) == _TWO_FIVE_ONE:
        return "two_five_one"
    return progression.name


def scales_of_numerals(progression: ProgressionMention) -> tuple[str, ...]:
    """Scales that numerals suggest by the case of their tonic: "i" is minor; figures and capitals count in major."""
    heads = {numeral.rstrip("0123456789majsudg°ø+") for numeral in progression.numerals}
    minor = "i" in heads or ("I" not in heads and "iv" in heads)
    return ("minor", "harmonic_minor", "dorian") if minor else ("major", "mixolydian")


def realize_progression(progression: ProgressionMention, key: Key, catalogue: Catalogue) -> list[Chord]:
    """Chords of a progression in a key, one per bar.

    Args:
        progression: Symbols, numerals or the name of an entry.
        key: The key; its scale must be in the catalogue.
        catalogue: Where scales and named progressions are looked up.

    Returns:
        The chords; symbols and numerals that cannot be parsed are left out.
    """
    if progression.symbols:
        return [chord for symbol in progression.symbols if (chord := parse_symbol(symbol)) is not None]
    if progression.further_names:
        rows = (ProgressionMention(0, 0, name=name) for name in (progression.name, *progression.further_names))
        return [chord for row in rows for chord in realize_progression(row, key, catalogue)]
    name = catalogue_slug(progression)
    if not name:
        return _in_key(_cased(progression.numerals, key.scale, catalogue), key, catalogue)
    minor = catalogue.scales[key.scale].is_minor
    entry = catalogue.progressions[name]
    if minor and key.scale not in entry.scales:
        if name in _SAME_IN_MINOR:
            entry = catalogue.progressions[_SAME_IN_MINOR[name]]
        else:
            numerals = tuple(numeral.rstrip("maj79ø°+").upper() for numeral in entry.numerals)
            return _in_key(_cased(numerals, key.scale, catalogue), key, catalogue)
    fits = key.scale in entry.scales or catalogue.scales[entry.scales[0]].is_minor == minor
    return _in_key(entry.numerals, key if fits else Key(tonic=key.tonic, scale=entry.scales[0]), catalogue)


def _in_key(numerals: tuple[str, ...], key: Key, catalogue: Catalogue) -> list[Chord]:
    return [chord for numeral in numerals if (chord := parse_numeral(numeral, key, catalogue)) is not None]


def _cased(numerals: tuple[str, ...], scale: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Numerals whose case gives the third; written all in one case they mean the scale's own triads."""
    roman = [numeral.lstrip("b#") for numeral in numerals]
    heads = [numeral[: len(numeral) - len(numeral.lstrip("IViv"))] for numeral in roman]
    if not (all(head.isupper() for head in heads) or all(head.islower() for head in heads)):
        return numerals
    intervals = catalogue.scales[scale].intervals
    if [interval[-1] for interval in intervals] != list("1234567"):
        intervals = catalogue.scales["minor" if catalogue.scales[scale].is_minor else "major"].intervals
    semitones = [interval_semitones(interval) for interval in intervals]
    capitals = heads[0].isupper()
    return tuple(
        numeral if numeral[0] in "b#" else _diatonic(numeral, head, semitones, keep_dominant=capitals)
        for numeral, head in zip(numerals, heads, strict=True)
    )


def _diatonic(numeral: str, head: str, semitones: list[int], *, keep_dominant: bool) -> str:
    degree = ("I", "II", "III", "IV", "V", "VI", "VII").index(head.upper())
    suffix = numeral[len(head) :]
    third = (semitones[(degree + 2) % 7] - semitones[degree]) % 12
    fifth = (semitones[(degree + 4) % 7] - semitones[degree]) % 12
    if third != _MINOR_TRIAD or (head.upper() == _DOMINANT and keep_dominant):
        return head.upper() + suffix
    return head.lower() + ("°" if fifth == _DIMINISHED_FIFTH and not suffix else suffix)


def implied_key(symbols: tuple[str, ...], catalogue: Catalogue, tonic: PitchName | None = None) -> Key | None:
    """The key that chords fit best; the first chord is preferred as tonic, then the last.

    Args:
        symbols: Chord symbols.
        catalogue: Where scales are looked up.
        tonic: The tonic, if it is known.
    """
    chords = [chord for symbol in symbols if (chord := parse_symbol(symbol)) is not None]
    if not chords:
        return None
    roots = [PitchName.parse(_root_name(chord.symbol)) for chord in chords]
    best: tuple[float, str, str] | None = None
    for home in [tonic] if tonic is not None else dict.fromkeys(roots):
        for rank, scale in enumerate(_FITTING_SCALES):
            mask = mask_of([(home + interval).pitch_class for interval in catalogue.scales[scale].intervals])
            foreign = sum((chord.pitch_classes & ~mask).bit_count() for chord in chords)
            own = [chord for chord, root in zip(chords, roots, strict=True) if root == home]
            triad = mask_of(
                [(home + interval).pitch_class for interval in ("m3" if catalogue.scales[scale].is_minor else "M3",)]
            )
            agrees = not own or bool(own[0].pitch_classes & triad)
            score = (
                -3.0 * foreign
                + 1.5 * (roots[0] == home)
                + 1.0 * (roots[-1] == home)
                + 2.0 * agrees
                - 0.4 * rank * (rank > 1)
            )
            if best is None or score > best[0]:
                best = (score, str(home), scale)
    return None if best is None else Key(tonic=best[1], scale=best[2])


def _root_name(symbol: str) -> str:
    end = 1
    while end < len(symbol) and symbol[end] in "#b" and end < 3:
        end += 1
    return symbol[:end]
