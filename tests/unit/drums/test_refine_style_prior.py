"""Edits of grooves of every style, as its engine plays them: additions follow the style, swing is understood."""

from functools import cache

import pytest
from boumbapp.drums.v2.drums_service_pb2 import BarFeels
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar

from benchmarks.drums_requests import swing_of
from services.drums.engines import groove_engine
from services.drums.engines.brief import DrumsBrief
from services.drums.kit.kit import HATS
from services.drums.kit.tab_notation import HitRule
from services.drums.refine.apply import apply
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.parse.parser import parse_instruction
from services.drums.styles.loader import load_styles
from services.drums.styles.meter_fitting import fit
from tests.unit.drums.grooves import FOUR_FOUR, HAT, KICK, MODEL, RIDE, SNARE, steps_of

STYLES = sorted(load_styles())


@cache
def played(style: str, swing: float | None = None, humanise: float = 0.0) -> EditableGroove:
    """Four bars of a style as the engine plays them."""
    feel = Feel(humanise=humanise, complexity=0.5) if swing is None else Feel(humanise=humanise)
    constraints = Constraints(meter=FOUR_FOUR, role=ROLE_DRUMS, swing=swing_of(style))
    if swing is not None:
        constraints.swing.amount = swing
    brief = DrumsBrief(constraints=constraints, intent=Intent(style=style, bpm=110), bars=4, seed=3, feel=feel)
    piece, bars, feels = groove_engine.Groove(brief, MODEL), list[Bar](), list[BarFeels]()
    for _ in range(brief.bars):
        made = piece.next_bar(bars)
        bars.append(made.bar)
        feels.append(BarFeels(feels=made.feels))
    return EditableGroove(tuple(bars), tuple(feels), 110.0)


def refined(text: str, groove: EditableGroove, style: str) -> EditableGroove:
    return apply(parse_instruction(text).edits, groove, prior=StylePrior(load_styles()[style], 1, MODEL)).groove


@pytest.mark.parametrize("style", STYLES)
def test_what_is_added_to_a_style_is_never_where_the_style_never_plays(style: str) -> None:
    groove = played(style, swing=0.0)
    for text in ("plus de kick", "plus de caisse claire", "plus de charley", "bien plus chargé", "ghost notes"):
        for before, after in zip(groove.bars, refined(text, groove, style).bars, strict=True):
            rows = fit(load_styles()[style], FOUR_FOUR, after.index).rows
            for hit in after.hits:
                row = rows.get(hit.piece, ())
                # A piece that the style never plays at all was asked for, and goes by the metre.
                if hit not in before.hits and any(cell.rule is not HitRule.NEVER for cell in row):
                    assert row[hit.step].rule is not HitRule.NEVER, (text, hit)


@pytest.mark.parametrize("style", STYLES)
def test_any_style_takes_any_instruction(style: str) -> None:
    groove = played(style, humanise=1.0)
    for text in ("un gros break à la fin", "half time", "double tempo", "plus de swing", "straight", "plus humain",
                 "décale tout d'un temps", "moins chargé", "hats en doubles croches"):  # fmt: skip
        made = refined(text, groove, style)
        for bar in made.bars:
            locations = [(hit.step, hit.piece) for hit in bar.hits]
            assert locations == sorted(set(locations))
            assert all(step < 16 for step, _ in locations)
            assert all(abs(hit.offset_ticks) <= 60 for hit in bar.hits)


def test_a_fill_is_one_of_the_styles() -> None:
    groove = played("trap")
    before, after = groove.bars[2], refined("un break à la mesure 3", groove, "trap").bars[2]
    added = {hit.piece for hit in after.hits if hit not in before.hits}
    assert added
    assert added <= {piece for fill in load_styles()["trap"].fills for piece in fill.rows} | {HAT}


def test_a_part_that_comes_in_plays_what_the_style_gives_it() -> None:
    bare = EditableGroove(
        tuple(Bar(index=i, meter=FOUR_FOUR, hits=played("house").bars[i].hits[:1]) for i in range(2)), (), 124
    )
    four = refined("ajoute du charley ouvert", bare, "house")
    assert all(steps_of(bar, pb.DRUM_PIECE_OPEN_HAT) == [2, 6, 10, 14] for bar in four.bars)
    assert all(steps_of(bar, pb.DRUM_PIECE_CLAP) == [4, 12] for bar in refined("ajoute un clap", bare, "house").bars)


def test_eighths_that_swing_are_known_for_what_they_are() -> None:
    jazz = next(style for style in STYLES if load_styles()[style].triplets)
    swung, straight = played(jazz), played(jazz, swing=0.0)
    assert [bar.hits for bar in refined("straight", swung, jazz).bars] != [bar.hits for bar in swung.bars]
    for made, wanted in zip(refined("straight", swung, jazz).bars, straight.bars, strict=True):
        assert [(h.step, h.piece) for h in made.hits] == [(h.step, h.piece) for h in wanted.hits]
        assert all(hit.offset_ticks == 0 for hit in made.hits)
    without_feel = EditableGroove(swung.bars, (), swung.bpm)
    assert refined("straight", without_feel, jazz).bars == refined("straight", swung, jazz).bars


def told_late(groove: EditableGroove) -> EditableGroove:
    """The same sounds without their feel, each late "and" told from its own step instead of the one after it."""
    bars = []
    for bar in groove.bars:
        other = Bar.FromString(bar.SerializeToString())
        for hit in other.hits:
            if hit.step % 4 == 3 and hit.offset_ticks < 0:
                hit.step, hit.offset_ticks = hit.step - 1, hit.offset_ticks + 120
        bars.append(other)
    return EditableGroove(tuple(bars), (), groove.bpm)


@pytest.mark.parametrize("words", ["straight", "plus de swing", "swing à 58%"])
def test_a_late_and_is_understood_from_either_step(words: str) -> None:
    jazz = next(style for style in STYLES if load_styles()[style].triplets and swing_of(style).amount > 0.3)

    def sounds(groove: EditableGroove) -> list[list[tuple[int, int, int, int]]]:
        bars = refined(words, groove, jazz).bars
        return [[(hit.piece, hit.step, hit.offset_ticks, hit.velocity) for hit in bar.hits] for bar in bars]

    swung = played(jazz)
    late = told_late(swung)
    assert late.bars != swung.bars
    assert sounds(late) == sounds(swung)


def test_new_eighths_swing_with_the_others() -> None:
    jazz = next(style for style in STYLES if load_styles()[style].triplets and swing_of(style).amount > 0.3)
    groove = refined("remplace le ride par le charley, charley en croches", played(jazz), jazz)
    for bar in groove.bars:
        hats = {hit.step: hit.offset_ticks for hit in bar.hits if hit.piece in HATS}
        assert {0, 4, 8, 12} <= hats.keys()
        late = [step + ticks / 120 for step, ticks in hats.items() if step % 4]
        assert len(late) == 4
        assert all(2.5 < where % 4 < 2.8 for where in late), "the third part of a triplet"


def test_half_time_of_a_style_keeps_its_timekeeper() -> None:
    groove = played("rock", swing=0.0)
    made = refined("half time", groove, "rock")
    for before, after in zip(groove.bars, made.bars, strict=True):
        assert steps_of(after, HAT, RIDE) == steps_of(before, HAT, RIDE)
    assert 8 in steps_of(made.bars[0], SNARE)
    assert 0 in steps_of(made.bars[0], KICK)
