"""What an intent lets the notes of each bar be."""

from itertools import pairwise

import pytest
from boumbapp.music.v2.intent_pb2 import Constraints, Intent, Modulation
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    LEVEL_MEDIUM,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    Chord,
    Key,
    Meter,
    Role,
)
from hypothesis import given
from hypothesis import strategies as st

from music.meter import steps_per_bar
from music.pitch import PitchName, mask_of
from services.chassis.errors.catalogue import NOT_ALLOWED, OUT_OF_RANGE, REQUIRED, TOO_MANY, ApiError, ErrorCode
from services.theory.catalogue.catalogue import Catalogue
from services.theory.errors import UNKNOWN_CHORD, UNKNOWN_KEY, UNKNOWN_SCALE, UNKNOWN_STYLE
from services.theory.harmony.chord_symbols import parse_numeral, parse_symbol
from services.theory.harmony.constraints import constrain
from services.theory.harmony.progressions import scale_mask
from services.theory.harmony.rhythm import source_steps

CATALOGUE = Catalogue.load()
TONICS = [letter + sign for letter in "CDEFGAB" for sign in ("", "#", "b")]
ROLES = [role for role in Role.values() if role]
METERS = [(2, 4), (3, 4), (4, 4), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8), (5, 8), (3, 2), (11, 16), (1, 16), (32, 2)]


def chord(symbol: str) -> Chord:
    found = parse_symbol(symbol)
    assert found is not None
    return found


def intent(
    tonic: str = "C",
    scale: str = "minor",
    role: Role.ValueType = ROLE_MELODY,
    *,
    style: str = "",
    bars: int = 8,
    meter: tuple[int, int] = (4, 4),
    progression: str = "",
) -> Intent:
    return Intent(
        key=Key(tonic=tonic, scale=scale),
        role=role,
        style=style,
        bars=bars,
        meter=Meter(beats=meter[0], beat_unit=meter[1]),
        register=LEVEL_MEDIUM,
        density=LEVEL_MEDIUM,
        progression=[chord(symbol) for symbol in progression.split()],
    )


@given(
    st.sampled_from(TONICS),
    st.sampled_from(sorted(CATALOGUE.scales)),
    st.sampled_from(ROLES),
    st.sampled_from(["", *sorted(CATALOGUE.styles)]),
    st.sampled_from(METERS),
    st.integers(1, 128),
)
def test_constraints_of_any_intent_can_be_met(
    tonic: str, scale: str, role: Role.ValueType, style: str, meter: tuple[int, int], bars: int
) -> None:
    constraints = constrain(intent(tonic, scale, role, style=style, bars=bars, meter=meter), CATALOGUE)
    steps = steps_per_bar(constraints.meter)
    rhythm = constraints.rhythm
    assert len(constraints.plans) == bars
    assert constraints.highest_pitch >= constraints.lowest_pitch + 12
    assert 1 <= constraints.max_polyphony <= 16
    assert 1 <= constraints.min_onsets <= constraints.max_onsets <= steps
    assert len(rhythm.onset_weights) == steps
    assert len(rhythm.anchors) <= constraints.max_onsets
    assert all(anchor < steps for anchor in rhythm.anchors)
    assert sum(weight > 0 for weight in rhythm.onset_weights) >= constraints.min_onsets or style
    for plan in constraints.plans:
        assert plan.tonic == PitchName.parse(tonic).pitch_class
        assert plan.chords[0].start_step == 0
        starts = [found.start_step for found in plan.chords]
        assert starts == sorted(set(starts))
        assert starts[-1] < steps
        for found in plan.chords:
            # A bar allows the notes of its chords, whether its scale has them or not.
            assert not found.pitch_classes & ~plan.pitch_classes


def test_asked_chords_bend_the_scale_in_their_own_bar_only() -> None:
    constraints = constrain(intent("A", "minor", progression="Am Dm E7"), CATALOGUE)
    scale = scale_mask(Key(tonic="A", scale="minor"), CATALOGUE)
    g_sharp, g = mask_of([8]), mask_of([7])
    assert [bool(plan.pitch_classes & g_sharp) for plan in constraints.plans] == [index % 3 == 2 for index in range(8)]
    assert all((plan.pitch_classes & ~g_sharp) | g == scale for plan in constraints.plans)
    assert [bool(plan.pitch_classes & g) for plan in constraints.plans] == [index % 3 != 2 for index in range(8)]
    assert [plan.chords[0].numeral for plan in constraints.plans[:3]] == ["i", "iv", "V7"]


def test_modulations_change_key_scale_and_harmony_from_their_bar_on() -> None:
    asked = intent("C", "major", bars=8)
    asked.modulations.append(Modulation(key=Key(tonic="A", scale="minor"), bar=4))
    plans = constrain(asked, CATALOGUE).plans
    assert [plan.key.tonic for plan in plans] == ["C"] * 4 + ["A"] * 4
    assert [plan.tonic for plan in plans] == [0] * 4 + [9] * 4
    assert [plan.chords[0].symbol for plan in plans] == ["C", "G", "Am", "F", "Am", "F", "F", "Am"]


def test_asked_numerals_follow_a_modulation_and_asked_symbols_stay() -> None:
    key = Key(tonic="C", scale="major")
    numerals = intent("C", "major", bars=4)
    numerals.progression.extend(found for text in ("I", "V7") if (found := parse_numeral(text, key, CATALOGUE)))
    symbols = intent("C", "major", bars=4, progression="C G7")
    for asked in (numerals, symbols):
        asked.modulations.append(Modulation(key=Key(tonic="D", scale="major"), bar=2))
    assert [plan.chords[0].symbol for plan in constrain(numerals, CATALOGUE).plans] == ["C", "G7", "D", "A7"]
    assert [plan.chords[0].symbol for plan in constrain(symbols, CATALOGUE).plans] == ["C", "G7", "C", "G7"]


def test_phrases_end_every_fourth_bar_and_at_the_end() -> None:
    plans = constrain(intent(bars=10), CATALOGUE).plans
    assert [index for index, plan in enumerate(plans) if plan.cadence] == [3, 7, 9]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("style", ["", *sorted(CATALOGUE.styles)[:3]])
def test_density_and_register_act_monotonically(role: Role.ValueType, meter: tuple[int, int], style: str) -> None:
    def at(register: int, density: int) -> Constraints:
        asked = intent(role=role, meter=meter, style=style)
        asked.register, asked.density = register, density  # type: ignore[assignment]  # enum values are ints
        return constrain(asked, CATALOGUE)

    levels = (LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH)
    onsets = [(at(LEVEL_MEDIUM, level).min_onsets, at(LEVEL_MEDIUM, level).max_onsets) for level in levels]
    ranges = [(at(level, LEVEL_MEDIUM).lowest_pitch, at(level, LEVEL_MEDIUM).highest_pitch) for level in levels]
    for (low, high), (next_low, next_high) in [
        *pairwise(onsets),
        *pairwise(ranges),
    ]:
        assert low <= next_low
        assert high <= next_high


@given(st.sampled_from(METERS), st.sampled_from(METERS))
def test_rhythms_fit_any_metre_and_keep_their_first_beat(source: tuple[int, int], target: tuple[int, int]) -> None:
    source_meter, target_meter = (Meter(beats=beats, beat_unit=unit) for beats, unit in (source, target))
    steps = source_steps(source_meter, target_meter)
    assert len(steps) == steps_per_bar(target_meter)
    assert steps[0] == 0
    assert all(0 <= step < steps_per_bar(source_meter) for step in steps)
    if source == target:
        assert steps == tuple(range(len(steps)))


@pytest.mark.parametrize(
    ("target", "steps"),
    [
        ((3, 4), [*range(12)]),
        ((7, 8), [*range(14)]),
        ((5, 4), [*range(16), 12, 13, 14, 15]),
        ((6, 8), [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13]),
    ],
)
def test_four_four_becomes_other_metres_sensibly(target: tuple[int, int], steps: list[int]) -> None:
    assert list(source_steps(Meter(beats=4, beat_unit=4), Meter(beats=target[0], beat_unit=target[1]))) == steps


def test_style_rhythm_of_the_role_is_used_where_there_is_one() -> None:
    funk = CATALOGUE.styles["funk"].rhythms["bass"]
    rhythm = constrain(intent(role=ROLE_BASS, style="funk"), CATALOGUE).rhythm
    assert tuple(rhythm.onset_weights) == funk.weights
    assert rhythm.gate == pytest.approx(funk.gate)
    assert set(rhythm.anchors) <= set(funk.anchors)


def test_the_result_belongs_to_the_caller() -> None:
    first = constrain(intent(role=ROLE_CHORDS), CATALOGUE)
    expected = Constraints.FromString(first.SerializeToString())
    del first.plans[:]
    assert constrain(intent(role=ROLE_CHORDS), CATALOGUE) == expected


@pytest.mark.parametrize(
    ("field", "code", "change"),
    [
        ("intent.key.scale", UNKNOWN_SCALE, lambda asked: setattr(asked.key, "scale", "nope")),
        ("intent.key.tonic", UNKNOWN_KEY, lambda asked: setattr(asked.key, "tonic", "H")),
        ("intent.style", UNKNOWN_STYLE, lambda asked: setattr(asked, "style", "nope")),
        ("intent.role", REQUIRED, lambda asked: setattr(asked, "role", 0)),
        ("intent.bars", OUT_OF_RANGE, lambda asked: setattr(asked, "bars", 4_000_000_000)),
        ("intent.bars", OUT_OF_RANGE, lambda asked: setattr(asked, "bars", 0)),
        ("intent.meter.beats", OUT_OF_RANGE, lambda asked: asked.ClearField("meter")),
        ("intent.meter.beat_unit", NOT_ALLOWED, lambda asked: setattr(asked.meter, "beat_unit", 3)),
        ("intent.swing.amount", OUT_OF_RANGE, lambda asked: setattr(asked.swing, "amount", float("nan"))),
        ("intent.progression[0]", UNKNOWN_CHORD, lambda asked: asked.progression.append(Chord(symbol="Foo"))),
        ("intent.progression", TOO_MANY, lambda asked: asked.progression.extend([chord("C")] * 200)),
        ("intent.modulations", TOO_MANY, lambda asked: asked.modulations.extend([Modulation()] * 200)),
        ("intent.modulations[0].key.scale", UNKNOWN_SCALE, lambda asked: asked.modulations.append(Modulation())),
    ],
)
def test_impossible_intents_are_refused_by_field(field: str, code: ErrorCode, change: object) -> None:
    asked = intent(role=ROLE_DRUMS)
    assert callable(change)
    change(asked)
    with pytest.raises(ApiError) as caught:
        constrain(asked, CATALOGUE)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.text("fr")


def test_symbols_without_pitch_classes_are_completed() -> None:
    asked = intent("C", "major", bars=1)
    asked.progression.append(Chord(symbol="G7"))
    assert constrain(asked, CATALOGUE).plans[0].chords[0].pitch_classes == chord("G7").pitch_classes


def test_asked_chords_with_a_start_share_the_bar_before_them() -> None:
    asked = intent("C", "major", bars=4, progression="Cmaj7 Am9 Dm7 G13")
    asked.progression[3].start_step = 8
    bars = constrain(asked, CATALOGUE).plans
    symbols = [[(found.symbol, found.start_step, found.duration_steps) for found in plan.chords] for plan in bars]
    assert symbols[:3] == [[("Cmaj7", 0, 0)], [("Am9", 0, 0)], [("Dm7", 0, 8), ("G13", 8, 0)]]
    assert symbols[3] == symbols[0]
