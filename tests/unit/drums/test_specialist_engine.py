"""The specialist keeps every promise of the statistical engine, and has its say only where the style lets it."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from statistics import mean
from typing import Any

import pytest
from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.music_pb2 import Bar, Meter
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.drums_requests import compose, faults_of, load_players, random_brief
from services.drums.engines.brief import DrumsBrief
from services.drums.engines.groove_engine import specialist_engine
from services.drums.kit.tab_notation import HitRule
from services.drums.neural.onnx_models import NAME, SpecialistModel
from services.drums.styles.loader import load_styles
from services.drums.styles.meter_fitting import fit
from tests.unit.drums.grooves import FOUR_FOUR, MODELS, bar_of
from tests.unit.drums.pieces import EXACT, brief
from tests.unit.drums.pieces import made as made_by_tables

PLAYERS = load_players()
STYLES = sorted(load_styles())
SOME_STYLES = [*STYLES[::6], "house", "trap", "jazz"]
AMOUNTS = [0.0, 0.3, 0.6, 1.0]


def made(asked: DrumsBrief) -> list[BarReady]:
    return list(compose(asked, PLAYERS))


def piece(style: str, bars: int = 4, seed: int = 7, meter: Meter = FOUR_FOUR, **feel: Any) -> list[Bar]:
    return [each.bar for each in made(brief(style, bars, seed, meter, **feel))]


def locations(bar: Bar) -> set[tuple[int, int]]:
    return {(hit.step, hit.piece) for hit in bar.hits}


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_request_makes_an_impossible_bar(seed: int) -> None:
    asked = random_brief(random.Random(seed))
    bars = made(asked)
    assert [bar.bar.index for bar in bars] == list(range(asked.bars))
    assert [fault for bar in bars for fault in faults_of(bar, asked)] == []


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), kept=st.integers(1, 15))
def test_the_same_request_gives_the_same_bars_also_when_it_is_resumed(seed: int, kept: int) -> None:
    asked = random_brief(random.Random(seed))
    whole = made(asked)
    kept = min(kept, asked.bars - 1)
    resumed = DrumsBrief(
        constraints=asked.constraints,
        intent=asked.intent,
        bars=asked.bars,
        seed=asked.seed,
        feel=asked.feel,
        given_bars=tuple(each.bar for each in whole[:kept]),
        lock_to=asked.lock_to,
    )
    assert made(resumed) == whole[kept:]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), kept=st.integers(0, 2**16 - 1))
def test_a_gap_is_filled_as_if_all_before_it_were_given_too(seed: int, kept: int) -> None:
    asked = random_brief(random.Random(seed))
    foreign = [each.bar for each in made(replace(asked, seed=(asked.seed + 1) % 2**32))]
    there = tuple(bar for bar in reversed(foreign) if kept >> bar.index % 16 & 1)
    fills = made(replace(asked, given_bars=there))
    filled = dict(enumerate(foreign)) | {each.bar.index: each.bar for each in fills}
    for each in fills:
        index = each.bar.index
        before = tuple(filled[earlier] for earlier in range(index))
        after = tuple(bar for bar in there if bar.index > index)
        assert made(replace(asked, given_bars=before + after))[0] == each


def test_a_given_groove_is_continued_the_same_from_any_of_its_bars() -> None:
    theirs = bar_of(
        0, FOUR_FOUR, kick="X..x ..x. .x.. x...", snare="..X. .... ..X. ...x", closed_hat="x.x. x.x. x.x. x.x."
    )
    asked = brief("funk", 4, given=[theirs])
    bars = [each.bar for each in made(asked)]
    assert locations(theirs) <= locations(bars[0])
    assert made(asked) == made(asked)
    again = made(brief("funk", 4, given=[theirs, bars[0]]))
    assert [each.bar for each in again] == bars[1:]


def test_the_specialist_has_a_say_after_given_bars_too() -> None:
    theirs = bar_of(
        0, FOUR_FOUR, kick="X..x .... .x.. x...", snare="..X. .... ..X. ....", closed_hat="x.x. x.x. x.x. x.x."
    )
    differing = 0
    for seed in range(4):
        asked = brief("funk", 4, seed, given=[theirs], **EXACT)
        of_noise = [locations(each.bar) for each in made_by_tables(asked)]
        differing += [locations(each.bar) for each in made(asked)] != of_noise
    assert differing >= 2


@pytest.mark.parametrize("style", SOME_STYLES)
def test_the_controls_do_what_they_say(style: str) -> None:
    thin_to_thick = [piece(style, complexity=amount) for amount in AMOUNTS]
    counts = [sum(len(bar.hits) for bar in bars) for bars in thin_to_thick]
    assert all(after > before for before, after in pairwise(counts))
    soft_to_loud = [piece(style, intensity=amount) for amount in AMOUNTS]
    velocities = [mean(hit.velocity for bar in bars for hit in bar.hits) for bars in soft_to_loud]
    assert all(after > before for before, after in pairwise(velocities))


@pytest.mark.parametrize("style", SOME_STYLES)
def test_a_thinner_groove_is_part_of_a_thicker_one(style: str) -> None:
    thin, thick = (piece(style, complexity=amount, **EXACT) for amount in (0.3, 0.6))
    for less, more in zip(thin[:3], thick[:3], strict=True):  # a fill ends the fourth bar
        assert locations(less) <= locations(more) or any(hit.HasField("roll") for hit in more.hits)


@pytest.mark.parametrize("style", STYLES)
def test_what_a_style_demands_is_played_and_what_it_forbids_is_not(style: str) -> None:
    known = load_styles()[style]
    for bar in piece(style, 3, seed=5, intensity=0.0, complexity=1.0, humanise=0.5, swing=0.0):
        skeleton = fit(known, FOUR_FOUR, bar.index)
        hit_positions = locations(bar)
        rolled = {(hit.step, hit.piece) for hit in bar.hits if hit.HasField("roll")}
        for kind, row in skeleton.rows.items():
            never = {(step, kind) for step, cell in enumerate(row) if cell.rule is HitRule.NEVER}
            must = {(step, kind) for step, cell in enumerate(row) if cell.rule is HitRule.MUST}
            assert not never & hit_positions - rolled
            assert must <= hit_positions or known.ride > 0  # or time is kept on the ride instead


def test_the_specialist_chooses_differently_from_noise_alone_and_plays_differently_from_tables() -> None:
    asked = [brief("funk", 4, seed) for seed in range(4)]
    differing = [
        locations(a.bar) != locations(b.bar)
        for one in asked
        for a, b in zip(made(one), made_by_tables(one), strict=True)
    ]
    assert any(differing)
    spread = {hit.velocity for bar in piece("funk", 8) for hit in bar.hits if hit.step == 4}
    assert len(spread) > 2


def test_no_human_deviation_is_added_where_none_is_requested() -> None:
    for each in made(brief("jazz", 4, humanise=0.0)):
        assert all(not feel.human_ticks and not feel.human_velocity for feel in each.feels)


def test_threads_do_not_disturb_each_other() -> None:
    asked = [brief("funk", 2, seed) for seed in range(6)]
    with ThreadPoolExecutor(3) as executor:
        assert list(executor.map(made, asked)) == [made(one) for one in asked]


async def test_the_engine_names_its_model() -> None:
    loaded, manifest = SpecialistModel.load(MODELS / NAME)
    with ThreadPoolExecutor(1) as executor:
        engine = specialist_engine(PLAYERS[0], loaded, manifest, executor)
        assert (engine.info.name, engine.info.digest) == ("specialist", manifest.sha256)
        bars = [bar async for bar in engine.compose(brief("rock", 2))]
    assert bars == made(brief("rock", 2))
