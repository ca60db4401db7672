"""What a prompt and its options make of an intent: priority, evidence and faults."""

from typing import Any

import pytest
from boumbapp.music.v2.intent_pb2 import (
    SOURCE_DEFAULT,
    SOURCE_HINT,
    SOURCE_PROJECT,
    SOURCE_PROMPT,
    SOURCE_STYLE,
    Evidence,
    Intent,
)
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    LEVEL_MEDIUM,
    ROLE_BASS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Meter,
)

from services.chassis.errors.catalogue import NOT_ALLOWED, OUT_OF_RANGE, ApiError, ErrorCode
from services.theory.errors import UNKNOWN_CHORD, UNKNOWN_KEY, UNKNOWN_SCALE, UNKNOWN_STYLE
from services.theory.prompt.summary import summary
from tests.unit.theory.intents import CATALOGUE, read

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
    "ending",
}


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
    everything = {"key_text": "D dorian", "bpm": 77, "project_key": "F# lydian"}
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
    assert all(evidence(intent, slot).source == SOURCE_HINT for slot in ("role", "style", "bars", "progression"))
    assert not intent.vague


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("key_text", "Q minor", UNKNOWN_KEY),
        ("key_text", "H", UNKNOWN_KEY),
        ("key_text", "A zorglub", UNKNOWN_SCALE),
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
    assert caught.value.field == f"hints.{option}"


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
    assert read("une basse jazz sans swing en ré").swing.amount == 0
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
        "modulation", "vague", "alternatives", "evidence", "parts", "sections", "references", "contour",
            "note_values", "dynamics", "first_note", "final_note", "avoided_intervals", "spelled_notes", "roots_only",
            "walking_bass", "slides", "drum_patterns", "half_time", "notices",
    ]  # fmt: skip
