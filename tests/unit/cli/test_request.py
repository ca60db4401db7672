import pytest
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.music.v2.music_pb2 import (
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    SWING_UNIT_UNSPECIFIED,
    Meter,
    Role,
    Swing,
    SwingUnit,
)
from hypothesis import given
from hypothesis import strategies as st

from cli.options import ComposeOptions, DrumsOptions
from cli.request import ROLES, compose_request
from services.chassis.errors.catalogue import MALFORMED, ApiError


def test_what_was_not_said_is_not_in_the_request() -> None:
    request = compose_request(ComposeOptions(prompt="une basse"))
    assert request.prompt == "une basse"
    assert not request.HasField("seed")
    assert [field.name for field, _ in request.overrides.ListFields()] == []


def test_what_was_said_is() -> None:
    request = compose_request(
        ComposeOptions(
            prompt="p",
            bars=8,
            bpm=90.5,
            key="Fa# dorien",
            meter="6/8",
            style="funk",
            chords="Am F",
            role="bass",
            seed=0,
            engine="specialist",
            locale="fr",
        )
    )
    options = request.overrides
    assert (options.bars, options.bpm, options.key_text, options.style) == (8, 90.5, "Fa# dorien", "funk")
    assert (options.meter, options.role) == (Meter(beats=6, beat_unit=8), Role.ROLE_BASS)
    assert isinstance(request, melody.ComposeRequest)
    assert (options.progression, request.engine, request.locale) == ("Am F", "specialist", "fr")
    assert request.HasField("seed")


@given(st.integers().filter(lambda value: not 0 <= value < 2**32))
def test_numbers_that_the_contract_cannot_carry_are_refused_with_its_limits(number: int) -> None:
    with pytest.raises(ApiError) as bars:
        compose_request(ComposeOptions(prompt="p", bars=number))
    assert bars.value.text("fr") == f"overrides.bars vaut {number} ; il faut une valeur entre 1 et 128."
    with pytest.raises(ApiError) as seed:
        compose_request(ComposeOptions(prompt="p", seed=number))
    assert seed.value.text("en") == f"seed is {number}; it must lie between 0 and 4294967295."


@given(st.integers(0, 2**32 - 1))
def test_numbers_that_it_can_carry_are_left_to_the_expert(number: int) -> None:
    assert compose_request(ComposeOptions(prompt="p", bars=number, seed=number)).overrides.bars == number


@pytest.mark.parametrize("meter", ["4", "4/", "/4", "four/4", "4/4/4", "4:4", "9" * 5000 + "/4", "٤/4"])
def test_a_metre_that_is_none_is_refused(meter: str) -> None:
    with pytest.raises(ApiError) as failure:
        compose_request(ComposeOptions(prompt="p", meter=meter))
    assert (failure.value.code, failure.value.field) == (MALFORMED, "overrides.meter")


def test_an_impossible_metre_is_left_to_the_expert() -> None:
    assert compose_request(ComposeOptions(prompt="p", meter="0/4")).overrides.meter == Meter(beats=0, beat_unit=4)
    with pytest.raises(ApiError) as failure:
        compose_request(ComposeOptions(prompt="p", meter="-3/4"))
    assert failure.value.field == "overrides.meter.beats"


def test_a_role_goes_by_its_english_name() -> None:
    assert set(ROLES) == {"melody", "bass", "chords", "arpeggio", "pad", "drums"}
    with pytest.raises(ApiError, match="banjo"):
        compose_request(ComposeOptions(prompt="p", role="banjo"))


def test_options_for_drums_ask_for_drums_played_as_was_said() -> None:
    request = compose_request(DrumsOptions(prompt="trap", bars=8, seed=3, swing="0.1", humanise=0.0))
    assert isinstance(request, drums.ComposeRequest)
    assert (request.prompt, request.overrides.bars, request.seed) == ("trap", 8, 3)
    assert request.hints.role == Role.ROLE_DRUMS
    assert [field.name for field, _ in request.feel.ListFields()] == ["swing", "humanise"]
    assert request.feel.swing == Swing(amount=0.1)
    assert request.feel.humanise == 0


def test_feel_that_was_not_said_is_left_to_the_expert() -> None:
    assert not compose_request(DrumsOptions(prompt="trap")).HasField("feel")  # type: ignore[arg-type]  # drums have it


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("0.33", 0.33, SWING_UNIT_UNSPECIFIED),
        ("0,33", 0.33, SWING_UNIT_UNSPECIFIED),
        ("0.33e", 0.33, SWING_UNIT_EIGHTH),
        ("0.2 s", 0.2, SWING_UNIT_SIXTEENTH),
        ("66%", 0.32, SWING_UNIT_UNSPECIFIED),
        ("66% eighths", 0.32, SWING_UNIT_EIGHTH),
        ("54%S", 0.08, SWING_UNIT_SIXTEENTH),
        ("50%", 0, SWING_UNIT_UNSPECIFIED),
        ("0", 0, SWING_UNIT_UNSPECIFIED),
        ("0.9", 0.9, SWING_UNIT_UNSPECIFIED),  # for the expert to refuse
    ],
)
def test_swing_is_an_amount_or_a_percentage_with_its_unit(text: str, amount: float, unit: SwingUnit.ValueType) -> None:
    line = compose_request(ComposeOptions(prompt="p", swing=text))
    groove = compose_request(DrumsOptions(prompt="p", swing=text))
    assert isinstance(groove, drums.ComposeRequest)
    wanted = Swing(amount=amount, unit=unit)
    assert line.overrides.swing.amount == pytest.approx(wanted.amount)
    assert line.overrides.swing.unit == wanted.unit
    assert groove.feel.swing == line.overrides.swing
    assert not groove.overrides.HasField("swing")


@pytest.mark.parametrize("text", ["a lot", "0.33x", "%", "120%", "-5%", "1/3", "0.3.3"])
def test_swing_that_cannot_be_read_is_refused(text: str) -> None:
    for options, field in ((ComposeOptions, "overrides.swing"), (DrumsOptions, "feel.swing")):
        with pytest.raises(ApiError) as failure:
            compose_request(options(prompt="p", swing=text))
        assert failure.value.field == field


def test_swing_that_was_not_said_is_not_sent() -> None:
    assert not compose_request(ComposeOptions(prompt="p")).overrides.HasField("swing")
