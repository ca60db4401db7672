"""What a prompt and its options make of an intent: priority, evidence, faults, and no prompt that breaks it."""

import time
from typing import Any

import pytest
from boumbapp.music.v1.intent_pb2 import (
    SOURCE_DEFAULT,
    SOURCE_OPTION,
    SOURCE_PROJECT,
    SOURCE_PROMPT,
    SOURCE_STYLE,
    Evidence,
    Intent,
    IntentOptions,
)
from boumbapp.music.v1.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    LEVEL_MEDIUM,
    ROLE_BASS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Meter,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.errors.catalogue import NOT_ALLOWED, OUT_OF_RANGE, ApiError, ErrorCode
from services.theory.catalogue.catalogue import Catalogue
from services.theory.errors import UNKNOWN_CHORD, UNKNOWN_KEY, UNKNOWN_SCALE, UNKNOWN_STYLE
from services.theory.harmony.constraints import constrain
from services.theory.prompt import understand
from services.theory.prompt.summary import summary

CATALOGUE = Catalogue.load()
SLOTS = {
    "key.tonic",
    "key.scale",
    "role",
    "style",
    "mood",
    "register",
    "density",
    "bpm",
    "bars",
    "meter",
    "progression",
    "modulations",
    "swing",
}
# Words that look like keys, chords, numbers and negations, to be thrown together.
PIECES = (
    "a la si do ré mi fa sol # b m 7 maj7 Am F C G II V I en in basse melody mineur minor puis then 4 mesures "
    "bars 0 -3 bpm 120 3/4 pas sans ni not de of blues 12 jazz swing lent fast à mesure dernières cent mille vingt "
    "quatre double ♭ ♯ ' 1-5-6-4 10 000"
).split()


def read(prompt: str, **options: Any) -> Intent:
    return understand(prompt, IntentOptions(**options), "en", CATALOGUE)


def read_or_fault(prompt: str, **options: Any) -> Intent | ApiError:
    try:
        return read(prompt, **options)
    except ApiError as fault:
        return fault


def key(intent: Intent) -> str:
    return f"{intent.key.tonic} {intent.key.scale}"


def evidence(intent: Intent, slot: str) -> Evidence:
    return next(item for item in intent.evidence if item.slot == slot)


def test_a_plain_prompt_is_understood_with_the_words_that_say_so() -> None:
    intent = read("Fais une basse funky en Sol mineur")
    assert key(intent) == "G minor"
    assert (intent.role, intent.style, intent.bars, intent.vague) == (ROLE_BASS, "funk", 4, False)
    assert {item.slot: item.words for item in intent.evidence if item.source == SOURCE_PROMPT} == {
        "key.tonic": "Sol",
        "key.scale": "mineur",
        "role": "basse",
        "style": "funky",
    }


def test_every_slot_is_filled_and_has_one_piece_of_evidence() -> None:
    intent = read("")
    assert [item.slot for item in intent.evidence if item.slot in SLOTS] == [item.slot for item in intent.evidence]
    assert {item.slot for item in intent.evidence} == SLOTS
    assert key(intent) == "C major"
    assert (intent.role, intent.register, intent.density) == (ROLE_MELODY, LEVEL_MEDIUM, LEVEL_MEDIUM)
    assert (intent.bpm, intent.bars, intent.meter) == (100, 4, Meter(beats=4, beat_unit=4))
    assert all(item.source == SOURCE_DEFAULT for item in intent.evidence)
    assert intent.vague


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Sib m", "Bb minor"),
        ("F#m", "F# minor"),
        ("lab majeur", "Ab major"),
        ("fa dièse mineur", "F# minor"),
        ("mi bémol", "Eb major"),
        ("G-flat", "Gb major"),
        ("E flat minor", "Eb minor"),
        ("SOL MINEUR", "G minor"),
        ("sol min", "G minor"),
        ("Em", "E minor"),
        ("Cmaj", "C major"),
        ("B♭ dorian", "Bb dorian"),
        ("do# mineur harmonique", "C# harmonic_minor"),
        ("Ré phrygien dominant", "D phrygian_dominant"),
        ("A minor pentatonic", "A minor_pentatonic"),
        ("𝐆 𝐦𝐢𝐧𝐨𝐫", "G minor"),
        ("la mineur me\u0301lodique", "A melodic_minor"),
    ],
)
def test_keys_are_read_in_both_languages_and_many_spellings(prompt: str, expected: str) -> None:
    intent = read(prompt)
    assert key(intent) == expected
    assert evidence(intent, "key.tonic").source == SOURCE_PROMPT
    assert not intent.vague


@pytest.mark.parametrize(
    "prompt",
    [
        "la mélodie",
        "si possible une mélodie",
        "do a bass",
        "make a minor change",
        "d'accord",
        "c'est pas grave",
        "le plan B",
        "vitamine C",
        "clé de sol",
        "I am happy",
        "baisse le volume",
        "🎹",
        "??",
        "24/7",
    ],
)
def test_everyday_words_are_not_keys(prompt: str) -> None:
    intent = read(prompt)
    assert evidence(intent, "key.tonic").source == SOURCE_DEFAULT
    assert intent.vague


def test_words_win_over_options_options_over_style_style_over_project_project_over_default() -> None:
    everything = {"key": "D dorian", "bpm": 77, "project_key": "F# lydian"}
    said = read("reggae en Sol mineur à 90 bpm", **everything)
    assert (key(said), said.bpm) == ("G minor", 90)
    optional = read("reggae", **everything)
    assert (key(optional), optional.bpm) == ("D dorian", 77)
    implied = read("style japonais", project_key="F# lydian")
    assert key(implied) == "F# hirajoshi"  # the style says the scale, the project the tonic
    assert (evidence(implied, "key.scale").source, evidence(implied, "bpm").source) == (SOURCE_STYLE, SOURCE_STYLE)
    project = read("une mélodie", project_key="F# lydian")
    assert key(project) == "F# lydian"
    assert evidence(project, "key.tonic").source == SOURCE_PROJECT
    assert key(read("une mélodie")) == "C major"


def test_the_projects_scale_stays_where_the_style_is_at_home_in_it() -> None:
    assert key(read("basse funk", project_key="G minor")) == "G minor"
    assert key(read("basse funk")) == f"A {CATALOGUE.styles['funk'].scales[0]}"


def test_options_fill_what_the_prompt_leaves_open() -> None:
    intent = read(
        "vas-y",
        role=ROLE_PAD,
        style="Hip-Hop",
        register=LEVEL_HIGH,
        density=LEVEL_LOW,
        bars=7,
        meter=Meter(beats=7, beat_unit=8),
        progression="Am7 D7",
    )
    assert (intent.role, intent.style, intent.register, intent.density) == (ROLE_PAD, "hiphop", LEVEL_HIGH, LEVEL_LOW)
    assert (intent.bars, intent.meter) == (7, Meter(beats=7, beat_unit=8))
    assert [chord.symbol for chord in intent.progression] == ["Am7", "D7"]
    assert all(evidence(intent, slot).source == SOURCE_OPTION for slot in ("role", "style", "bars", "progression"))
    assert not intent.vague


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("key", "Q minor", UNKNOWN_KEY),
        ("key", "H", UNKNOWN_KEY),
        ("key", "A zorglub", UNKNOWN_SCALE),
        ("project_key", "nothing", UNKNOWN_KEY),
        ("style", "polka-core", UNKNOWN_STYLE),
        ("progression", "Am H C", UNKNOWN_CHORD),
        ("progression", "xyz", UNKNOWN_CHORD),
    ],
)
def test_an_option_that_means_nothing_is_named(option: str, value: str, code: ErrorCode) -> None:
    with pytest.raises(ApiError) as caught:
        read("basse", **{option: value})
    assert caught.value.code == code
    assert caught.value.field == f"options.{option}"


@pytest.mark.parametrize(
    ("prompt", "field", "code"),
    [
        ("0 mesures", "prompt.bars", OUT_OF_RANGE),
        ("10,000 bars of bass", "prompt.bars", OUT_OF_RANGE),
        ("une basse de 10 000 mesures", "prompt.bars", OUT_OF_RANGE),
        ("-4 mesures", "prompt.bars", OUT_OF_RANGE),
        ("2.5 bars", "prompt.bars", OUT_OF_RANGE),
        ("deux heures, 120 minutes", "prompt.bars", OUT_OF_RANGE),
        ("bpm -3", "prompt.bpm", OUT_OF_RANGE),
        ("0 bpm", "prompt.bpm", OUT_OF_RANGE),
        ("9" * 400 + " bpm", "prompt.bpm", OUT_OF_RANGE),
        ("métrique 0/4", "prompt.meter", OUT_OF_RANGE),
        ("99/4", "prompt.meter", OUT_OF_RANGE),
        ("en 3/5", "prompt.meter", NOT_ALLOWED),
    ],
)
def test_an_impossible_wish_is_refused_with_its_field(prompt: str, field: str, code: ErrorCode) -> None:
    with pytest.raises(ApiError) as caught:
        read(prompt)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert field in caught.value.text("fr")


@pytest.mark.parametrize(
    ("prompt", "scale"),
    [
        ("une mélodie en Ré, pas en mineur", "major"),
        ("pas en sol mineur mais en la mineur", "minor"),
        ("never major, in D", "minor"),
        ("pourquoi pas en ré mineur", "minor"),
        ("mélodie triste mais pas mineure, dorienne en ré", "dorian"),
    ],
)
def test_a_denied_mode_gives_way(prompt: str, scale: str) -> None:
    assert read(prompt).key.scale == scale


def test_denied_words_fill_no_slot() -> None:
    assert read("not jazz").style == ""
    assert read("bass, no drums").role == ROLE_BASS
    assert read("une basse jazz sans swing en ré").swing == 0
    assert evidence(read("pas trop dense"), "density").source == SOURCE_PROMPT
    assert read("pas trop dense").density == LEVEL_LOW


def chords(prompt: str, **options: Any) -> list[str]:
    return [chord.symbol for chord in read(prompt, **options).progression]


def test_chords_are_read_in_every_notation() -> None:
    four = ["Am", "F", "C", "G"]
    for prompt in ("Am F C G", "Am-F-C-G", "Am | F | C | G", "La m Fa Do Sol", "i VI III VII en La mineur"):
        assert chords(prompt) == four, prompt
    assert chords("I-V-vi-IV in G") == ["G", "D", "Em", "C"]
    assert chords("1-5-6-4 en Sol") == ["G", "D", "Em", "C"]
    assert chords("II-V-I en Si bémol") == ["Cm7", "F7", "Bbmaj7"]
    assert chords("II-V-I en Do mineur") == ["Dm7b5", "G7", "Cm7"]
    assert chords("cadence andalouse en La") == ["Am", "G", "F", "E"]
    assert chords("12 bar blues in E")[3:6] == ["E7", "A7", "A7"]
    assert read("12 bar blues in E").bars == 12


def test_chords_tell_the_key_that_nothing_else_tells() -> None:
    assert key(read("Am F C G")) == "A minor"
    assert key(read("C G Am F")) == "C major"
    assert key(read("Dm7 G7 Cmaj7")) == "C major"
    assert key(read("Am F C G in C major")) == "C major"


def test_later_keys_take_over_where_the_prompt_says() -> None:
    intent = read("mélodie en Do, 16 mesures, puis en La mineur à la mesure 9, puis Fa")
    assert [(m.key.tonic, m.key.scale, m.bar) for m in intent.modulations] == [("A", "minor", 8), ("F", "major", 12)]
    halves = read("en Sol mineur puis en majeur")
    assert [(m.key.tonic, m.key.scale, m.bar) for m in halves.modulations] == [("G", "major", 2)]
    late = read("bass in C then modulate to E minor at bar 5")
    assert late.modulations[0].bar == 4 < late.bars


def test_time_is_read_in_figures_and_words() -> None:
    assert read("à la noire pointée = 60").bpm == 90
    assert read("entre 90 et 100 bpm").bpm == 95
    assert read("quatre-vingt-douze bpm").bpm == 92
    assert read("lent").bpm < read("modéré").bpm < read("rapide").bpm
    low, _, high = CATALOGUE.styles["techno"].bpm
    assert (read("techno lente").bpm, read("fast techno").bpm) == (low, high)
    assert read("double time", bpm=80).bpm == 160
    assert read("16 temps en 4/4").bars == 4
    assert read("30 secondes à 120 bpm").bars == 15
    assert read("à trois temps").meter == Meter(beats=3, beat_unit=4)
    assert read("valse").meter == Meter(beats=3, beat_unit=4)


def test_typing_errors_are_read_as_the_word_meant() -> None:
    intent = read("une bassse synthwav en do mienur")
    assert (key(intent), intent.role, intent.style) == ("C minor", ROLE_BASS, "synthwave")
    assert evidence(intent, "role").words == "bassse"


def test_drums_are_vague_without_a_style_or_pattern() -> None:
    assert read("une batterie").vague
    assert not read("une batterie reggae").vague
    four = read("four on the floor")
    assert (four.role, four.vague) == (ROLE_DRUMS, False)


def test_the_summary_leaves_out_what_nobody_said() -> None:
    said = summary(read("Fais une basse funky en Sol mineur"))
    assert said["tonic"] == 7
    assert said["mode"] == "minor"
    assert said["bpm"] == 104  # implied by the style
    for slot in ("mood", "register", "bars", "meter", "progression", "modulation"):
        assert said[slot] is None
    assert said["evidence"] == {"tonic": "Sol", "mode": "mineur", "role": "basse", "style": "funky"}
    assert list(said) == [
        "tonic", "mode", "role", "style", "mood", "register", "density", "bpm", "bars", "meter", "progression",
        "modulation", "vague", "alternatives", "evidence",
    ]  # fmt: skip


pieces = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
mixtures = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=15).map("".join)


@settings(deadline=None)
@given(st.one_of(st.text(), pieces, mixtures))
def test_any_prompt_gives_an_intent_that_can_be_composed_or_a_fault(prompt: str) -> None:
    intent = read_or_fault(prompt)
    if isinstance(intent, ApiError):
        assert intent.field in ("prompt.bars", "prompt.bpm", "prompt.meter")
        return
    constrain(intent, CATALOGUE)
    assert 1 <= intent.bars <= 128
    assert 20 <= intent.bpm <= 400
    assert all(0 < m.bar < intent.bars for m in intent.modulations)
    for item in intent.evidence:
        assert not item.words or item.source == SOURCE_PROMPT
        assert item.slot == "modulations" or item.words in prompt


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=64))
def test_any_text_as_an_option_is_understood_or_named(text: str) -> None:
    for option in ("key", "project_key", "style", "progression"):
        intent = read_or_fault("", **{option: text})
        assert isinstance(intent, Intent) or intent.field == f"options.{option}"


@pytest.mark.parametrize(
    "unit", ["do re mi fa sol la si ", "A ", "4 ", "I ", "🎸", "puis en la mineur ", "pas ", "Am F "]
)
def test_two_thousand_characters_of_anything_are_read_in_bounded_time(unit: str) -> None:
    begin = time.process_time()
    read_or_fault((unit * 2000)[:2000])
    assert time.process_time() - begin < 1.5  # about 0.1 s alone
