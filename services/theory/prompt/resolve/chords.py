"""Chords of an intent: those that the words name, in their bars, with what is asked to be changed in them."""

from collections.abc import Sequence
from itertools import groupby

from boumbapp.music.v2.music_pb2 import Chord, Key, Meter

from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.bar_places import in_their_places
from services.theory.harmony.chord_quality import parse_quality
from services.theory.harmony.chord_symbols import chord_on
from services.theory.harmony.progressions import Passage, draw_progression, typical_harmony
from services.theory.prompt.parse.chord_devices import ChordDevice
from services.theory.prompt.resolve.progressions import realize_progression
from services.theory.prompt.resolve.slots import ResolutionContext

_MAJOR_THIRD, _FOURTH, _MINOR_SEVENTH = 4, 5, 10


def resolve_progression(context: ResolutionContext, key: Key, meter: Meter) -> list[Chord]:
    """Chords of the progression in a key, empty where there is none.

    Args:
        context: The parsed prompt and options.
        key: The key at the start.
        meter: In which chords that share a bar find their places.
    """
    progression = context.progression
    if progression is None:
        return []
    chords = realize_progression(progression, key, context.catalogue)
    for device in context.parsed.chord_devices:
        chords = _changed(chords, device, key, context.catalogue)
    if len(progression.bar_of) != len(chords):
        return chords
    bars = groupby(zip(progression.bar_of, chords, strict=True), key=lambda placed: placed[0])
    return [chord for _, placed in bars for chord in _shared(tuple(chord for _, chord in placed), meter)]


def with_picardy_third(context: ResolutionContext, key: Key, bars: int, meter: Meter) -> list[Chord]:
    """The best known harmony of the style for a whole piece in minor, with a major tonic at its end where asked for.

    Args:
        context: The parsed prompt and options.
        key: Of the piece.
        bars: Its length.
        meter: In which chords that share a bar find their places.

    Returns:
        The chords; none where nothing asks for the third, or the key is not in minor.
    """
    if ChordDevice.PICARDY not in context.parsed.chord_devices or not context.catalogue.scales[key.scale].is_minor:
        return []
    style = context.styles[0].slug if context.styles else ""
    passage = Passage(key.tonic, key.scale, 0, bars, closes=True)
    drawn = draw_progression(passage, style, None, context.catalogue)
    laid = typical_harmony(passage, style, drawn, context.catalogue)
    chords = [chord for bar in laid for chord in _shared(bar, meter)]
    return _changed(chords, ChordDevice.PICARDY, key, context.catalogue)


def _shared(chords: Sequence[Chord], meter: Meter) -> Sequence[Chord]:
    return in_their_places(chords, meter) if len(chords) > 1 else chords


def _changed(chords: list[Chord], device: ChordDevice, key: Key, catalogue: Catalogue) -> list[Chord]:
    if device is ChordDevice.TRITONE:
        return [
            _tritone_substitute(following) if following and _is_dominant_of(chord, following) else chord
            for chord, following in zip(chords, [*chords[1:], None], strict=True)
        ]
    tonic = PitchName.parse(key.tonic)
    if chords and chords[-1].root == tonic.pitch_class and catalogue.scales[key.scale].is_minor:
        return [*chords[:-1], _chord(tonic, "")]
    return chords


def _is_dominant_of(chord: Chord, following: Chord) -> bool:
    """Whether a chord with major third and minor seventh goes a fourth up."""
    has = [chord.pitch_classes >> (chord.root + interval) % 12 & 1 for interval in (_MAJOR_THIRD, _MINOR_SEVENTH)]
    return all(has) and following.root == (chord.root + _FOURTH) % 12


def _tritone_substitute(following: Chord) -> Chord:
    end = 1 + (following.symbol[1:2] in ("#", "b"))
    return _chord((PitchName.parse(following.symbol[:end]) + "m2").readable(), "7")


def _chord(root: PitchName, suffix: str) -> Chord:
    quality = parse_quality(suffix)
    assert quality is not None
    return chord_on(root, quality)
