"""Harmony where the person named none: progressions that are typical of the style, drawn by the seed.

A style's own progressions borrow and alter as its musicians do (V7 in minor, I7 in a blues). In any other scale the
chords stay inside it: progressions of its mode, those of major or minor that fit, or a vamp of the tonic and the two
chords that show the mode best (Persichetti, "Twentieth-Century Harmony", 1961, ch. 2).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from boumbapp.music.v2.music_pb2 import Chord, Key

from music.pitch import PitchName, interval_fifths, mask_of
from music.random_streams import stream_for_bar
from services.theory.catalogue.catalogue import DEFAULT_HARMONY, Catalogue
from services.theory.catalogue.harmony_family import Bar, HarmonyFamily, Paces, TypicalProgression
from services.theory.harmony.chord_quality import ChordQuality, parse_quality
from services.theory.harmony.chord_symbols import (
    MAJOR_SCALE,
    MINOR_SCALE,
    chord_on,
    numeral_of,
    parse_numeral,
)

# Purpose of the random stream, apart from those of the experts who compose with the same seed.
_HARMONY_STREAM = 200
# A piece shorter than this closes with its last chord alone.
_CADENCE_FROM = 4
# A last chord that is the tonic, by its numeral, and how many chords leave a bar to fill.
_TONIC = re.compile(r"[Ii](?![IVXiv])")
_THREE, _TURN = 3, 4
# A vamp by bar: its chords by rank, 0 the tonic.
_VAMPS = ((0, 1, 0, 1), (0, 0, 1, 0), (0, 0, 1, 1), (0, 1, 2, 0), (0, 2, 1, 0), (0, 2, 0, 1))
_VAMP_CHORDS = 3
# A scale that has fewer progressions of its parent inside it has vamps rather than one of them in every piece.
_CHOICES = 3
# A progression of so many bars is a form of its own.
_WHOLE_FORM = 12


def _qualities(*suffixes: str) -> tuple[ChordQuality, ...]:
    return tuple(quality for suffix in suffixes if (quality := parse_quality(suffix)))


# Qualities to look for on a root, most stable first; thirds and fifths may be left out where a scale lacks them.
_TRIADS = _qualities(
    "", "m", "sus4", "sus2", "dim", "aug", "5", "m7no5", "7no5", "maj7no5", "sus2(b5)", "sus4(b5)", "no3no5"
)
_SEVENTHS = (*_qualities("7", "m7", "maj7", "m7b5", "m(maj7)", "dim7", "7sus4"), *_TRIADS)


@dataclass(frozen=True, slots=True)
class Passage:
    """Bars in one key.

    Attributes:
        tonic: Spelled pitch name, "F#".
        scale: Slug of a scale in the catalogue.
        first: Index of its first bar in the piece, from 0.
        bars: How many bars it has, at least 1.
        closes: Whether the piece comes to its end here, on the tonic.
        section: Kind of its section; empty for a piece without sections.
        twin: Index of the first bar of the first section like it, whose harmony it shares; its own first bar otherwise.
    """

    tonic: str
    scale: str
    first: int
    bars: int
    closes: bool
    section: str = ""
    twin: int = 0


@dataclass(frozen=True, slots=True)
class DrawnHarmony:
    """What the seed drew for a passage.

    Attributes:
        bars: A progression by bar; empty for a vamp of the scale's own chords.
        cadence: The last bars of a piece that closes there.
        vamp: Which of the vamp's chords each bar has: 0 is the tonic.
    """

    bars: tuple[Bar, ...] = ()
    cadence: tuple[Bar, ...] = ()
    vamp: tuple[int, ...] = ()


def draw_all(
    passages: Sequence[Passage], style: str, seed: int | None, catalogue: Catalogue
) -> tuple[DrawnHarmony, ...]:
    """Harmony of the passages of a piece: sections like each other share theirs, others have another where they can.

    Args:
        passages: In their order.
        style: Slug of a style in the catalogue, or empty.
        seed: Of the piece; None takes the best known one for all.
        catalogue: What scales, styles and families of harmony are looked up in.
    """
    drawn: list[DrawnHarmony] = []
    shared: dict[tuple[int, str], DrawnHarmony] = {}
    for passage in passages:
        place = passage.twin, passage.scale
        found = shared.get(place) if passage.section else None
        if found is None or not found.bars or passage.bars % len(found.bars):
            others = frozenset(_turn(each.bars) for other, each in shared.items() if other != place)
            found = draw_progression(passage, style, seed, catalogue, others)
        if passage.section:
            shared.setdefault(place, found)
        drawn.append(found)
    return tuple(drawn)


def draw_progression(
    passage: Passage,
    style: str,
    seed: int | None,
    catalogue: Catalogue,
    others: frozenset[tuple[str, ...]] = frozenset(),
) -> DrawnHarmony:
    """One of the progressions that are typical of a style and fit a passage, or a vamp where its scale has none.

    Args:
        passage: The bars and their key.
        style: Slug of a style in the catalogue, or empty.
        seed: Of the piece; None takes the best known one.
        catalogue: What scales, styles and families of harmony are looked up in.
        others: Chords in turn of sections of other kinds, which are avoided.
    """
    choices, family, tonality = _choices(passage.tonic, passage.scale, style, catalogue)
    if not choices:
        vamp = _VAMPS[0] if seed is None else stream_for_bar(seed, passage.twin, _HARMONY_STREAM).choice(_VAMPS)
        return DrawnHarmony(vamp=vamp)
    fitting, cadences = _fitting(choices, passage.bars), family.cadences[tonality]
    if seed is None:
        return DrawnHarmony(fitting[0].bars, cadences[0].bars)
    fitting = [each for each in fitting if _turn(each.bars) not in others] or fitting
    stream = stream_for_bar(seed, passage.twin, _HARMONY_STREAM)
    drawn = stream.choices(fitting, [each.weight_in(passage.section) for each in fitting])[0]
    bars = _paced(drawn.bars, passage.bars, family.paces, stream.random())
    cadence = stream.choices(cadences, [each.weight for each in cadences])[0]
    return DrawnHarmony(bars, cadence.bars)


@lru_cache(maxsize=4096)
def typical_harmony(
    passage: Passage, style: str, drawn: DrawnHarmony, catalogue: Catalogue
) -> tuple[tuple[Chord, ...], ...]:
    """Chords of every bar of a passage, as the style harmonises.

    Args:
        passage: The bars and their key.
        style: Slug of a style in the catalogue, or empty.
        drawn: What to play.
        catalogue: What scales, styles and families of harmony are looked up in.

    Returns:
        The chords by bar, at least one in each, without places; shared between callers: do not change them.
    """
    key = Key(tonic=passage.tonic, scale=passage.scale)
    cadence = [_chords(bar, key, catalogue) for bar in drawn.cadence]
    loop = [_chords(bar, key, catalogue) for bar in drawn.bars]
    if not loop:
        chords = _vamp(key, scale_mask(key, catalogue), _usual_qualities(style, catalogue), catalogue)
        loop, cadence = [chords[place % len(chords)] for place in drawn.vamp], [chords[0]]
    laid = [loop[index % len(loop)] for index in range(passage.bars)]
    if passage.closes:
        _close(laid, cadence, key)
    return tuple(laid)


def whole_turn(chords: Sequence[Chord]) -> list[Chord]:
    """Numerals as they are played: three that end on the tonic, as ii-V-I, rest on it for a fourth bar."""
    tonic_last = bool(chords) and _TONIC.match(chords[-1].numeral) is not None
    return [*chords, chords[-1]] if len(chords) == _THREE and tonic_last else list(chords)


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


@lru_cache(maxsize=1024)
def _choices(
    tonic: str, scale: str, style: str, catalogue: Catalogue
) -> tuple[tuple[TypicalProgression, ...], HarmonyFamily, str]:
    """Progressions for a key, the family that they are from, and the tonality that it calls them by."""
    key = Key(tonic=tonic, scale=scale)
    families = [catalogue.harmony(style), catalogue.harmonies[DEFAULT_HARMONY]]
    for family in families:
        if key.scale in family.tonalities:
            return family.tonalities[key.scale], family, key.scale
    tonality = "minor" if catalogue.scales[key.scale].is_minor else "major"
    mask = scale_mask(key, catalogue)
    for family in families:
        inside = tuple(
            each for each in family.tonalities.get(tonality, ()) if _is_inside(each.bars, key, mask, catalogue)
        )
        if len(inside) >= _CHOICES and all(
            _is_inside(each.bars, key, mask, catalogue) for each in family.cadences[tonality]
        ):
            return inside, family, tonality
    return (), families[-1], tonality


def _is_inside(bars: tuple[Bar, ...], key: Key, mask: int, catalogue: Catalogue) -> bool:
    """Whether all chords are made of a key's own notes."""
    chords = [parse_numeral(numeral, key, catalogue) for bar in bars for numeral in bar]
    return all(chord is not None and not chord.pitch_classes & ~mask for chord in chords)


def _fitting(choices: tuple[TypicalProgression, ...], bars: int) -> list[TypicalProgression]:
    """Progressions that come out even in so many bars, else those that end in time, else the shortest."""
    short = [each for each in choices if len(each.bars) <= bars]
    even = [each for each in short if bars % len(each.bars) == 0]
    # A whole form is what its style is known by: a blues of 24 bars is two choruses, not six turns of four bars.
    longest = max((len(each.bars) for each in even), default=0)
    whole = [each for each in even if longest >= _WHOLE_FORM and len(each.bars) == longest]
    return whole or even or short or [min(choices, key=lambda each: len(each.bars))]


def _turn(bars: tuple[Bar, ...]) -> tuple[str, ...]:
    """Numerals in turn, whatever their lengths, once round: "I I IV IV" and "I IV I IV" are both I and IV."""
    numerals = [numeral for bar in bars for numeral in bar]
    changes = tuple(each for place, each in enumerate(numerals) if not place or each != numerals[place - 1])
    rounds = (length for length in range(1, len(changes)) if len(changes) % length == 0)
    return next(
        (changes[:length] for length in rounds if changes[:length] * (len(changes) // length) == changes), changes
    )


def _paced(bars: tuple[Bar, ...], room: int, paces: Paces, chance: float) -> tuple[Bar, ...]:
    """A progression as it is written; one that changes in every bar also twice as slow or as fast, where that is even.

    Args:
        bars: The progression.
        room: Bars of the passage.
        paces: How often it is slower or faster.
        chance: Decides, 0 to 1.
    """
    plain = len(set(bars)) >= _THREE and all(len(bar) == 1 and bar != after for bar, after in pairwise(bars))
    if plain and chance < paces.half and room % (2 * len(bars)) == 0:
        return tuple(bar for bar in bars for _ in range(2))
    if plain and chance >= 1 - paces.double and len(bars) == _TURN:
        return tuple((*first, *second) for first, second in zip(bars[::2], bars[1::2], strict=True))
    return bars


def _chords(bar: Bar, key: Key, catalogue: Catalogue) -> tuple[Chord, ...]:
    chords = (parse_numeral(numeral, key, catalogue) for numeral in bar)
    return tuple(chord for chord in chords if chord is not None)


def _close(bars: list[tuple[Chord, ...]], cadence: list[tuple[Chord, ...]], key: Key) -> None:
    """Let a passage end on its tonic: as it is where it does so by itself, with the style's cadence otherwise."""
    if bars[-1][-1].root == PitchName.parse(key.tonic).pitch_class and len(bars[-1]) == 1:
        return
    last = cadence if len(bars) >= _CADENCE_FROM else cadence[-1:]
    bars[-len(last) :] = last


def _usual_qualities(style: str, catalogue: Catalogue) -> tuple[ChordQuality, ...]:
    """Seventh chords for a style whose progressions have some, else triads."""
    if not style:
        return _TRIADS
    typical = (max(choices, key=lambda each: each.weight) for choices in catalogue.harmony(style).tonalities.values())
    return _SEVENTHS if any("7" in numeral for each in typical for bar in each.bars for numeral in bar) else _TRIADS


def _quality_on(root: PitchName, mask: int, qualities: tuple[ChordQuality, ...]) -> ChordQuality:
    """First of the qualities whose notes all belong to the mask; the last one is a bare root."""
    return next(
        quality
        for quality in qualities
        if not mask_of([(root + interval).pitch_class for interval in quality.intervals]) & ~mask
    )


def _vamp(
    key: Key, mask: int, qualities: tuple[ChordQuality, ...], catalogue: Catalogue
) -> tuple[tuple[Chord, ...], ...]:
    """The tonic chord, and the two that show best what sets the scale apart from plain major or minor."""
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

    roots = (home, *(home + interval for interval in sorted(intervals[1:], key=rank)[: _VAMP_CHORDS - 1]))
    chosen = [(root, _quality_on(root, mask, qualities)) for root in roots]
    return tuple((chord_on(root, quality, numeral_of(root, quality, key, catalogue)),) for root, quality in chosen)
