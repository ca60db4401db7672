"""Edits of the bars of a groove, of what sounds together, and of what an edit must not do."""

import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Bar, DrumHit, Meter

from services.chassis.errors.catalogue import ApiError
from services.composition.refining.errors import UNUSABLE_EDIT
from services.drums.performance.deviation_model import FeelModel
from services.drums.refine.apply import apply
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.parse.parser import parse_instruction
from tests.unit.drums.grooves import MODEL

FOUR_FOUR = Meter(beats=4, beat_unit=4)
KICK, SNARE, HAT, CLAP, TOMS = (
    pb.DRUM_PIECE_KICK,
    pb.DRUM_PIECE_SNARE,
    pb.DRUM_PIECE_CLOSED_HAT,
    pb.DRUM_PIECE_CLAP,
    {pb.DRUM_PIECE_LOW_TOM, pb.DRUM_PIECE_MID_TOM, pb.DRUM_PIECE_HIGH_TOM},
)


def bar(index: int) -> Bar:
    """Kick on 1 and 3, snare on 2 and 4, hats in eighths; the kick of bar k is k louder."""
    hits = [DrumHit(piece=KICK, step=step, velocity=90 + index) for step in (0, 8)]
    hits += [DrumHit(piece=SNARE, step=step, velocity=95) for step in (4, 12)]
    hits += [DrumHit(piece=HAT, step=step, velocity=70) for step in range(0, 16, 2)]
    return Bar(index=index, meter=FOUR_FOUR, hits=sorted(hits, key=lambda hit: (hit.step, hit.piece)))


GROOVE = EditableGroove(tuple(map(bar, range(4))), (), 100)


def refined(text: str, locked_bars: tuple[int, ...] = ()) -> tuple[Bar, ...]:
    model: FeelModel = MODEL
    prior = StylePrior(None, 1, model)
    return apply(parse_instruction(text).edits, GROOVE, prior=prior, locked_bars=locked_bars).groove.bars


def places(made: Bar, *pieces: int) -> list[int]:
    return [hit.step for hit in made.hits if hit.piece in pieces]


def sound(made: Bar) -> list[tuple[int, int, int]]:
    return [(hit.step, hit.piece, hit.velocity) for hit in made.hits]


def test_more_bars_go_on_from_the_beginning() -> None:
    made = refined("ajoute 2 mesures")
    assert made[:4] == GROOVE.bars
    assert [each.index for each in made] == [0, 1, 2, 3, 4, 5]
    assert [sound(each) for each in made[4:]] == [sound(each) for each in GROOVE.bars[:2]]
    assert len(refined("make it 8 bars")) == 8


def test_bars_are_taken_from_the_end_or_cut_out() -> None:
    assert refined("2 mesures de moins") == GROOVE.bars[:2]
    cut = refined("supprime la mesure 2")
    assert [each.index for each in cut] == [0, 1, 2]
    assert sound(cut[1]) == sound(GROOVE.bars[2])


def test_locked_bars_are_never_lost_or_moved() -> None:
    for text in ("supprime la mesure 1", "remove the last 2 bars", "2 mesures de moins"):
        with pytest.raises(ApiError) as caught:
            refined(text, locked_bars=(3,))
        assert caught.value.code is UNUSABLE_EDIT
    assert refined("passe en 3/4", locked_bars=(1,))[1] == GROOVE.bars[1]


def test_another_metre_cuts_beats_or_repeats_the_last() -> None:
    three = refined("passe en 3/4")
    assert all(each.meter == Meter(beats=3, beat_unit=4) for each in three)
    assert places(three[0], SNARE) == [4]
    five = refined("make it 5/4")
    assert places(five[0], SNARE) == [4, 12, 16]


def test_silence_lasts_for_the_whole_beat() -> None:
    made = refined("stop on beat 4")
    assert all(max(places(each, KICK, SNARE, HAT)) < 12 for each in made)
    assert [each for each in refined("silence sur le temps 4 de la mesure 2") if each in GROOVE.bars] == [
        GROOVE.bars[0], *GROOVE.bars[2:]
    ]  # fmt: skip


def test_an_exception_of_parts_keeps_its_place() -> None:
    made = refined("mute everything except hats in bars 3-4")
    assert made[:2] == GROOVE.bars[:2]
    assert all(places(each, HAT) and not places(each, KICK, SNARE) for each in made[2:])


def test_a_target_is_no_distance() -> None:
    assert all(places(each, SNARE) == [8] for each in refined("move the snare to 3"))
    assert all(places(each, SNARE) == [5, 13] for each in refined("décale la snare d'un pas"))


def test_a_shuffle_moves_eighths() -> None:
    late = {hit.step % 4: hit.offset_ticks for hit in refined("shuffle")[0].hits if hit.piece == HAT}
    assert late.get(0) == 0
    assert 2 not in late or late[2] > 60
    assert late.get(2, 0) > 60 or late.get(3, 0) < 0


def test_triplets_are_where_a_third_of_a_beat_is() -> None:
    made = refined("triplet hats in bar 2")
    assert (made[0], *made[2:]) == (GROOVE.bars[0], *GROOVE.bars[2:])
    ticks = [hit.step * 120 + hit.offset_ticks for hit in made[1].hits if hit.piece == HAT]
    assert ticks == list(range(0, 1920, 160))


@pytest.mark.parametrize("text", ["a tom fill in bar 4", "un break de toms à la fin", "big tom fill in the last bar"])
def test_a_tom_fill_has_toms(text: str) -> None:
    for seed in range(12):
        made = apply(parse_instruction(text).edits, GROOVE, prior=StylePrior(None, seed, MODEL)).groove.bars
        assert made[:3] == GROOVE.bars[:3]
        assert TOMS.intersection(hit.piece for hit in made[3].hits)


def test_layers_and_swells() -> None:
    layered = refined("double la snare avec un clap")
    assert all(places(each, CLAP) == places(each, SNARE) == [4, 12] for each in layered)
    loud = [hit.velocity for hit in refined("crescendo")[0].hits] + [
        hit.velocity for hit in refined("crescendo")[3].hits
    ]
    assert loud[-1] > loud[0]
