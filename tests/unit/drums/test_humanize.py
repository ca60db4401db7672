"""Feel: swing and deviation are told apart, can be taken away exactly, and are those of drummers."""

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import Swing
from hypothesis import given, settings
from hypothesis import strategies as st

from modelstore.manifest import WeightsError, save_arrays
from music.grid import TICKS_PER_STEP
from music.random_streams import stream_for_bar
from services.drums.kit.kit import PIECES
from services.drums.performance.deviation_model import CorrelatedNoise, FeelModel, NoiseParams
from services.drums.performance.humanize import feel_in_use
from services.drums.performance.velocity_curve import level_of, velocity
from services.drums.styles.loader import load_styles
from services.drums.styles.style import FAMILIES
from tests.unit.drums.grooves import FOUR_FOUR, MODEL
from tests.unit.drums.pieces import EXACT, brief, made

SHIPPED = Path(__file__).parents[3] / "models" / "groove-feel"
PLAYED = [slug for slug, style in load_styles().items() if style.humanise >= 0.9 and style.pattern.meter == FOUR_FOUR]


@settings(max_examples=60, deadline=None)
@given(
    style=st.sampled_from(list(load_styles())),
    seed=st.integers(0, 2**32 - 1),
    humanise=st.floats(0, 1),
    swing=st.floats(0, 0.5),
    bpm=st.floats(40, 220),
)
def test_taking_feel_away_leaves_the_plain_groove(
    style: str, seed: int, humanise: float, swing: float, bpm: float
) -> None:
    human = made(brief(style, 2, seed, bpm=bpm, humanise=humanise, swing=swing))
    plain = made(brief(style, 2, seed, bpm=bpm, humanise=0, swing=swing))
    for with_feel, without in zip(human, plain, strict=True):
        assert len(with_feel.feels) == len(with_feel.bar.hits)
        for hit, feel, bare in zip(with_feel.bar.hits, with_feel.feels, without.bar.hits, strict=True):
            assert (hit.step, hit.piece) == (bare.step, bare.piece)
            if with_feel.bar.index == 0:  # bars after it may take up the loudness that they follow
                assert hit.velocity - feel.human_velocity == bare.velocity
            assert hit.offset_ticks == feel.swing_ticks + feel.human_ticks
            assert feel.swing_ticks == bare.offset_ticks


@settings(max_examples=40, deadline=None)
@given(style=st.sampled_from(list(load_styles())), seed=st.integers(0, 2**32 - 1))
def test_without_swing_and_humanising_everything_lies_on_the_grid(style: str, seed: int) -> None:
    for bar in made(brief(style, 2, seed, **EXACT)):
        assert all(hit.offset_ticks == 0 for hit in bar.bar.hits)
        assert all(feel.human_velocity == 0 for feel in bar.feels)


def test_swing_delays_every_second_sixteenth_and_nothing_else() -> None:
    for bar in made(brief("boom_bap", 4, complexity=1, humanise=0, swing=0.25)):
        for hit, feel in zip(bar.bar.hits, bar.feels, strict=True):
            assert feel.swing_ticks == (30 if hit.step % 2 else 0)


def test_swung_eighths_become_triplets_at_a_third() -> None:
    ride = [
        hit for bar in made(brief("jazz", 1, humanise=0)) for hit in bar.bar.hits if hit.piece == pb.DRUM_PIECE_RIDE
    ]
    locations = {round(hit.step + hit.offset_ticks / TICKS_PER_STEP, 2) for hit in ride}
    assert locations >= {0.0, 4.0, 6.66, 8.0, 12.0, 14.66}
    straight = made(brief("jazz", 1, **EXACT))[0].bar
    assert {hit.step for hit in straight.hits if hit.piece == pb.DRUM_PIECE_RIDE} >= {0, 4, 6, 8, 12, 14}


def spreads(style: str, humanise: float | None = None) -> tuple[float, float]:
    """Standard deviation of human timing in milliseconds and of human velocity, in a long piece."""
    bars = made(brief(style, 24) if humanise is None else brief(style, 24, humanise=humanise))
    tick_ms = 15_000 / load_styles()[style].bpm / TICKS_PER_STEP
    feels = [feel for bar in bars for feel in bar.feels]
    return stdev(feel.human_ticks * tick_ms for feel in feels), stdev(feel.human_velocity for feel in feels)


@pytest.mark.parametrize("style", PLAYED)
def test_what_a_drummer_plays_deviates_within_the_human_range(style: str) -> None:
    human = json.loads((SHIPPED / "metrics.json").read_text(encoding="utf-8"))["human_spread"]["training"]
    timing, loudness = spreads(style)
    assert human["timing_ms"][0] * 0.9 < timing < human["timing_ms"][2]
    assert human["velocity_from_usual"][0] * 0.9 < loudness < human["velocity_from_usual"][2]


def test_humanising_scales_evenly() -> None:
    none, half, whole = [spreads("funk", amount) for amount in (0.0, 0.5, 1.0)]
    assert max(none) == 0
    for part, all_of_it in zip(half, whole, strict=True):
        assert part == pytest.approx(all_of_it / 2, rel=0.15)


def walk(piece: int, bar: int) -> list[float]:
    return CorrelatedNoise(MODEL.timing_noise, 16, stream_for_bar(1, bar, 1)).of_piece(
        stream_for_bar(1, bar, 2 + piece)
    )


def correlation(pairs: Iterable[tuple[float, float]]) -> float:
    return float(np.corrcoef(np.array(list(pairs)).T)[0, 1])


def test_deviations_hang_together_as_those_of_drummers_do() -> None:
    memory = MODEL.timing_noise
    first, second = ([walk(piece, bar) for bar in range(400)] for piece in (0, 1))
    for gap in (2, 8):
        apart = correlation((bar[step], bar[step + gap]) for bar in first for step in range(16 - gap))
        assert apart == pytest.approx(memory.lasting * memory.per_step**gap, abs=0.08)
    together = correlation(pair for a, b in zip(first, second, strict=True) for pair in zip(a, b, strict=True))
    assert together == pytest.approx(memory.shared, abs=0.1)
    assert stdev(number for bar in first for number in bar) == pytest.approx(1, abs=0.1)


def test_drummers_lean_on_neighbours_positions_and_pieces() -> None:
    cells = {
        tuple(round(MODEL.timing_ms(family, piece, position, repeated, 0.8), 1) for repeated in (False, True))
        for family in ("rock", "jazz", "latin")
        for piece in (0, 1, 2)
        for position in range(4)
    }
    assert len(cells) > 25
    assert MODEL.timing_ms("polka", 0, 0, False, 0.8) == MODEL.timing_ms(FAMILIES[0], 0, 0, False, 0.8)


def test_quantiles_rise() -> None:
    for family in FAMILIES:
        for position in range(4):
            values = [MODEL.timing_ms(family, 1, position, False, score / 10) for score in range(-30, 31)]
            assert all(before <= after for before, after in pairwise(values))
            assert values[0] < 0 < values[-1]


def test_some_styles_drag_their_snare() -> None:
    def lateness(bars: list[BarReady], piece: int) -> float:
        return mean(
            feel.human_ticks
            for bar in bars
            for hit, feel in zip(bar.bar.hits, bar.feels, strict=True)
            if hit.piece == piece
        )

    bars = made(brief("neo_soul", 32))
    assert lateness(bars, pb.DRUM_PIECE_RIM) > lateness(bars, pb.DRUM_PIECE_CLOSED_HAT) + 5


def test_feel_follows_the_request_then_the_prompt_then_the_style() -> None:
    jazz = load_styles()["jazz"]
    told = Constraints(swing=Swing(amount=0.1, unit=pb.SWING_UNIT_EIGHTH))
    usual = feel_in_use(Feel(), Intent(density=pb.LEVEL_HIGH), told, jazz)
    assert usual.swing == told.swing
    assert usual.complexity > feel_in_use(Feel(), Intent(density=pb.LEVEL_LOW), told, jazz).complexity
    assert all(usual.HasField(field) for field in ("intensity", "complexity", "swing", "humanise"))
    asked = feel_in_use(Feel(swing=Swing(amount=0.3), humanise=0.0), Intent(), told, jazz)
    assert (asked.swing, asked.humanise) == (told.swing, 0)


@given(piece=st.sampled_from(list(PIECES.values())), level=st.integers(20, 110), intensity=st.floats(0, 1))
def test_dynamics_rise_with_intensity_and_keep_their_order(piece: int, level: int, intensity: float) -> None:
    at = velocity(piece, level, intensity, {})  # type: ignore[arg-type]
    assert 1 <= at <= 127
    assert velocity(piece, level, 0, {}) <= at <= velocity(piece, level, 1, {})  # type: ignore[arg-type]
    assert at <= velocity(piece, level + 10, intensity, {})  # type: ignore[arg-type]
    back = velocity(piece, level_of(piece, at, intensity, {}), intensity, {})  # type: ignore[arg-type]
    assert back == pytest.approx(at, abs=2)


def test_weights_load_only_when_they_are_those_of_the_manifest(tmp_path: Path) -> None:
    saved = save_arrays(tmp_path, "groove-feel", "1", MODEL.arrays())
    loaded, manifest = FeelModel.load(tmp_path)
    assert manifest == saved
    assert loaded.timing_noise == MODEL.timing_noise
    (tmp_path / manifest.file).write_bytes((tmp_path / manifest.file).read_bytes() + b"x")
    with pytest.raises(WeightsError, match="digest"):
        FeelModel.load(tmp_path)
    with pytest.raises(WeightsError):
        FeelModel.load(tmp_path / "nowhere")


def test_the_shipped_model_is_the_one_its_card_and_metrics_name() -> None:
    _, manifest = FeelModel.load(SHIPPED)
    metrics = json.loads((SHIPPED / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["sha256"] == manifest.sha256
    assert (SHIPPED / manifest.file).stat().st_size < 2_000_000
    assert "CC BY 4.0" in (SHIPPED / "README.md").read_text(encoding="utf-8")


def test_tables_of_another_shape_are_refused() -> None:
    arrays = MODEL.arrays()
    with pytest.raises(ValueError, match="shape"):
        FeelModel.from_arrays(arrays | {"timing": arrays["timing"][:2]})


def test_noise_without_correlation_is_white() -> None:
    numbers = [
        number
        for bar in range(200)
        for number in CorrelatedNoise(NoiseParams(0, 0, 0), 16, stream_for_bar(3, bar, 1)).of_piece(
            stream_for_bar(3, bar, 2)
        )
    ]
    assert abs(correlation(pairwise(numbers))) < 0.07
