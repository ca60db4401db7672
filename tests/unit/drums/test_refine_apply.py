"""What edits change, and above all what they leave alone: for any groove, hit for hit."""

from collections.abc import Sequence

import pytest
from boumbapp.music.v2.music_pb2 import Bar, DrumHit, Meter
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from music.meter import steps_per_bar
from services.chassis.errors.catalogue import ApiError
from services.composition.refining.errors import NO_SUCH_BAR
from services.drums.kit.kit import HATS
from services.drums.refine.apply import Refined, apply
from services.drums.refine.context.editor import edited_steps
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.model.edits import Action, Edit
from services.drums.refine.parse.parser import parse_instruction
from tests.unit.drums.grooves import FOUR_FOUR, MODEL, PIECES, backbeat, grooves, hits_of

# One instruction or more for every action there is.
INSTRUCTIONS = (
    "plus de charley", "more kick", "beaucoup plus de caisse claire", "moins de caisse claire", "less hats",
    "beaucoup moins de kick", "ajoute un cowbell", "add a crash", "ajoute des toms", "clap on 2 and 4",
    "kick sur chaque temps", "open hats on the offbeat", "sans kick", "no hats in the second half",
    "enlève la caisse claire des mesures paires", "only the kick", "garde que le kick et la snare",
    "remplace le charley par le ride", "replace the snare with a clap", "ride à la place du kick",
    "hats en doubles croches", "kick in quarter notes", "ouvre le charley", "open the hats a bit", "ferme le charley",
    "décale le kick d'un pas", "move the snare 3 steps earlier", "décale tout d'un temps", "snare laid back",
    "snare only on 2 and 4", "kick seulement sur le 1 à la fin", "décale la snare de 10 ms",
    "push the hats", "la première mesure comme la dernière mesure", "copy bar 1", "plus fort", "kick plus fort",
    "un peu moins fort", "30% plus fort les toms", "plus rapide", "10 bpm plus lent", "à 140", "double tempo",
    "half time", "double time in the first bar", "busier", "moins chargé", "un peu plus chargé à la fin",
    "un fill à la fin", "a big fill in the first bar", "un petit break", "more hat rolls", "roulements de snare",
    "sans roulements", "plus de ghost notes", "sans ghost notes", "flams", "no flams", "plus de swing",
    "beaucoup moins de swing", "swing à 60%", "straight", "plus humain", "kick plus humain", "plus mécanique",
    "quantise", "quantise the hats", "garde le kick, moins de hats", "touche pas à la première mesure, plus fort",
    "tout plus fort sauf le kick", "moins de hats sauf à la dernière mesure", "plus groovy",
    "moins de hats et un fill à la fin, garde le kick", "silence au début", "coupe tout sur le temps 1",
    "change la première mesure", "refais le kick", "change the last bar but keep the snare",
    "crescendo", "snare de moins en moins forte", "brushes", "plus jazz", "triplet hats in the first bar", "no fill",
    "a tom fill in the last bar", "double la snare avec un clap", "shuffle", "stop on beat 4", "move the snare to 1",
    "mute everything except hats in the first bar", "sauf la dernière, plus de kick", "kick sur le 2et",
    "make the last bar the same as the first bar", "less snare louder kick", "ok parfait", "comme avant mais sans kick",
)  # fmt: skip
# These change bars themselves; test_refine_structure.py has them.
OF_BARS = {Action.METER, Action.MORE_BARS, Action.FEWER_BARS, Action.CUT_BARS, Action.BARS}
READ = {text: parse_instruction(text).edits for text in INSTRUCTIONS}
FEW = settings(max_examples=40, deadline=None)
instructions = st.sampled_from(INSTRUCTIONS)
seeds = st.integers(0, 2**32 - 1)


def refine(groove: EditableGroove, edits: tuple[Edit, ...], seed: int = 1, **locks: frozenset[int]) -> Refined:
    return apply(edits, groove, prior=StylePrior(None, seed, MODEL), **locks)  # type: ignore[arg-type]


def told(groove: EditableGroove, bar: int, *, but: frozenset[int] = frozenset()) -> list[tuple[bytes, bytes]]:
    """Hits of a bar with their feel, byte for byte."""
    feels = groove.feels[bar].feels if groove.feels else [None] * len(groove.bars[bar].hits)
    return [
        (hit.SerializeToString(), feel.SerializeToString() if feel is not None else b"")
        for hit, feel in zip(groove.bars[bar].hits, feels, strict=True)
        if hit.piece not in but
    ]


def test_every_action_is_tried_here() -> None:
    assert {edit.action for edits in READ.values() for edit in edits} == set(Action) - OF_BARS


@FEW
@given(grooves(), instructions, seeds)
def test_what_comes_out_can_be_played(groove: EditableGroove, text: str, seed: int) -> None:
    before = [bar.SerializeToString() for bar in groove.bars]
    refined = refine(groove, READ[text], seed).groove
    assert [bar.SerializeToString() for bar in groove.bars] == before, "the groove given was changed"
    assert [(bar.index, bar.meter) for bar in refined.bars] == [(bar.index, bar.meter) for bar in groove.bars]
    assert 20 <= refined.bpm <= 400
    for bar, feels in zip(refined.bars, refined.feels, strict=True):
        locations = [(hit.step, hit.piece) for hit in bar.hits]
        assert locations == sorted(set(locations)), "out of order, or two hits of one piece on one step"
        assert len(feels.feels) == len(bar.hits)
        for hit, feel in zip(bar.hits, feels.feels, strict=True):
            assert hit.piece in PIECES
            assert hit.step < steps_per_bar(bar.meter)
            assert 1 <= hit.velocity <= 127
            assert 1 <= hit.velocity - feel.human_velocity <= 127
            assert -60 <= hit.offset_ticks <= 60
            assert hit.HasField("roll") == (2 <= hit.roll.strokes <= 16)


@FEW
@given(
    grooves(),
    st.lists(instructions, min_size=1, max_size=3),
    seeds,
    st.frozensets(st.sampled_from(PIECES), max_size=5),
    st.frozensets(st.integers(0, 5), max_size=3),
)
def test_locked_pieces_and_bars_never_change(
    groove: EditableGroove, texts: list[str], seed: int, pieces: frozenset[int], bars: frozenset[int]
) -> None:
    edits = tuple(edit for text in texts for edit in READ[text])
    refined = refine(groove, edits, seed, locked_pieces=pieces, locked_bars=bars).groove
    for index, (before, after) in enumerate(zip(groove.bars, refined.bars, strict=True)):
        assert hits_of(after, pieces) == hits_of(before, pieces)
        if index in bars:
            assert list(after.hits) == list(before.hits)
        if groove.feels:
            free = frozenset(PIECES) - pieces if index not in bars else frozenset()
            assert told(refined, index, but=free) == told(groove, index, but=free)


@FEW
@given(grooves(), instructions, seeds)
def test_what_is_not_named_stays_hit_for_hit(groove: EditableGroove, text: str, seed: int) -> None:
    edits = READ[text]
    assume(all(edit.action not in (Action.ONLY, Action.FILL) for edit in edits))
    refined = refine(groove, edits, seed).groove
    meters = [bar.meter for bar in groove.bars]
    for index, (before, after) in enumerate(zip(groove.bars, refined.bars, strict=True)):
        for hit in before.hits:
            if not any(concerns(edit, hit, index, meters) for edit in edits):
                assert hit in after.hits
        for hit in after.hits:
            if hit not in before.hits:
                assert any(concerns(edit, hit, index, meters) for edit in edits)


def concerns(edit: Edit, hit: DrumHit, bar: int, meters: Sequence[Meter]) -> bool:
    """Whether an edit is about a hit: its piece, or one that it puts in its place, there."""
    if edit.action is Action.KEEP:
        return False
    if edit.action in (Action.FASTER, Action.SLOWER, Action.TEMPO):
        return False
    pieces = {piece for part in edit.parts for piece in part.pieces} | (edit.by.pieces if edit.by else frozenset())
    pieces |= HATS if pieces & HATS or edit.action in (Action.OPEN, Action.CLOSE) else set()
    named = edit.covers(hit.piece) or hit.piece in pieces
    # What is moved leaves the steps that are named; what is only there leaves all others.
    anywhere = edit.action in (Action.SHIFT, Action.ONLY_AT)
    return named and (hit.step in edited_steps(edit, bar, meters) or anywhere)


@FEW
@given(grooves(), instructions, seeds)
def test_the_same_seed_makes_the_same_edits(groove: EditableGroove, text: str, seed: int) -> None:
    assert refine(groove, READ[text], seed) == refine(groove, READ[text], seed)


@FEW
@given(grooves(), instructions, seeds)
def test_an_edit_that_changes_nothing_is_reported(groove: EditableGroove, text: str, seed: int) -> None:
    edits = READ[text]
    assume(len(edits) == 1 and edits[0].action is not Action.KEEP and bool(groove.feels))
    refined = refine(groove, edits, seed)
    unchanged = refined.groove == groove
    assert bool(refined.idle) == unchanged


@FEW
@given(grooves(), st.sampled_from(["charley", "kick", "caisse claire", "shaker"]), seeds)
def test_more_is_never_fewer_and_less_is_never_more(groove: EditableGroove, part: str, seed: int) -> None:
    (named,) = parse_instruction(f"plus de {part}").edits[0].parts
    more = refine(groove, parse_instruction(f"plus de {part}").edits, seed).groove
    less = refine(groove, parse_instruction(f"moins de {part}").edits, seed).groove
    for before, after in zip(groove.bars, more.bars, strict=True):
        kept = [hit for hit in before.hits if hit.piece in named.pieces]
        assert all(hit in after.hits for hit in kept if hit.piece not in HATS)
        assert len(hits_of(after, named.pieces)) >= len({hit.step for hit in kept})
    for before, after in zip(groove.bars, less.bars, strict=True):
        count = len(hits_of(before, named.pieces))
        left = len(hits_of(after, named.pieces))
        assert left <= count
        if count > 1:
            assert 1 <= left < count


@FEW
@given(grooves(), seeds)
def test_busier_and_simpler_point_where_they_say(groove: EditableGroove, seed: int) -> None:
    def counts(text: str) -> list[int]:
        return [len(bar.hits) for bar in refine(groove, READ_ALSO[text], seed).groove.bars]

    before = [len(bar.hits) for bar in groove.bars]
    chain = [counts(text) for text in ("bien moins chargé", "un peu moins chargé")]
    assert all(far <= near <= now for far, near, now in zip(*chain, before, strict=True))
    assert all(now <= after + 2 for now, after in zip(before, counts("plus chargé"), strict=True))


READ_ALSO = {
    text: parse_instruction(text).edits for text in ("bien moins chargé", "un peu moins chargé", "plus chargé")
}


@FEW
@given(grooves(), seeds)
def test_louder_and_softer_move_every_velocity_the_same_way(groove: EditableGroove, seed: int) -> None:
    louder, softer = (refine(groove, READ[text], seed).groove for text in ("plus fort", "un peu moins fort"))
    for before, up, down in zip(groove.bars, louder.bars, softer.bars, strict=True):
        for hit, raised, lowered in zip(before.hits, up.hits, down.hits, strict=True):
            assert (raised.step, raised.piece, raised.offset_ticks) == (hit.step, hit.piece, hit.offset_ticks)
            assert raised.velocity > hit.velocity or raised.velocity == 127
            assert lowered.velocity < hit.velocity or lowered.velocity == 1


@FEW
@given(grooves(), st.integers(-20, 20), seeds)
def test_a_shift_is_undone_by_the_shift_back(groove: EditableGroove, distance: int, seed: int) -> None:
    assume(bool(groove.feels))
    (edit,) = parse_instruction("décale le kick d'un pas").edits
    there = refine(groove, (replaced(edit, distance),), seed).groove
    back = refine(there, (replaced(edit, -distance),), seed).groove
    for before, after in zip(groove.bars, back.bars, strict=True):
        assert [(hit.step, hit.piece, hit.velocity) for hit in after.hits] == [
            (hit.step, hit.piece, hit.velocity) for hit in before.hits
        ]


def replaced(edit: Edit, value: float) -> Edit:
    return Edit(action=edit.action, parts=edit.parts, value=value)


@FEW
@given(grooves(), seeds)
def test_straight_takes_out_swing_and_nothing_else(groove: EditableGroove, seed: int) -> None:
    assume(bool(groove.feels))
    refined = refine(groove, READ["straight"], seed).groove
    for before, after, old, new in zip(groove.bars, refined.bars, groove.feels, refined.feels, strict=True):
        for hit, straight, was, now in zip(before.hits, after.hits, old.feels, new.feels, strict=True):
            assert now.swing_ticks == 0
            assert straight.offset_ticks == hit.offset_ticks - was.swing_ticks
            assert (straight.step, straight.piece, straight.velocity) == (hit.step, hit.piece, hit.velocity)


@FEW
@given(grooves(), seeds)
def test_what_humanising_added_can_be_taken_away_again(groove: EditableGroove, seed: int) -> None:
    assume(bool(groove.feels))
    human = refine(groove, READ["plus humain"], seed).groove
    for before, after, old, new in zip(groove.bars, human.bars, groove.feels, human.feels, strict=True):
        for hit, played, was, now in zip(before.hits, after.hits, old.feels, new.feels, strict=True):
            assert played.velocity - now.human_velocity == hit.velocity - was.human_velocity
            plain = played.offset_ticks - now.human_ticks - now.swing_ticks
            assert plain == hit.offset_ticks - was.human_ticks - was.swing_ticks


@pytest.mark.parametrize("text", ["un break à la mesure 9", "sans kick à la mesure 0", "mesure 2 comme la mesure 9"])
def test_a_bar_that_there_is_not_is_a_fault(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        refine(backbeat(2), parse_instruction(text).edits)
    assert caught.value.code is NO_SUCH_BAR
    assert "2" in caught.value.text("fr")


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=90))
def test_grooves_that_break_the_rules_break_nothing(noise: bytes) -> None:
    hits = [
        DrumHit(piece=first, step=step, velocity=last % 128, offset_ticks=first - 128)  # type: ignore[arg-type]  # any
        for first, step, last in zip(noise[::3], noise[1::3], noise[2::3], strict=False)
    ]
    groove = EditableGroove((Bar(index=0, meter=FOUR_FOUR, hits=hits),), (), 90)
    for edits in READ.values():
        refine(groove, edits)
