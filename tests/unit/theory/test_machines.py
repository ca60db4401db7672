"""Names of machines with figures are neither lengths nor tempos; figures that are meant stay what they are."""

import pytest
from boumbapp.music.v2.intent_pb2 import SOURCE_DEFAULT, SOURCE_PROMPT, IntentOptions

from services.chassis.errors.catalogue import OUT_OF_RANGE, ApiError
from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.summary import summary
from services.theory.prompt.understanding import understand

CATALOGUE = Catalogue.load()
NAMES = """
808s|808's|808’s|808S|808-style|fat 808s|des 808s lourdes|TR-808|TR-808s|tr808s|Tr 808|roland 808|909s|909's|TR-909|
roland 909s|707s|TR-707|606|606s|tr-606|505s|626s|727s|303s|303's|TB-303|tb303s|404s|SP-404|SP-1200|SP1200s|sp 1200|
MPC 60|MPC-60|mpc60|MPC60s|MPC 2000|MPC2000XL|MPC 3000s|Juno-60|juno 60|Juno 106s|JUNO-106|Jupiter-8|jupiter 80|DX7|
DX-7|dx7s|DX100|TX81Z|JP-8000|JP8000s|JX-3P|CR-78|cr78s|CR 78|SH-101|sh 101s|MS-20|MS20|CS-80|CS 80|Prophet-5|
Prophet 10|Matrix-12|D-50|Korg M1|Roland D-50|Hammond B3|JC-120|jc 120|CP-70|CZ-101|RX-11|VP-330|ES-335|ARP 2600|
LM-1|RD-9|K2000|ESQ-1|EMU-200|XQ-77s|Wavelab-90s|PO-33|OP-1|Akai S950|linn 9000|technics 1200s|DR-110|LinnDrum
""".replace("\n", "").split("|")


def read(prompt: str) -> dict[str, object]:
    return summary(understand(prompt, IntentOptions(), "en", CATALOGUE))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "frame", ["{} melody in F# minor", "mélodie en fa dièse mineur, {}", "F# minor melody {} 8 bars"]
)
def test_a_name_is_no_quantity(name: str, frame: str) -> None:
    intent = understand(frame.format(name), IntentOptions(), "fr", CATALOGUE)
    sources = {evidence.slot: evidence.source for evidence in intent.evidence}
    assert sources["bpm"] != SOURCE_PROMPT
    assert intent.bars == (8 if "8 bars" in frame else 4)
    assert (intent.key.tonic, intent.key.scale) == ("F#", "minor")
    assert sources["meter"] == SOURCE_DEFAULT
    assert not intent.progression


@pytest.mark.parametrize("name", [name for name in NAMES if "808" in name and " lourdes" not in name])
def test_an_808_is_a_bass(name: str) -> None:
    assert read(f"{name} in F minor")["role"] == "bass"
    assert read(f"{name} drums, trap")["role"] == "drums"


@pytest.mark.parametrize("name", ["909", "909s", "TR-909", "707s", "606", "CR-78", "LinnDrum", "tr909s"])
def test_a_drum_machine_is_drums(name: str) -> None:
    assert read(f"{name}, house")["role"] == "drums"
    assert read(f"{name} and a bassline in C minor")["role"] == "bass"


@pytest.mark.parametrize("name", ["303", "303s", "TB-303", "tb303", "303 bass", "une 303"])
def test_a_303_is_an_acid_bass(name: str) -> None:
    got = read(f"{name}, la mineur")
    assert (got["role"], got["style"]) == ("bass", "acid")


@pytest.mark.parametrize(
    ("length", "bars"),
    [
        ("30s", 15), ("30 s", 15), ("15 s", 8), ("une boucle de 20 s", 10), ("20 seconds", 10), ("20s", 10),
        ("8 secondes", 4), ("1 minute", 30), ("60 s", 30), ("90 s", 45), ("120s", 60), ("10sec", 5), ("100 s", 50),
        ("808s, 20s", 10), ("DX7, 30 s", 15), ("80s, 30s", 15),
    ],
)  # fmt: skip
def test_lengths_that_are_meant_are_kept(length: str, bars: int) -> None:
    assert read(f"melody in A minor, {length}, 120 bpm")["bars"] == bars


@pytest.mark.parametrize("words", ["1980s", "the 1990s", "2000s", "80s", "100s of notes", "1000s of notes", "9999s"])
def test_what_is_no_length_is_none(words: str) -> None:
    assert read(f"{words}, melody in A minor, 120 bpm")["bars"] is None


@pytest.mark.parametrize(
    ("prompt", "bpm"),
    [
        ("Am-120 bass", 120), ("techno-130 bass in Am", 130), ("drumloop-95", 95), ("bass in Am, bpm120", 120),
        ("bass in Am tempo-90", 90), ("808s 140 Am", 140), ("Juno-60 pad 95 bpm", 95), ("juno 120 bpm Am", 120),
        ("mpc 90 bpm", 90), ("C#m-140", 140), ("trap 150, 808", 150), ("arp 140 Am", 140), ("bass_120_Am", 120),
    ],
)  # fmt: skip
def test_tempos_that_are_meant_are_kept(prompt: str, bpm: int) -> None:
    assert read(prompt)["bpm"] == bpm


@pytest.mark.parametrize(
    ("prompt", "field"),
    [
        ("808 bpm", "prompt.bpm"), ("tempo = 909", "prompt.bpm"), ("bpm: 808", "prompt.bpm"),
        ("808 mesures", "prompt.bars"), ("bars: 303", "prompt.bars"), ("808 secondes", "prompt.bars"),
        ("909 seconds of bass", "prompt.bars"),
    ],
)  # fmt: skip
def test_impossible_figures_with_their_unit_are_refused(prompt: str, field: str) -> None:
    with pytest.raises(ApiError) as caught:
        read(prompt)
    assert (caught.value.code, caught.value.field) == (OUT_OF_RANGE, field)


def test_chords_and_degrees_keep_their_figures() -> None:
    assert read("Dm7 G7 Cmaj7 A7")["progression"] == ["Dm7", "G7", "Cmaj7", "A7"]
    assert read("II-V7-I en do majeur")["progression"] is not None
    assert read("1-5-6-4 in C")["progression"] == ["C", "G", "Am", "F"]
