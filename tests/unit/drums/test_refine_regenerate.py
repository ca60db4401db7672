"""Regenerated bars: another bar that goes with those around it, and every other bar byte for byte as it was."""

from statistics import mean

import pytest
from boumbapp.drums.v2.drums_service_pb2 import BarFeels
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_COWBELL, ROLE_DRUMS, Bar, Meter
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.drums_requests import compose, load_players, swing_of
from services.drums.engines.brief import DrumsBrief
from services.drums.neural.features import PieceFeatures
from services.drums.neural.hit_history import sets_of
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.refine.apply import Refined, apply
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.parse.parser import parse_instruction
from services.drums.styles.loader import load_styles
from tests.unit.drums.grooves import FOUR_FOUR, HAT, KICK, RIDE, SNARE, backbeat, grooves

BPM = 100.0
MODEL, SPECIALIST = load_players()
PLAYED = ("rock", "funk", "jazz", "hiphop", "soul", "bossa_nova", "afrobeat", "blues")  # styles of the data set


def composed(style: str, seed: int, meter: Meter = FOUR_FOUR, bars: int = 4) -> EditableGroove:
    """A piece as Compose makes it."""
    brief = DrumsBrief(
        constraints=Constraints(meter=meter, role=ROLE_DRUMS, swing=swing_of(style)),
        intent=Intent(style=style, bars=bars, meter=meter, bpm=BPM),
        bars=bars,
        seed=seed,
    )
    made = list(compose(brief, (MODEL, SPECIALIST)))
    return EditableGroove(tuple(bar.bar for bar in made), tuple(BarFeels(feels=bar.feels) for bar in made), BPM)


def refined(
    groove: EditableGroove,
    text: str,
    style: str,
    seed: int = 7,
    specialist: SpecialistModel | None = SPECIALIST,
    **locks: frozenset[int],
) -> Refined:
    prior = StylePrior(load_styles().get(style), seed, MODEL, specialist)
    return apply(parse_instruction(text).edits, groove, prior=prior, **locks)  # type: ignore[arg-type]  # pieces


def locations(bar: Bar, *but: int) -> set[tuple[int, int]]:
    return {(hit.step, hit.piece) for hit in bar.hits if hit.piece not in but}


@pytest.mark.parametrize("style", ["rock", "funk", "trap", "jazz", "samba", "boom_bap", "drum_and_bass", "afrobeat"])
@pytest.mark.parametrize("text", ["change la mesure 2", "change bar 2", "refais la mesure 2"])
def test_the_bar_named_changes_and_no_other(style: str, text: str) -> None:
    groove = composed(style, seed=3)
    result = refined(groove, text, style)
    assert not result.idle
    assert locations(result.groove.bars[1]) != locations(groove.bars[1])
    for bar in (0, 2, 3):
        assert result.groove.bars[bar].SerializeToString(deterministic=True) == groove.bars[bar].SerializeToString(
            deterministic=True
        )
        assert result.groove.feels[bar] == groove.feels[bar]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(sorted(load_styles())),
    st.integers(0, 2**32 - 1),
    st.sampled_from([FOUR_FOUR, Meter(beats=7, beat_unit=8)]),
)
def test_the_new_bar_is_of_the_style_and_about_as_busy(style: str, seed: int, meter: Meter) -> None:
    groove = composed(style, seed, meter)
    new = refined(groove, "change la mesure 2", style, seed).groove.bars[1]
    playing = {hit.piece for bar in groove.bars for hit in bar.hits}
    assert {hit.piece for hit in new.hits} <= playing
    assert len(new.hits) == pytest.approx(len(groove.bars[1].hits), abs=8)


def test_locked_pieces_stay_hit_for_hit() -> None:
    groove = composed("funk", seed=3)
    result = refined(groove, "change la mesure 2", "funk", locked_pieces=frozenset({SNARE})).groove
    by_words = refined(groove, "change la mesure 2 mais garde la caisse claire", "funk").groove
    for after in (result, by_words):
        snares = [[hit for hit in each.bars[1].hits if hit.piece == SNARE] for each in (groove, after)]
        assert snares[0] == snares[1]
        assert locations(after.bars[1], SNARE) != locations(groove.bars[1], SNARE)


def test_what_was_taken_away_does_not_come_back() -> None:
    without_kick = refined(composed("rock", seed=3), "sans kick", "rock").groove
    again = refined(without_kick, "change la mesure 3", "rock").groove
    assert not any(hit.piece == KICK for hit in again.bars[2].hits)


def test_one_part_alone_can_be_regenerated() -> None:
    groove = composed("funk", seed=5)
    result = refined(groove, "change le kick à la mesure 2", "funk").groove
    assert locations(result.bars[1], KICK) == locations(groove.bars[1], KICK)
    assert locations(result.bars[1]) != locations(groove.bars[1])


def test_each_seed_has_its_own_idea() -> None:
    ideas = {
        frozenset(locations(refined(backbeat(), "change la mesure 2", "", seed).groove.bars[1]))
        for seed in range(1, 60, 10)
    }
    assert len(ideas) > 2


def difference(one: Bar, other: Bar) -> float:
    """Share of the strokes of both that only one has."""
    return len(locations(one) ^ locations(other)) / len(locations(one) | locations(other))


def surprise(style: str, bars: tuple[Bar, ...]) -> float:
    """Negative log-likelihood in bits of the second and the third bar after the first."""
    assert SPECIALIST is not None
    sets = [sets_of(((hit.piece, hit.step) for hit in bar.hits), 16) for bar in bars[:3]]
    predictor = SPECIALIST.hit_predictor(
        PieceFeatures(meter=FOUR_FOUR, family=load_styles()[style].feel, bpm=BPM, kind="beat")
    )
    predictor.extend(sets[0])
    return predictor.bits([*sets[1], *sets[2]])


def test_the_engine_is_named_for_regenerated_bars_alone() -> None:
    groove = composed("funk", seed=3)
    assert refined(groove, "change la mesure 2", "funk").composed == {1: "specialist"}
    assert refined(groove, "change la mesure 2", "funk", specialist=None).composed == {1: "statistical"}
    assert refined(groove, "plus fort", "funk").composed == {}


def test_the_same_seed_gives_the_same_bar() -> None:
    groove = composed("hiphop", seed=3)
    first, second = (refined(groove, "change la mesure 2", "hiphop", seed=11).groove for _ in range(2))
    assert first == second


@pytest.mark.parametrize("specialist", [SPECIALIST, None])
def test_a_little_changes_less_than_a_lot(specialist: SpecialistModel | None) -> None:
    asked = ("change un peu la mesure 2", "change la mesure 2", "change complètement la mesure 2")
    changes: list[list[float]] = [[] for _ in asked]
    for style in (*PLAYED, "house", "trap"):
        groove = composed(style, seed=5)
        for found, text in zip(changes, asked, strict=True):
            new = refined(groove, text, style, specialist=specialist).groove.bars[1]
            found.append(difference(groove.bars[1], new))
    little, usual, much = map(mean, changes)
    assert 0 < little < 0.8 * usual
    assert usual < 0.9 * much


def test_bars_of_the_specialist_are_likelier_between_those_around_than_bars_of_noise_alone() -> None:
    by_specialist, by_noise = list[float](), list[float]()
    for style in PLAYED:
        for seed in range(3):
            groove = composed(style, seed)
            for found, who in ((by_specialist, SPECIALIST), (by_noise, None)):
                new = refined(groove, "change la mesure 2", style, seed + 40, specialist=who).groove
                found.append(surprise(style, new.bars))
    assert mean(by_specialist) < 0.85 * mean(by_noise)


def test_the_new_bar_is_as_late_as_those_before_it() -> None:
    def lateness(text: str) -> float:
        found = []
        for style in ("funk", "rock", "soul"):
            groove = refined(composed(style, seed=4), text, style).groove
            new = refined(groove, "change la mesure 4", style).groove.bars[3]
            found += [hit.offset_ticks for hit in new.hits]
        return mean(found)

    dragging, rushing = lateness("laid back de 30 ms"), lateness("en avance de 30 ms")
    assert dragging > rushing + 4


def test_the_new_bar_is_as_loud_as_those_before_it() -> None:
    def loudness(text: str) -> float:
        groove = refined(composed("funk", seed=4), text, "funk").groove
        new = refined(groove, "change la mesure 3", "funk").groove
        return mean(hit.velocity for hit in new.bars[2].hits) - mean(hit.velocity for hit in groove.bars[1].hits)

    assert abs(loudness("beaucoup moins fort")) < 12
    assert abs(loudness("beaucoup plus fort")) < 12


def test_a_piece_that_the_style_does_not_know_goes_on_unless_it_is_what_shall_change() -> None:
    groove = refined(composed("rock", seed=3), "ajoute un cowbell sur le 2 et le 4", "rock").groove
    new, another = (
        refined(groove, text, "rock").groove.bars[1] for text in ("change la mesure 2", "change le cowbell mesure 2")
    )
    bells, others = ({hit.step for hit in bar.hits if hit.piece == DRUM_PIECE_COWBELL} for bar in (new, another))
    assert bells == {4, 12}
    assert others != bells
    assert locations(new) != locations(groove.bars[1])
    assert locations(another, DRUM_PIECE_COWBELL) == locations(groove.bars[1], DRUM_PIECE_COWBELL)


def test_time_is_kept_where_the_bars_around_keep_it() -> None:
    groove = refined(composed("rock", seed=3), "remplace le charley par le ride", "rock").groove
    new = refined(groove, "change la mesure 2", "rock").groove.bars[1]
    assert not any(hit.piece == HAT for hit in new.hits)
    assert sum(hit.piece == RIDE for hit in new.hits) >= 4


@settings(max_examples=20, deadline=None)
@given(
    grooves(),
    st.sampled_from(["", *sorted(load_styles())]),
    st.sampled_from(["change la mesure 1", "refais tout", "refais le kick", "change un peu la fin de la mesure 1"]),
    st.integers(0, 2**32 - 1),
)
def test_any_groove_can_be_regenerated(groove: EditableGroove, style: str, text: str, seed: int) -> None:
    result = refined(groove, text, style, seed)
    for bar, feels in zip(result.groove.bars, result.groove.feels, strict=True):
        hit_positions = [(hit.step, hit.piece) for hit in bar.hits]
        assert hit_positions == sorted(set(hit_positions))
        assert all(1 <= hit.velocity <= 127 and abs(hit.offset_ticks) <= 60 for hit in bar.hits)
        assert len(bar.hits) == len(feels.feels)
    locked = refined(groove, text, style, seed, locked_bars=frozenset(range(len(groove.bars)))).groove
    assert locked.bars == groove.bars


def test_all_bars_can_be_regenerated_at_once_and_stay_one_groove() -> None:
    groove = composed("funk", seed=3, bars=6)
    new = refined(groove, "refais le kick", "funk").groove
    kicks = [{step for step, piece in locations(bar) if piece == KICK} for bar in new.bars]
    assert any(locations(a) != locations(b) for a, b in zip(groove.bars, new.bars, strict=True))
    assert all(locations(a, KICK) == locations(b, KICK) for a, b in zip(groove.bars, new.bars, strict=True))
    assert all(0 in kick for kick in kicks), "funk kicks on one"
