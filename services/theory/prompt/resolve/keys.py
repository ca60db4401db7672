"""Resolves the key, and the keys that take over later."""

from boumbapp.music.v2.intent_pb2 import SOURCE_PROJECT, Modulation
from boumbapp.music.v2.music_pb2 import Key

from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.parse.modulations import LaterKey
from services.theory.prompt.parse.relative_keys import KeyMove
from services.theory.prompt.parse.vocabulary import PhraseKind
from services.theory.prompt.resolve.parts_and_sections import section_starts
from services.theory.prompt.resolve.progressions import implied_key, scales_of_numerals
from services.theory.prompt.resolve.slots import ResolutionContext, Slot, default, implied

_MINOR_SHIFT = 3  # fifths between a minor key and the major key of its tonic


def resolve_key(context: ResolutionContext) -> tuple[Slot[str], Slot[str]]:
    """Spelled tonic and slug of the scale: words, then options, then style and mood, then project, then C major."""
    tonic = _tonic(context)
    scale = _scale(context, tonic)
    if tonic is None:
        project = context.options.project_key.tonic
        home = "A" if context.catalogue.scales[scale.value].is_minor else "C"  # the white keys
        tonic = implied(str(project), SOURCE_PROJECT) if project is not None else default(home)
    return tonic, scale


def _tonic(context: ResolutionContext) -> Slot[str] | None:
    parsed, options = context.parsed, context.options
    if parsed.tonic:
        stated = context.from_prompt(parsed.tonic)
        return Slot(str(stated.value), stated.source, stated.words, stated.confidence)
    symbols = context.progression.symbols if context.progression else ()
    fitting = implied_key(symbols, context.catalogue)
    if options.key.tonic and "key.tonic" in options.overridden:
        return context.from_option("key.tonic", str(options.key.tonic))
    if fitting and context.chords_asked:
        return context.from_chords(fitting.tonic)
    if options.key.tonic:
        return context.from_option("key.tonic", str(options.key.tonic))
    return context.from_chords(fitting.tonic) if fitting else None


def _scale(context: ResolutionContext, tonic: Slot[str] | None) -> Slot[str]:
    parsed, options = context.parsed, context.options
    if parsed.scale:
        return context.from_prompt(parsed.scale)
    symbols = context.progression.symbols if context.progression else ()
    fitting = implied_key(symbols, context.catalogue, PitchName.parse(tonic.value)) if tonic else None
    if options.key.scale and "key.scale" in options.overridden:
        return context.from_option("key.scale", options.key.scale)
    if fitting and context.chords_asked:
        return context.from_chords(fitting.scale)
    if options.key.scale:
        return context.from_option("key.scale", options.key.scale)
    if fitting:
        return context.from_chords(fitting.scale)
    project = options.project_key.scale
    suggested = implied_scales(context)
    if _is_bare_major(context, suggested):
        return implied("major")
    if suggested:
        # The project's own scale serves where the style is at home in it.
        return implied(project, SOURCE_PROJECT) if project in suggested and project else implied(suggested[0])
    if project and (PhraseKind.SCALE, project) not in parsed.excluded:
        return implied(project, SOURCE_PROJECT)
    return default("minor" if (PhraseKind.SCALE, "major") in parsed.excluded else "major")


def _is_bare_major(context: ResolutionContext, suggested: list[str]) -> bool:
    """Whether a tonic that is said alone means major: "in Bb" does, unless the style is minor by nature."""
    bare = context.parsed.tonic is not None and context.mood is None and context.progression is None
    return bare and len(context.styles) == 1 and suggested[:1] == ["minor"] and "major" in suggested


def implied_scales(context: ResolutionContext) -> list[str]:
    """Scales that progression, mood and style suggest: those on which they agree first, negated ones left out."""
    suggestions: list[tuple[str, ...]] = []
    if context.progression_name:
        entry = context.catalogue.progressions[context.progression_name]
        suggestions.append(context.catalogue.styles[entry.style].scales if entry.style else entry.scales)
    elif context.progression and context.progression.numerals:
        suggestions.append(scales_of_numerals(context.progression))
    if context.mood:
        suggestions.append(context.mood.scales)
    suggestions += [context.catalogue.moods[slug].scales for slug in context.parsed.further_moods]
    suggestions += [style.scales for style in (*context.styles[1:], *context.styles[:1])]
    ranked = [slug for scales in suggestions for slug in scales]
    shared = [slug for slug in ranked if ranked.count(slug) > 1 and slug in suggestions[0]]
    return [
        slug for slug in dict.fromkeys([*shared, *ranked]) if (PhraseKind.SCALE, slug) not in context.parsed.excluded
    ]


def resolve_modulations(context: ResolutionContext, start: Key, bars: int) -> list[Modulation]:
    """Later keys in order, all inside the piece.

    Args:
        context: The parsed prompt and options.
        start: Key at bar 0.
        bars: Number of bars, 1-128.

    Returns:
        Keys with their first bars, ascending from 1. Those whose bar the prompt leaves open share the rest of the piece
        evenly.
    """
    later = context.parsed.later_keys[: bars - 1]
    starts = section_starts(context, bars)
    modulations: list[Modulation] = []
    previous, bar = start, 0
    for index, change in enumerate(later):
        even = bar + (bars - bar) // (len(later) - index + 1)
        if change.section is not None:
            even = starts[change.section]
        asked = even if change.bar is None else change.bar if change.bar >= 0 else bars + change.bar
        latest = bars - len(later) + index
        bar = min(max(asked, bar + 1), latest)
        previous = _next_key(previous, change, context.catalogue)
        modulations.append(Modulation(key=previous, bar=bar))
    return modulations


def _next_key(previous: Key, change: LaterKey, catalogue: Catalogue) -> Key:
    """The later key; a part that is left open is taken from the key before, a mode by its nearness to it."""
    if change.move is not None:
        return _moved(previous, change.move, catalogue)
    tonic = str(change.tonic) if change.tonic else previous.tonic
    if change.scale is not None:
        return Key(tonic=tonic, scale=change.scale)
    if previous.scale not in ("major", "minor"):
        return Key(tonic=tonic, scale=previous.scale)
    here = PitchName.parse(previous.tonic).fifths - (_MINOR_SHIFT if catalogue.scales[previous.scale].is_minor else 0)
    there = PitchName.parse(tonic).fifths
    near_major, near_minor = abs(there - here), abs(there - _MINOR_SHIFT - here)
    if near_major == near_minor:
        return Key(tonic=tonic, scale=previous.scale)
    return Key(tonic=tonic, scale="major" if near_major < near_minor else "minor")


def _moved(previous: Key, move: KeyMove, catalogue: Catalogue) -> Key:
    """The key that a kinship or an interval leads to."""
    home = PitchName.parse(previous.tonic)
    minor = catalogue.scales[previous.scale].is_minor
    other = "major" if minor else "minor"
    if move is KeyMove.PARALLEL:
        return Key(tonic=previous.tonic, scale=other)
    if move is KeyMove.RELATIVE:
        return Key(tonic=str((home + ("m3" if minor else "M6")).readable()), scale=other)
    return Key(tonic=str((home + move.value).readable()), scale=previous.scale)
