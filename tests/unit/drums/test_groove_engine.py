"""What every groove keeps to: whole, playable, repeatable, and obedient to its controls."""

import asyncio
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from itertools import pairwise

import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.music_pb2 import Bar, Meter
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.drums_requests import compose, faults_of, random_brief
from modelstore.manifest import Manifest
from music.meter import steps_per_bar
from music.midi import read_midi, write_midi
from services.drums.engines.brief import DrumsBrief
from services.drums.engines.groove_engine import statistical_engine
from services.drums.styles.loader import load_styles
from tests.unit.drums.grooves import FOUR_FOUR, MODEL, STATISTICAL, bar_of
from tests.unit.drums.pieces import EXACT, brief, made, piece, steps

STYLES = [*load_styles(), ""]
AMOUNTS = [0.0, 0.25, 0.5, 0.75, 1.0]


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_request_makes_an_impossible_bar(seed: int) -> None:
    asked = random_brief(random.Random(seed))
    bars = list(compose(asked, STATISTICAL))
    assert len(bars) == asked.bars
    assert [fault for bar in bars for fault in faults_of(bar, asked)] == []
    assert [bar.bar.index for bar in bars] == list(range(asked.bars))
    assert all(bar.bar.meter == asked.constraints.meter for bar in bars)
    assert all(len(bar.accents) == steps_per_bar(asked.constraints.meter) for bar in bars)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), kept=st.integers(0, 15))
def test_the_same_request_gives_the_same_bars_also_when_it_is_resumed(seed: int, kept: int) -> None:
    asked = random_brief(random.Random(seed))
    whole = list(compose(asked, STATISTICAL))
    assert list(compose(asked, STATISTICAL)) == whole
    kept = min(kept, asked.bars - 1)
    given_bars = tuple(each.bar for each in whole[:kept])
    resumed = DrumsBrief(
        constraints=asked.constraints,
        intent=asked.intent,
        bars=asked.bars,
        seed=asked.seed,
        feel=asked.feel,
        given_bars=given_bars,
        lock_to=asked.lock_to,
    )
    assert list(compose(resumed, STATISTICAL)) == whole[kept:]


def test_another_seed_gives_another_groove() -> None:
    grooves = {tuple(bar.SerializeToString() for bar in piece("funk", 2, seed)) for seed in range(20)}
    assert len(grooves) == 20


def hits_per_bar(bars: Sequence[Bar]) -> float:
    return sum(len(bar.hits) for bar in bars) / len(bars)


def mean_velocity(bars: Sequence[Bar]) -> float:
    velocities = [hit.velocity for bar in bars for hit in bar.hits]
    return sum(velocities) / len(velocities)


@pytest.mark.parametrize("style", STYLES)
def test_more_complexity_is_more_hits(style: str) -> None:
    counts = [hits_per_bar(piece(style, complexity=amount)) for amount in AMOUNTS]
    assert all(after > before for before, after in pairwise(counts))


@pytest.mark.parametrize("style", STYLES)
def test_more_intensity_is_louder_and_never_thinner(style: str) -> None:
    pieces = [piece(style, intensity=amount) for amount in AMOUNTS]
    assert all(after > before for before, after in pairwise(map(mean_velocity, pieces)))
    assert all(after >= before for before, after in pairwise(map(hits_per_bar, pieces)))


@pytest.mark.parametrize("meter", [(3, 4), (5, 4), (6, 8), (7, 8), (12, 8)], ids=str)
def test_the_controls_hold_in_other_metres(meter: tuple[int, int]) -> None:
    beats, unit = meter
    for style in ("funk", "house", "jazz", "samba", "trap", ""):
        in_meter = Meter(beats=beats, beat_unit=unit)
        thin, plain, thick = (piece(style, meter=in_meter, complexity=amount) for amount in (0.0, 0.5, 1.0))
        assert hits_per_bar(thin) < hits_per_bar(plain) < hits_per_bar(thick)
        soft, loud = (piece(style, meter=in_meter, intensity=amount) for amount in (0.0, 1.0))
        assert mean_velocity(soft) < mean_velocity(loud)


def test_complexity_adds_to_a_groove_and_leaves_what_was_there() -> None:
    for thin, thick in zip(piece("funk", 3, complexity=0.3), piece("funk", 3, complexity=0.8), strict=True):
        kept = {(hit.step, hit.piece): (hit.velocity, hit.offset_ticks) for hit in thick.hits}
        thin_places = {(hit.step, hit.piece) for hit in thin.hits}
        for hit in thin.hits:
            assert (hit.step, hit.piece) in kept
            # Only a new neighbour a step before changes how a stroke is played.
            if ((hit.step - 1, hit.piece) in kept) == ((hit.step - 1, hit.piece) in thin_places):
                velocity, ticks = kept[hit.step, hit.piece]
                assert hit.velocity == velocity
                assert abs(hit.offset_ticks - ticks) < 10  # the mean of the bar, which is taken out, is another


def test_density_of_the_intent_stands_in_for_complexity() -> None:
    def bars(density: pb.Level.ValueType) -> list[Bar]:
        asked = brief("rock")
        asked.intent.density = density
        return [each.bar for each in made(asked)]

    low, medium, high = (hits_per_bar(bars(level)) for level in (pb.LEVEL_LOW, pb.LEVEL_MEDIUM, pb.LEVEL_HIGH))
    assert low < medium < high


def test_a_groove_is_a_loop_with_a_life_of_its_own() -> None:
    bars = [bar for bar in piece("boom_bap", 16, **EXACT) if bar.index % 4 < 2]
    shapes = [{(hit.step, hit.piece) for hit in bar.hits} for bar in bars]
    again = [len(a & b) / len(a | b) for a, b in zip(shapes, shapes[2:], strict=False)]
    assert min(again) > 0.5, "the loop loses itself"
    assert len({frozenset(shape) for shape in shapes[::2]}) > 1, "the loop is a machine's"


OWN = {"kick": "X..x ..x. .x.. x...", "snare": "..X. .... ..X. ...x", "cowbell": "X.X. X.X. X.X. X.X."}


def test_a_given_groove_is_continued() -> None:
    given_bars = [bar_of(index, FOUR_FOUR, **OWN) for index in range(2)]
    bars = [each.bar for each in made(brief("rock", 8, given=given_bars, **EXACT))]
    for bar in bars:
        if bar.index % 4 == 3:
            continue
        for name in OWN:
            assert steps(given_bars[0], name) <= steps(bar, name)
        assert not steps(bar, "closed_hat", "ride"), "a piece that they left out"


def test_a_given_groove_keeps_its_dynamics() -> None:
    bars = [each.bar for each in made(brief("rock", 3, given=[bar_of(0, FOUR_FOUR, **OWN)], **EXACT))]
    loud = {hit.step: hit.velocity for hit in bars[1].hits if hit.piece == pb.DRUM_PIECE_KICK}
    assert loud[0] == pytest.approx(112, abs=2)
    assert loud[3] == pytest.approx(80, abs=2)


def test_an_unknown_style_and_none_give_a_plain_backbeat() -> None:
    for style in ("", "unheard_of"):
        for bar in piece(style, 2, **EXACT):
            assert steps(bar, "kick") >= {0, 8}
            assert steps(bar, "snare") >= {4, 12}


async def test_the_engine_yields_bars_on_demand_and_follows_the_bars_sent_to_it() -> None:
    with ThreadPoolExecutor(1) as executor:
        engine = statistical_engine(MODEL, Manifest("groove-feel", "1", "groove-feel.npz", "0" * 64), executor)
        assert (engine.info.name, engine.info.available) == ("statistical", True)
        asked = brief("rock", 4, **EXACT)
        async with aclosing(engine.compose(asked)) as composing:
            first = await composing.asend(None)
            theirs = bar_of(0, FOUR_FOUR, **OWN)
            second = await composing.asend(theirs)
        assert first == made(asked)[0]
        assert second == made(brief("rock", 4, given=[theirs], **EXACT))[0]


def test_bars_come_from_any_thread_alike() -> None:
    async def compose_in_threads() -> list[list[BarReady]]:
        with ThreadPoolExecutor(4) as executor:
            engine = statistical_engine(MODEL, Manifest("groove-feel", "1", "groove-feel.npz", ""), executor)

            async def bars(seed: int) -> list[BarReady]:
                made_here = [bar async for bar in engine.compose(brief("funk", 4, seed))]
                return [bar for bar in made_here if isinstance(bar, BarReady)]

            return await asyncio.gather(*map(bars, range(8)))

    for seed, bars in enumerate(asyncio.run(compose_in_threads())):
        assert bars == made(brief("funk", 4, seed))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_groove_comes_back_from_a_midi_file_as_it_was(seed: int) -> None:
    asked = random_brief(random.Random(seed))
    bars = [each.bar for each in compose(asked, STATISTICAL)]
    if any(bar.hits for bar in bars):
        (track,) = read_midi(write_midi(bars, 120, None, pb.ROLE_DRUMS)).tracks
        assert list(track.bars) == bars
