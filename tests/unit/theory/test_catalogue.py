"""The catalogue's entries refer to each other, its rhythms and ranges are playable, and broken files are named."""

import shutil
from pathlib import Path

import pytest
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    LEVEL_MEDIUM,
    ROLE_BASS,
    SWING_UNIT_EIGHTH,
    Key,
    Role,
)

from language.yaml_fields import DataFileError
from services.theory.catalogue.catalogue import DATA, Catalogue
from services.theory.catalogue.entries import RoleProfile, StyleProfile
from services.theory.harmony.chord_symbols import parse_numeral
from services.theory.prompt.parse.vocabulary import PhraseKind, Vocabulary
from services.theory.prompt.understanding import understand
from tests.unit.theory.call_count import count_calls

CATALOGUE = Catalogue.load()
SCALE_FILE = """
label: {en: test, fr: essai}
description: {en: a test, fr: un essai}
intervals: [P1, M2, M3]
source: "a book"
"""


def folder_with(tmp_path: Path, kind: str, name: str, text: str) -> Path:
    (tmp_path / kind).mkdir()
    (tmp_path / kind / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_it_holds_thirty_styles_and_more_and_every_role() -> None:
    assert len(CATALOGUE.styles) >= 30
    assert {profile.role for profile in CATALOGUE.roles.values()} == set(Role.values()) - {0}


def test_it_loads_fast_enough_to_start_a_service(tmp_path: Path) -> None:
    folder = shutil.copytree(DATA, tmp_path / "data")  # never loaded before
    characters = sum(path.stat().st_size for path in folder.rglob("*.yaml"))
    assert count_calls(lambda: Catalogue.load(folder)) < 5 * characters  # PyYAML in Python makes far more
    assert count_calls(lambda: Catalogue.load(folder)) < 10  # read once per process


@pytest.mark.parametrize("style", CATALOGUE.styles.values(), ids=lambda style: style.slug)
def test_a_style_is_complete(style: StyleProfile) -> None:
    low, typical, high = style.bpm
    assert 20 <= low <= typical <= high <= 400
    assert style.scales
    assert {"bass", "chords", "melody", "arpeggio", "pad"} <= style.rhythms.keys()
    for rhythm in style.rhythms.values():
        assert all(rhythm.weights[step] == 100 for step in rhythm.anchors)
        assert 0.1 <= rhythm.gate <= 1


@pytest.mark.parametrize("profile", CATALOGUE.roles.values(), ids=lambda profile: profile.slug)
def test_ranges_and_onsets_rise_with_their_level(profile: RoleProfile) -> None:
    for levels in (profile.ranges, profile.onsets):
        low, medium, high = (levels[level] for level in (LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH))
        assert low[0] <= medium[0] <= high[0]
        assert low[1] <= medium[1] <= high[1]


def test_a_bass_stays_in_a_bass_register() -> None:
    for lowest, highest in CATALOGUE.role(ROLE_BASS).ranges.values():
        assert lowest >= 28
        assert highest <= 55


def onsets(style: str, role: str) -> set[int]:
    """Steps on which a role of a style nearly always plays."""
    return {step for step, weight in enumerate(CATALOGUE.styles[style].rhythms[role].weights) if weight >= 90}


def test_rhythms_are_what_the_styles_are_known_for() -> None:
    assert onsets("house", "bass") == {2, 6, 10, 14}  # between the kicks
    assert onsets("bossa_nova", "bass") == {0, 6, 8, 14}  # dotted quarter and eighth, twice
    assert onsets("salsa", "bass") == {6, 12}  # tumbao: and-of-two, four
    assert onsets("jazz", "bass") == {0, 4, 8, 12}  # walking
    assert onsets("reggae", "chords") == {2, 6, 10, 14}  # skank
    assert onsets("waltz", "chords") == {4, 8}  # oom-pah-pah
    assert {0, 3, 6} <= onsets("reggaeton", "bass")  # three, three, two
    reggae = CATALOGUE.styles["reggae"].rhythms["bass"].weights
    assert reggae[0] < reggae[8] == 100  # one drop: the third beat carries, the first may be silent
    funk = CATALOGUE.styles["funk"].rhythms["bass"]
    assert funk.anchors == (0,)
    assert sum(weight > 0 for weight in funk.weights[1::2]) == 8  # ghosts on every off-beat sixteenth
    assert CATALOGUE.styles["trap"].rhythms["bass"].gate == 1  # sustained 808s
    assert sum(CATALOGUE.styles["trap"].rhythms["bass"].weights) < sum(funk.weights)


def test_swing_belongs_to_the_styles_that_swing() -> None:
    for slug in ("jazz", "swing", "blues"):
        assert CATALOGUE.styles[slug].swing == pytest.approx(1 / 3, abs=0.01)
        assert CATALOGUE.styles[slug].swing_unit == SWING_UNIT_EIGHTH
    for slug in ("techno", "bossa_nova", "metal", "trap"):
        assert CATALOGUE.styles[slug].swing == 0


def test_every_numeral_of_every_progression_can_be_read() -> None:
    for progression in CATALOGUE.progressions.values():
        for scale in progression.scales:
            for numeral in progression.numerals:
                assert parse_numeral(numeral, Key(tonic="C", scale=scale), CATALOGUE), (progression.slug, numeral)


@pytest.mark.parametrize(
    ("kind", "entries"),
    [
        (PhraseKind.SCALE, CATALOGUE.scales),
        (PhraseKind.STYLE, CATALOGUE.styles),
        (PhraseKind.MOOD, CATALOGUE.moods),
        (PhraseKind.ROLE, CATALOGUE.roles),
        (PhraseKind.PROGRESSION, CATALOGUE.progressions),
    ],
)
def test_every_label_and_alias_leads_back_to_its_entry(kind: PhraseKind, entries: dict[str, StyleProfile]) -> None:
    vocabulary = Vocabulary(CATALOGUE)
    for slug, entry in entries.items():
        for name in (entry.label.en, entry.label.fr, *entry.aliases):
            assert vocabulary.lookup(name, kind) == slug, name


@pytest.mark.parametrize(
    ("kind", "name", "text", "message"),
    [
        ("scales", "odd", SCALE_FILE.replace("M2", "X2"), r"scales/odd\.yaml: intervals: not an interval"),
        ("scales", "odd", SCALE_FILE.replace("P1, M2", "M2, P1"), r"scales/odd\.yaml: intervals: "),
        ("scales", "odd", SCALE_FILE.replace("source", "sauce"), r"scales/odd\.yaml: source: a text is needed"),
        ("scales", "odd", SCALE_FILE + "colour: red\n", r"scales/odd\.yaml: colour: no such field"),
        ("scales", "odd", SCALE_FILE.replace("fr: essai", "de: Probe"), r"scales/odd\.yaml: label: fr: "),
        ("scales", "odd", "label: [", r"scales/odd\.yaml: not YAML"),
        ("scales", "Odd Name", SCALE_FILE, r"scales/Odd Name\.yaml: file name: "),
        ("moods", "odd", "label: {en: a, fr: b}\ndescription: {en: a, fr: b}\nscales: [none]\n", r"odd\.yaml: scales"),
    ],
)
def test_a_broken_file_is_refused_by_name_and_key(
    tmp_path: Path, kind: str, name: str, text: str, message: str
) -> None:
    with pytest.raises(DataFileError, match=message):
        Catalogue.load(folder_with(tmp_path, kind, name, text))


def test_an_alias_belongs_to_one_entry_of_its_kind(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "scales", "first", SCALE_FILE + "aliases: [same]\n")
    (folder / "scales" / "second.yaml").write_text(SCALE_FILE + "aliases: [Same]\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"second\.yaml: aliases: 'Same' already belongs to first"):
        Catalogue.load(folder)


def test_adding_a_style_is_adding_the_file_that_the_guide_shows(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs/adding-a-style.md").read_text(encoding="utf-8")
    example = guide.partition("```yaml\n")[2].partition("```")[0]
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    (folder / "styles" / "zydeco.yaml").write_text(example, encoding="utf-8")
    catalogue = Catalogue.load(folder)
    assert list(catalogue.styles["zydeco"].bpm) == [110, 140, 180]
    intent = understand("une basse zydeco en Sol", IntentOptions(), "fr", catalogue)
    assert (intent.style, intent.bpm, intent.key.scale) == ("zydeco", 140, "major")
