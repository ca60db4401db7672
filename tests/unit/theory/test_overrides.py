"""Overrides win over the words of a prompt, and the explanation says so."""

import pytest
from boumbapp.music.v2.intent_pb2 import (
    SOURCE_HINT,
    SOURCE_OVERRIDE,
    SOURCE_PROMPT,
    Evidence,
    Intent,
    IntentOptions,
)
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    ROLE_BASS,
    ROLE_DRUMS,
    ROLE_PAD,
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    Key,
    Meter,
    Swing,
)

from services.chassis.errors.catalogue import ApiError
from services.theory.analysis import analyse
from services.theory.catalogue.catalogue import Catalogue
from services.theory.errors import UNKNOWN_SCALE
from services.theory.prompt.understanding import understand

CATALOGUE = Catalogue.load()


def read(prompt: str, overrides: IntentOptions, hints: IntentOptions | None = None) -> Intent:
    return understand(prompt, hints or IntentOptions(), "fr", CATALOGUE, overrides)


def evidence(intent: Intent, slot: str) -> Evidence:
    return next(each for each in intent.evidence if each.slot == slot)


def slots(intent: Intent) -> dict[str, object]:
    return {
        "key": (intent.key.tonic, intent.key.scale),
        "role": intent.role,
        "style": intent.style,
        "register": intent.register,
        "density": intent.density,
        "bpm": intent.bpm,
        "bars": intent.bars,
        "meter": (intent.meter.beats, intent.meter.beat_unit),
        "progression": [chord.symbol for chord in intent.progression],
    }


WORDS = "basse funk grave et dense en Sol mineur, 90 bpm, 8 mesures en 3/4, accords Am F C G"


@pytest.mark.parametrize(
    ("overrides", "slot", "value", "gave_way"),
    [
        (IntentOptions(key_text="La majeur"), "key", ("A", "major"), ["Sol", "mineur"]),
        (IntentOptions(key=Key(tonic="A", scale="dorian")), "key", ("A", "dorian"), ["Sol", "mineur"]),
        (IntentOptions(key_text="Ré"), "key", ("D", "minor"), ["Sol"]),
        (IntentOptions(key=Key(scale="major")), "key", ("G", "major"), ["mineur"]),
        (IntentOptions(role=ROLE_PAD), "role", ROLE_PAD, ["basse"]),
        (IntentOptions(style="house"), "style", "house", ["funk"]),
        (IntentOptions(register=LEVEL_HIGH), "register", LEVEL_HIGH, ["grave"]),
        (IntentOptions(density=LEVEL_LOW), "density", LEVEL_LOW, ["dense"]),
        (IntentOptions(bpm=133), "bpm", 133, ["90 bpm"]),
        (IntentOptions(bars=12), "bars", 12, ["8 mesures"]),
        (IntentOptions(meter=Meter(beats=7, beat_unit=8)), "meter", (7, 8), ["3/4"]),
        (IntentOptions(progression="Dm7 G7"), "progression", ["Dm7", "G7"], ["Am F C G"]),
    ],
)
def test_an_override_wins_over_words_and_over_hints(
    overrides: IntentOptions, slot: str, value: object, gave_way: list[str]
) -> None:
    hints = IntentOptions(
        key_text="Mi lydien", role=ROLE_DRUMS, style="trap", bpm=60, bars=3, meter=Meter(beats=5, beat_unit=4)
    )
    said, set_ = read(WORDS, IntentOptions(), hints), read(WORDS, overrides, hints)
    assert slots(set_)[slot] == value != slots(said)[slot]
    unchanged = {name for name in slots(said) if slots(said)[name] == slots(set_)[name]}
    assert unchanged == set(slots(said)) - {slot}
    told = [each.words for each in set_.evidence if each.source == SOURCE_OVERRIDE and each.words]
    assert len(told) == len(gave_way)
    assert all(words in each for words, each in zip(gave_way, told, strict=True))


@pytest.mark.parametrize(
    ("prompt", "overrides", "slot", "value"),
    [
        ("une basse très lente", IntentOptions(bpm=170), "bpm", 170),
        ("une basse, double tempo", IntentOptions(bpm=80), "bpm", 80),
        ("une mélodie de 30 secondes", IntentOptions(bars=2), "bars", 2),
        ("une mélodie de 1000 mesures", IntentOptions(bars=2), "bars", 2),
        ("une mélodie à 9000 bpm", IntentOptions(bpm=90), "bpm", 90),
        ("des accords Am F C G", IntentOptions(key_text="Ré dorien"), "key", ("D", "dorian")),
        ("une mélodie pas en mineur", IntentOptions(key_text="Ré mineur"), "key", ("D", "minor")),
        ("kick snare kick snare", IntentOptions(role=ROLE_BASS), "role", ROLE_BASS),
        ("une basse jazz funk", IntentOptions(style="house"), "style", "house"),
    ],
)
def test_words_that_say_a_slot_in_another_way_give_way_too(
    prompt: str, overrides: IntentOptions, slot: str, value: object
) -> None:
    assert slots(read(prompt, overrides))[slot] == value


def test_an_override_that_words_agree_with_contradicts_nothing() -> None:
    overrides = IntentOptions(key_text="G minor", bpm=90, bars=8, style="funk", role=ROLE_BASS, progression="Am F C G")
    intent = read(WORDS, overrides)
    assert slots(intent) == slots(read(WORDS, IntentOptions()))
    assert all(each.source != SOURCE_OVERRIDE or not each.words for each in intent.evidence)
    explanation = analyse(WORDS, IntentOptions(), "fr", CATALOGUE, overrides).explanation
    assert "réglages" not in explanation


def test_the_explanation_tells_which_words_gave_way() -> None:
    overrides = IntentOptions(key_text="La majeur", bpm=120)
    french = analyse("basse en Sol mineur à 90 bpm", IntentOptions(), "fr", CATALOGUE, overrides).explanation
    assert french.endswith("Vos réglages l'emportent sur « Sol mineur » et « 90 bpm ».")
    english = analyse("bass in Gm", IntentOptions(), "en", CATALOGUE, overrides).explanation
    assert english.endswith("Your settings win over “Gm”.")
    assert "as set" in english


def test_hints_still_lose_and_fill_what_words_and_overrides_leave_open() -> None:
    intent = read("basse en Sol mineur", IntentOptions(bpm=99), IntentOptions(key_text="La majeur", bpm=60, bars=6))
    assert (intent.key, intent.bpm, intent.bars) == (Key(tonic="G", scale="minor"), 99, 6)
    sources = {slot: evidence(intent, slot).source for slot in ("key.tonic", "bpm", "bars")}
    assert sources == {"key.tonic": SOURCE_PROMPT, "bpm": SOURCE_OVERRIDE, "bars": SOURCE_HINT}


def test_a_key_by_message_is_the_same_as_in_words() -> None:
    for options in (IntentOptions(key_text="Eb dorian"), IntentOptions(key=Key(tonic="Eb", scale="dorian"))):
        assert read("mélodie", IntentOptions(), options).key == Key(tonic="Eb", scale="dorian")


def test_what_cannot_be_read_is_named_where_it_stands() -> None:
    with pytest.raises(ApiError) as caught:
        read("mélodie", IntentOptions(key=Key(tonic="C", scale="zorglub")))
    assert (caught.value.code, caught.value.field) == (UNKNOWN_SCALE, "overrides.key.scale")
    with pytest.raises(ApiError) as caught:
        read("mélodie", IntentOptions(style="polka-core"))
    assert caught.value.field == "overrides.style"


def test_the_key_of_an_override_is_not_vague() -> None:
    assert not read("une mélodie", IntentOptions(key_text="Ré mineur")).vague


@pytest.mark.parametrize(
    ("prompt", "swing", "wanted", "gave_way"),
    [
        ("basse jazz", Swing(amount=0.25), Swing(amount=0.25, unit=SWING_UNIT_EIGHTH), ""),
        ("basse jazz sans swing", Swing(amount=0.25), Swing(amount=0.25, unit=SWING_UNIT_EIGHTH), "sans swing"),
        ("basse swing 66 %", Swing(), Swing(unit=SWING_UNIT_EIGHTH), "swing 66 %"),
        ("rock, MPC 62%", Swing(amount=0.5), Swing(amount=0.5, unit=SWING_UNIT_SIXTEENTH), "MPC 62%"),
        ("rock, MPC 62%", Swing(amount=0.24), Swing(amount=0.24, unit=SWING_UNIT_SIXTEENTH), ""),
        (
            "rock, MPC 62%",
            Swing(amount=0.24, unit=SWING_UNIT_EIGHTH),
            Swing(amount=0.24, unit=SWING_UNIT_EIGHTH),
            "MPC 62%",
        ),
    ],
)
def test_swing_that_is_set_wins_and_keeps_the_notes_that_words_name(
    prompt: str, swing: Swing, wanted: Swing, gave_way: str
) -> None:
    hints = IntentOptions(swing=Swing(amount=0.4))
    intent = read(prompt, IntentOptions(swing=swing), hints)
    assert intent.swing == wanted
    told = evidence(intent, "swing")
    assert (told.source, told.words) == (SOURCE_OVERRIDE, gave_way)
