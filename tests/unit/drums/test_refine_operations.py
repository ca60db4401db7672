"""Edits of one plain backbeat, held against what a drummer would play."""

from statistics import pstdev

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Meter

from music.meter import step_weights
from services.drums.refine.apply import apply
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.parse.parser import parse_instruction
from tests.unit.drums.grooves import (
    CLAP,
    FOUR_FOUR,
    HAT,
    KICK,
    MODEL,
    OPEN_HAT,
    RIDE,
    SNARE,
    backbeat,
    bar_of,
    steps_of,
)


def refined(text: str, groove: EditableGroove | None = None, seed: int = 1) -> EditableGroove:
    return apply(parse_instruction(text).edits, groove or backbeat(), prior=StylePrior(None, seed, MODEL)).groove


def test_a_part_that_comes_in_plays_its_usual_pattern() -> None:
    assert steps_of(refined("ajoute un clap").bars[0], CLAP) == [4, 12]
    assert steps_of(refined("ajoute un cowbell").bars[0], pb.DRUM_PIECE_COWBELL) == [0, 4, 8, 12]
    crashes = [steps_of(bar, pb.DRUM_PIECE_CRASH) for bar in refined("add a crash", backbeat(8)).bars]
    assert crashes == [[0], [], [], [], [0], [], [], []]
    waltz = EditableGroove((bar_of(0, Meter(beats=3, beat_unit=4), kick="X..........."),), (), 120)
    assert steps_of(refined("ajoute un clap", waltz).bars[0], CLAP) == [4, 8]


def test_named_positions_are_played_and_no_others_added() -> None:
    assert steps_of(refined("kick sur chaque temps").bars[0], KICK) == [0, 4, 6, 8, 12]
    assert steps_of(refined("ajoute un kick sur le et de 2").bars[1], KICK) == [0, 6, 8]
    added = refined("add a snare on beat 3 of bar 2")
    assert [8 in steps_of(bar, SNARE) for bar in added.bars] == [False, True, False, False]
    (hit,) = [hit for hit in added.bars[1].hits if hit.piece == SNARE and hit.step == 8]
    assert hit.velocity > 80, "asked for by its place, so not a ghost note"


def test_a_part_only_on_named_positions_leaves_all_others() -> None:
    groove = refined("snare only on 2 and 4 in bar 2")
    assert [steps_of(bar, SNARE) for bar in groove.bars] == [[4, 7, 9, 12], [4, 12], [4, 7, 9, 12], [4, 7, 9, 12]]
    assert steps_of(refined("kick seulement sur le 1 et le 3").bars[0], KICK) == [0, 8]
    assert steps_of(refined("kick seulement sur le 1 et le 3").bars[0], HAT) == steps_of(backbeat().bars[0], HAT)


def test_milliseconds_are_converted_at_the_tempo_of_the_groove() -> None:
    late = {hit.offset_ticks for hit in refined("décale la caisse claire de 10 ms").bars[0].hits if hit.piece == SNARE}
    assert list(late) == [round(120 * 10 * 96 / 15_000)]
    early = {hit.offset_ticks for hit in refined("snare 10 ms plus tôt").bars[0].hits if hit.piece == SNARE}
    assert early == {-offset for offset in late}


def test_an_opened_hat_takes_the_place_of_the_closed_one() -> None:
    bar = refined("open hats on the offbeat").bars[0]
    assert steps_of(bar, OPEN_HAT) == [2, 6, 10, 14]
    assert steps_of(bar, HAT) == [0, 4, 8, 12]


def test_less_keeps_the_frame_of_a_part() -> None:
    assert steps_of(refined("moins de caisse claire").bars[0], SNARE) == [4, 12], "the ghosts go, the backbeat stays"
    assert steps_of(refined("moins de charley").bars[0], HAT) == [0, 4, 8, 12]
    simple = refined("moins chargé").bars[0]
    assert {4, 12} <= set(steps_of(simple, SNARE))
    assert 0 in steps_of(simple, KICK)


def test_busier_keeps_the_balance_between_pieces() -> None:
    before, after = backbeat().bars[0], refined("busier").bars[0]
    grown = [len(steps_of(after, piece)) - len(steps_of(before, piece)) for piece in (KICK, SNARE, HAT)]
    assert min(grown) >= 1
    assert max(grown) - min(grown) <= 1


def test_half_time_moves_the_backbeat_to_three_and_keeps_the_pulse() -> None:
    groove = refined("half time")
    assert steps_of(groove.bars[0], HAT) == steps_of(backbeat().bars[0], HAT)
    assert 8 in steps_of(groove.bars[0], SNARE)
    assert not {4, 12} & set(steps_of(groove.bars[0], SNARE))
    assert groove.bpm == 96.0


def test_double_time_plays_the_backbeat_twice_as_often() -> None:
    groove = refined("double tempo")
    assert {2, 6, 10, 14} <= set(steps_of(groove.bars[0], SNARE))
    assert steps_of(groove.bars[0], HAT) == list(range(16))
    assert groove.bpm == 96.0
    assert refined("double le tempo").bpm == 192.0


def test_a_pulse_replaces_the_part_and_nothing_else() -> None:
    groove = refined("hats en doubles croches")
    assert steps_of(groove.bars[0], HAT) == list(range(16))
    assert steps_of(refined("hats in quarter notes").bars[0], HAT) == [0, 4, 8, 12]
    assert steps_of(groove.bars[0], KICK, SNARE) == steps_of(backbeat().bars[0], KICK, SNARE)


def test_only_and_all_but_are_opposites() -> None:
    only, but = refined("only the kick").bars[0], refined("enlève tout sauf le kick").bars[0]
    assert only == but
    assert {hit.piece for hit in only.hits} == {KICK}


def test_the_ride_plays_what_the_hats_played() -> None:
    bar = refined("remplace le charley par le ride").bars[0]
    assert steps_of(bar, RIDE) == steps_of(backbeat().bars[0], HAT)
    assert not steps_of(bar, HAT)


def test_a_fill_leaves_the_feet_and_the_bars_before_it_alone() -> None:
    groove = refined("un break à la mesure 4")
    assert list(groove.bars[:3]) == list(backbeat().bars[:3])
    last, before = groove.bars[3], backbeat().bars[3]
    assert steps_of(last, KICK) == steps_of(before, KICK)
    assert [hit for hit in last.hits if hit.step < 8] == [hit for hit in before.hits if hit.step < 8]
    late = [hit for hit in last.hits if hit.step >= 8 and hit.piece != KICK]
    assert len(late) >= 4
    assert HAT not in {hit.piece for hit in late}


def test_a_longer_fill_takes_more_of_the_bar() -> None:
    def changed(text: str) -> int:
        last, before = refined(text).bars[3], backbeat().bars[3]
        return min((hit.step for hit in last.hits if hit not in before.hits), default=16)

    assert changed("un gros break à la fin") < changed("un break à la fin") < changed("un petit break à la fin")


def test_rolls_are_made_of_hats_and_rather_late_in_the_bar() -> None:
    rolled = [hit for bar in refined("plus de roulements").bars for hit in bar.hits if hit.WhichOneof("articulation")]
    assert rolled
    assert all(hit.piece == HAT and hit.HasField("roll") for hit in rolled)
    assert sum(hit.step >= 8 for hit in rolled) > len(rolled) / 2


def test_ghost_notes_are_soft_and_off_the_eighths() -> None:
    weights = step_weights(FOUR_FOUR)
    before = {hit.step for hit in backbeat().bars[0].hits if hit.piece == SNARE}
    ghosts = [h for h in refined("ghost notes").bars[0].hits if h.piece == SNARE and h.step not in before]
    assert ghosts
    assert all(hit.velocity < 50 and weights[hit.step] == 0 for hit in ghosts)
    assert steps_of(refined("sans ghost notes").bars[0], SNARE) == [4, 12]


def test_added_hits_swing_as_the_groove_does() -> None:
    swung = refined("swing à 66%")
    assert swung.feels[0].feels[steps_of(swung.bars[0], *range(16)).index(7)].swing_ticks == 38
    more = refined("hats en doubles croches", swung).bars[0]
    late = {hit.step: hit.offset_ticks for hit in more.hits if hit.piece == HAT}
    assert all(late[step] == (38 if step % 2 else 0) for step in range(16))
    assert refined("straight", swung).bars == backbeat().bars


def test_swing_is_estimated_where_the_feel_is_unknown() -> None:
    swung = refined("swing à 66%")
    without_feel = EditableGroove(swung.bars, (), swung.bpm)
    assert refined("straight", without_feel).bars == backbeat().bars
    assert refined("plus de swing", without_feel) == refined("plus de swing", swung)


def test_human_timing_stays_within_what_drummers_do_and_grows_with_the_amount() -> None:
    def spread(text: str) -> float:
        return pstdev(hit.offset_ticks for bar in refined(text, backbeat(16)).bars for hit in bar.hits)

    assert spread("un peu plus humain") < spread("plus humain") < spread("beaucoup plus humain") < 24
    human = refined("plus humain")
    assert len({hit.velocity for bar in human.bars for hit in bar.hits}) > 8
    assert refined("quantise", human).bars != human.bars
    assert all(hit.offset_ticks == 0 for bar in refined("quantise", human).bars for hit in bar.hits)


def test_mechanical_takes_back_what_human_added() -> None:
    human = refined("plus humain")
    robot = refined("beaucoup plus mécanique", human)
    before = [hit.velocity for bar in backbeat().bars for hit in bar.hits]
    after = [hit.velocity for bar in robot.bars for hit in bar.hits]
    assert all(abs(new - old) <= 1 for old, new in zip(before, after, strict=True))
    assert all(hit.offset_ticks == 0 for bar in robot.bars for hit in bar.hits)


def test_bars_stay_alike_where_nobody_asked_for_variety() -> None:
    for text in ("plus de charley", "busier", "plus de ghost notes", "roulements de charley", "plus de kick"):
        bars = [
            [(hit.piece, hit.step, hit.velocity, hit.offset_ticks) for hit in bar.hits] for bar in refined(text).bars
        ]
        assert all(bar == bars[0] for bar in bars), text


def test_another_seed_adds_elsewhere() -> None:
    assert len({tuple(steps_of(refined("plus de kick", seed=seed).bars[0], KICK)) for seed in range(12)}) > 1


def test_combined_instructions_keep_what_they_say() -> None:
    groove = refined("moins de hats et un fill à la fin, garde le kick")
    for before, after in zip(backbeat().bars, groove.bars, strict=True):
        assert steps_of(after, KICK) == steps_of(before, KICK)
    assert steps_of(groove.bars[0], HAT) == [0, 4, 8, 12]
    assert steps_of(groove.bars[0], SNARE) == steps_of(backbeat().bars[0], SNARE)


def test_tempo_words_move_the_tempo_and_no_hit() -> None:
    for text, bpm in (("plus rapide", 106.0), ("un peu plus lent", 91.0), ("à 140", 140.0), ("-6 bpm", 90.0)):
        groove = refined(text)
        assert groove.bpm == bpm
        assert groove.bars == backbeat().bars
