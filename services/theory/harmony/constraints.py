"""Derives constraints from an intent: allowed pitches, range, number of onsets and rhythm of each bar.

Everything is derived once per distinct intent and kept; a caller gets a copy of its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from boumbapp.music.v2.intent_pb2 import (
    ENDING_CLOSE,
    SOURCE_DEFAULT,
    SOURCE_STYLE,
    BarPlan,
    Constraints,
    Intent,
    RhythmSkeleton,
)
from boumbapp.music.v2.music_pb2 import LEVEL_MEDIUM, ROLE_BASS, Chord, Key, Level, Meter, Role, Swing, SwingUnit

from music.meter import steps_per_bar
from music.pitch import PitchName
from services.chassis.errors.catalogue import NOT_ALLOWED, REQUIRED, TOO_MANY, ApiError
from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import Rhythm, RoleProfile
from services.theory.catalogue.harmony_family import HarmonyFamily
from services.theory.errors import UNKNOWN_CHORD, UNKNOWN_KEY, UNKNOWN_SCALE, UNKNOWN_STYLE
from services.theory.harmony.bar_masks import bar_masks
from services.theory.harmony.bar_places import bars_of, in_their_places
from services.theory.harmony.chord_symbols import parse_numeral, parse_symbol, with_numeral
from services.theory.harmony.limits import (
    BEAT_UNITS,
    MAX_BARS,
    MAX_BEATS,
    MAX_BPM,
    MAX_SWING,
    MIN_BARS,
    MIN_BPM,
    check_range,
)
from services.theory.harmony.passages import passages
from services.theory.harmony.progressions import DrawnHarmony, Passage, draw_all, typical_harmony, whole_turn
from services.theory.harmony.rhythm import (
    default_rhythm,
    drawn_rhythm,
    keep_anchors,
    style_rhythm,
    walking_rhythm,
    written_onsets,
)

_PHRASE_BARS = 4
# Sources of what nobody asks for in words or options.
_IMPLIED = frozenset({SOURCE_STYLE, SOURCE_DEFAULT})
_STEPS_OF_FOUR_FOUR = 16


@dataclass(frozen=True, slots=True)
class _ConstraintInputs:
    """The parts of an intent that constraints depend on, as values that can be compared."""

    passages: tuple[Passage, ...]  # the bars by their keys
    role: Role.ValueType
    style: str
    register: Level.ValueType
    density: Level.ValueType
    density_asked: bool  # else the style's own rhythm says how many onsets there are
    bars: int
    beats: int
    beat_unit: int
    swing: float
    swing_unit: SwingUnit.ValueType
    progression: tuple[bytes, ...]  # serialised chords
    closes: bool
    # What the seed drew rather than the seed, so that pieces share what is derived.
    drawn: tuple[DrawnHarmony, ...]  # by passage; empty where the intent names chords
    rhythm: Rhythm | None  # the style's for the role; None where it has none
    walks: bool  # a bass with a tone on each beat


def constrain(intent: Intent, catalogue: Catalogue, seed: int | None = None) -> Constraints:
    """Derive constraints: keys, allowed pitch classes and harmony per bar, range, polyphony, onsets, rhythm.

    Args:
        intent: A filled intent; register and density left out mean medium.
        catalogue: Where its scale, style and role are looked up.
        seed: Draws the progression where the intent names none; None takes the style's most typical one.

    Returns:
        A message of the caller's own.

    Raises:
        ApiError: A slot is missing, out of range or names nothing in the catalogue.
    """
    constraints = Constraints()
    constraints.CopyFrom(_derive(_checked_inputs(intent, catalogue, seed), catalogue))
    return constraints


def _checked_inputs(intent: Intent, catalogue: Catalogue, seed: int | None) -> _ConstraintInputs:
    """Check an intent, and take the parts that constraints depend on."""
    check_range("intent.bars", intent.bars, MIN_BARS, MAX_BARS)
    if intent.bpm:  # constraints do not depend on it, but whoever composes does
        check_range("intent.bpm", intent.bpm, MIN_BPM, MAX_BPM)
    check_range("intent.meter.beats", intent.meter.beats, 1, MAX_BEATS)
    if intent.meter.beat_unit not in BEAT_UNITS:
        allowed = ", ".join(map(str, BEAT_UNITS))
        raise ApiError(NOT_ALLOWED, field="intent.meter.beat_unit", value=intent.meter.beat_unit, allowed=allowed)
    check_range("intent.swing.amount", intent.swing.amount, 0, MAX_SWING)
    if not intent.role:
        raise ApiError(REQUIRED, field="intent.role")
    if intent.style and intent.style not in catalogue.styles:
        raise ApiError(UNKNOWN_STYLE, field="intent.style", value=intent.style)
    for field, count in (
        ("intent.modulations", len(intent.modulations)),
        ("intent.progression", len(intent.progression)),
    ):
        if count > MAX_BARS:
            raise ApiError(TOO_MANY, field=field, value=count, max=MAX_BARS)
    keys = [(0, *_checked_key(intent.key, "intent.key", catalogue))]
    for index, modulation in enumerate(intent.modulations):
        keys.append((modulation.bar, *_checked_key(modulation.key, f"intent.modulations[{index}].key", catalogue)))
    found = passages(keys, intent, catalogue, closes=closes(intent, catalogue))
    drawn = () if intent.progression else draw_all(found, intent.style, seed, catalogue)
    return _ConstraintInputs(
        passages=tuple(found),
        role=intent.role,
        style=intent.style,
        register=intent.register or LEVEL_MEDIUM,
        density=intent.density or LEVEL_MEDIUM,
        density_asked=_asks_for_density(intent, catalogue),
        bars=intent.bars,
        beats=intent.meter.beats,
        beat_unit=intent.meter.beat_unit,
        swing=intent.swing.amount,
        swing_unit=intent.swing.unit,
        progression=tuple(chord.SerializeToString(deterministic=True) for chord in intent.progression),
        closes=closes(intent, catalogue),
        drawn=drawn,
        rhythm=_drawn_rhythm(intent, seed, catalogue),
        walks=intent.role == ROLE_BASS and intent.shape.walking_bass,
    )


def closes(intent: Intent, catalogue: Catalogue) -> bool:
    """Whether a piece comes to an end on its tonic rather than lead back to its first bar.

    Args:
        intent: What it says counts, else its style's habit.
        catalogue: Where the style is looked up.
    """
    if intent.ending:
        return intent.ending == ENDING_CLOSE
    return not catalogue.harmony(intent.style).loops


def _checked_key(key: Key, field: str, catalogue: Catalogue) -> tuple[str, str]:
    if key.scale not in catalogue.scales:
        raise ApiError(UNKNOWN_SCALE, field=f"{field}.scale", value=key.scale)
    try:
        tonic = str(PitchName.parse(key.tonic))
    except ValueError:
        raise ApiError(UNKNOWN_KEY, field=f"{field}.tonic", value=key.tonic) from None
    return tonic, key.scale


@lru_cache(maxsize=4096)
def _derive(inputs: _ConstraintInputs, catalogue: Catalogue) -> Constraints:
    """Constraints of checked inputs; shared, so never to be changed."""
    meter = Meter(beats=inputs.beats, beat_unit=inputs.beat_unit)
    profile = catalogue.role(inputs.role)
    lowest, highest = profile.ranges[inputs.register]
    min_onsets, max_onsets = _onsets(profile, inputs.density, steps_per_bar(meter))
    rhythm = default_rhythm(inputs.role, meter) if inputs.rhythm is None else _fitted(inputs, inputs.rhythm, catalogue)
    if inputs.rhythm is not None and not inputs.density_asked:
        min_onsets, max_onsets = written_onsets(rhythm, inputs.role)
    if inputs.walks:
        rhythm = walking_rhythm(meter)
        min_onsets, max_onsets = len(rhythm.anchors), min(len(rhythm.anchors) + 1, steps_per_bar(meter))
    keep_anchors(rhythm, meter, max_onsets)
    return Constraints(
        meter=meter,
        role=inputs.role,
        lowest_pitch=lowest,
        highest_pitch=highest,
        max_polyphony=profile.max_polyphony,
        min_onsets=min_onsets,
        max_onsets=max_onsets,
        plans=_plans(inputs, catalogue),
        rhythm=rhythm,
        swing=Swing(amount=inputs.swing, unit=inputs.swing_unit),
    )


def _onsets(profile: RoleProfile, density: Level.ValueType, steps: int) -> tuple[int, int]:
    """Fewest and most onsets, scaled from 4/4 to a bar of `steps`; at least one, at most one a step."""
    fewest, most = (
        min(max(math.floor(onsets * steps / _STEPS_OF_FOUR_FOUR + 0.5), 1), steps) for onsets in profile.onsets[density]
    )
    return fewest, most


def _asks_for_density(intent: Intent, catalogue: Catalogue) -> bool:
    """Whether a person, a mood or an intent without evidence asks for a number of onsets, and not the style alone."""
    implied = any(found.slot == "density" and found.source in _IMPLIED for found in intent.evidence)
    return not (implied and intent.style and intent.density == catalogue.styles[intent.style].density)


def _drawn_rhythm(intent: Intent, seed: int | None, catalogue: Catalogue) -> Rhythm | None:
    """The style's rhythm for the role; None where it has none."""
    style = catalogue.styles.get(intent.style)
    rhythm = style.rhythms.get(catalogue.role(intent.role).slug) if style else None
    return drawn_rhythm(rhythm, seed, intent.role) if rhythm else None


def _fitted(inputs: _ConstraintInputs, rhythm: Rhythm, catalogue: Catalogue) -> RhythmSkeleton:
    """A rhythm of the style in the metre of the piece."""
    beats, beat_unit = catalogue.styles[inputs.style].meter.split("/")
    source = Meter(beats=int(beats), beat_unit=int(beat_unit))
    return style_rhythm(rhythm, source, Meter(beats=inputs.beats, beat_unit=inputs.beat_unit))


def _plans(inputs: _ConstraintInputs, catalogue: Catalogue) -> list[BarPlan]:
    """One plan per bar."""
    asked = bars_of(whole_turn([Chord.FromString(chord) for chord in inputs.progression]))
    meter = Meter(beats=inputs.beats, beat_unit=inputs.beat_unit)
    plans: list[BarPlan] = []
    for number, passage in enumerate(inputs.passages):
        key = Key(tonic=passage.tonic, scale=passage.scale)
        bars: Sequence[Sequence[Chord]] = (
            _closed(
                [
                    _asked_chords(asked, passage.first + bar, passage.first, key, catalogue)
                    for bar in range(passage.bars)
                ],
                asked[-1][-1].numeral,
                passage,
                catalogue.harmony(inputs.style),
            )
            if asked
            else typical_harmony(passage, inputs.style, inputs.drawn[number], catalogue)
        )
        for bar, mask in zip(bars, bar_masks(bars, key, catalogue), strict=True):
            index = len(plans)
            last = index == inputs.bars - 1
            plans.append(
                BarPlan(
                    key=key,
                    tonic=PitchName.parse(passage.tonic).pitch_class,
                    pitch_classes=mask,
                    chords=in_their_places(bar, meter),
                    cadence=index % _PHRASE_BARS == _PHRASE_BARS - 1 or last,
                    final=last and inputs.closes,
                )
            )
    return plans


def _closed(bars: list[list[Chord]], turn: str, passage: Passage, family: HarmonyFamily) -> list[list[Chord]]:
    """Bars of a form that was named, such as a blues, with the tonic in place of the dominant that turns round.

    Args:
        bars: Of the passage.
        turn: Numeral of the last chord that was asked for; empty for chords that are spelled out, which stay.
        passage: Where it ends.
        family: Whose form it is.
    """
    whole = family.bars and passage.closes and passage.bars % family.bars == 0
    if whole and turn.startswith("V7") and bars[0][0].root == PitchName.parse(passage.tonic).pitch_class:
        return [*bars[:-1], bars[0]]
    return bars


def _asked_chords(asked: list[list[Chord]], bar: int, since: int, key: Key, catalogue: Catalogue) -> list[Chord]:
    """The bar's chords of a progression that the person named; numerals follow the key into which the piece moves."""
    place = (bar - since if since and asked[0][0].numeral else bar) % len(asked)
    first = sum(len(chords) for chords in asked[:place])
    return [
        _asked_chord(chord, f"intent.progression[{first + index}]", key, catalogue, moved=since > 0)
        for index, chord in enumerate(asked[place])
    ]


def _asked_chord(chord: Chord, field: str, key: Key, catalogue: Catalogue, *, moved: bool) -> Chord:
    read = None
    if chord.numeral and (moved or not chord.pitch_classes):
        read = parse_numeral(chord.numeral, key, catalogue)
    elif not chord.pitch_classes:
        read = parse_symbol(chord.symbol)
    if read is None and not chord.pitch_classes:
        raise ApiError(UNKNOWN_CHORD, field=field, value=chord.numeral or chord.symbol)
    if read is not None:
        read.start_step = chord.start_step
    return with_numeral(read or chord, key, catalogue)
