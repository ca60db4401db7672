"""Plans: bands, forms and the parts that follow from a request."""

from itertools import pairwise
from pathlib import Path

import pytest
from boumbapp.arranger.v2.arranger_service_pb2 import Part
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import (
    SOURCE_DEFAULT,
    SOURCE_PROMPT,
    Evidence,
    Intent,
    IntentPart,
    IntentSection,
)
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    LEVEL_MEDIUM,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Key,
    Meter,
    Role,
)
from hypothesis import given
from hypothesis import strategies as st

from language.yaml_fields import YamlFields
from services.arranger.plan.bands import load_bands
from services.arranger.plan.form import PlannedSection, sections_of, with_form
from services.arranger.plan.plan import plan_parts
from services.chassis.errors.catalogue import ApiError
from services.theory.catalogue.catalogue import Catalogue

INSTRUMENTS = Path(__file__).parents[3] / "services/theory/prompt/parse/instruments.yaml"
METER = Meter(beats=4, beat_unit=4)
BAND = (ROLE_DRUMS, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY)


def intent(style: str = "house", bars: int = 8, *sections: IntentSection, said: bool = False) -> Intent:
    source = SOURCE_PROMPT if said else SOURCE_DEFAULT
    return Intent(
        style=style, bars=bars, meter=METER, sections=sections, evidence=[Evidence(slot="bars", source=source)]
    )


def test_every_style_of_the_catalogue_has_a_band() -> None:
    assert set(load_bands().styles) == set(Catalogue.load().styles)


def test_every_instrument_that_plays_notes_has_a_programme() -> None:
    data = YamlFields.of_file(INSTRUMENTS)
    named = {
        slug
        for kind in ("says", "suggests")
        for role in data.nested(kind).names()
        for slug in data.nested(kind).nested(role).names()
        if role != "drums"
    }
    assert set(load_bands().programs) == named


def test_an_instrument_that_the_words_name_is_the_one_that_plays() -> None:
    named = intent("jazz")
    named.parts.extend([IntentPart(role=ROLE_MELODY, instrument="flute"), IntentPart(role=ROLE_BASS)])
    assert [part.track.program for part in plan_parts([], named, 1, "en") if not part.unsent] == [73, 32]


def test_words_that_name_parts_bring_these_and_one_alone_brings_the_band_with_it() -> None:
    named = intent()
    named.parts.extend([IntentPart(role=ROLE_BASS), IntentPart(role=ROLE_DRUMS, style="disco")])
    parts = plan_parts([], named, 1, "fr")
    assert [(part.role, part.style) for part in parts] == [(ROLE_BASS, "house"), (ROLE_DRUMS, "disco")]
    assert [part.track.name for part in parts] == ["basse", "batterie"]
    lofi = intent("lofi")
    lofi.parts.add(role=ROLE_PAD)
    assert [part.id for part in plan_parts([], lofi, 1, "fr")] == ["drums", "bass", "chords", "melody", "pad"]


@given(st.sets(st.sampled_from(BAND), min_size=1), st.integers(0, 2**32 - 1))
def test_a_part_is_planned_the_same_whichever_others_there_are(roles: set[Role.ValueType], seed: int) -> None:
    everybody = [Part(role=role) for role in BAND]
    whole = {part.id: part for part in plan_parts(everybody, intent(), seed, "en")}
    for part in plan_parts([Part(role=role) for role in sorted(roles)], intent(), seed, "en"):
        same = whole[part.id]
        assert (part.seed, part.register, part.density, part.follows) == (
            same.seed,
            same.register,
            same.density,
            same.follows,
        )
        assert part.unsent == (part.role not in roles)


def test_two_parts_of_a_role_have_names_and_seeds_of_their_own() -> None:
    first, second = plan_parts([Part(role=ROLE_CHORDS), Part(role=ROLE_CHORDS)], intent(), 1, "en")
    assert (first.id, second.id) == ("chords", "chords_2")
    assert first.seed != second.seed
    with pytest.raises(ApiError, match="chords"):
        plan_parts([Part(role=ROLE_CHORDS, id="chords"), Part(role=ROLE_PAD, id="chords")], intent(), 1, "en")


@given(
    st.lists(
        st.builds(
            IntentSection, kind=st.sampled_from(("intro", "verse", "chorus", "drop", "odd")), bars=st.integers(0, 40)
        ),
        max_size=12,
    ),
    st.integers(1, 128),
    st.booleans(),
)
def test_sections_follow_one_another_and_fill_the_piece(sections: list[IntentSection], bars: int, said: bool) -> None:
    formed = with_form(intent("house", bars, *sections, said=said))
    planned = sections_of(formed)
    assert planned[0].first == 0
    assert all(one.end == after.first for one, after in pairwise(planned))
    assert planned[-1].end == formed.bars <= 128
    assert all(section.bars >= 1 for section in planned)
    assert with_form(formed) == formed


def test_open_sections_share_the_length_that_the_words_say() -> None:
    sections = (IntentSection(kind="intro", bars=4), IntentSection(kind="verse"), IntentSection(kind="chorus"))
    assert [s.bars for s in with_form(intent("pop", 20, *sections, said=True)).sections] == [4, 8, 8]
    assert [s.bars for s in with_form(intent("pop", 4, *sections)).sections] == [4, 8, 8]


def test_a_key_of_a_section_is_a_key_from_there_on() -> None:
    sections = (
        IntentSection(kind="verse", bars=8),
        IntentSection(kind="chorus", bars=8, key=Key(tonic="D", scale="major")),
    )
    (later,) = with_form(intent("pop", 16, *sections)).modulations
    assert (later.bar, later.key.tonic) == (8, "D")


def test_energy_moves_density_and_feel_and_what_is_asked_for_stays() -> None:
    low, high = PlannedSection("intro", 0, 4, LEVEL_LOW), PlannedSection("drop", 0, 4, LEVEL_HIGH)
    assert (low.density(LEVEL_MEDIUM), high.density(LEVEL_MEDIUM)) == (LEVEL_LOW, LEVEL_HIGH)
    assert (low.density(LEVEL_LOW), high.density(LEVEL_HIGH)) == (LEVEL_LOW, LEVEL_HIGH)
    assert high.feel(Feel()).intensity > low.feel(Feel()).intensity
    assert high.feel(Feel(intensity=0.1)).intensity == pytest.approx(0.1)
    assert PlannedSection("", 0, 4).feel(Feel()) == Feel()
