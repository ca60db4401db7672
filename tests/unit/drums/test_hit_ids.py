"""Ids through Refine: what stays keeps its id, what is new gets a new one, and no two hits share one."""

from fractions import Fraction

from boumbapp.music.v2.music_pb2 import Bar, DrumHit
from hypothesis import given, settings
from hypothesis import strategies as st

from music.event_ids import give_ids, ids_of
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.parse.parser import parse_instruction
from tests.unit.drums.grooves import backbeat, grooves
from tests.unit.drums.test_refine_apply import READ, refine


def named(groove: EditableGroove) -> EditableGroove:
    bars = []
    taken: set[int] = set()
    for source in groove.bars:
        bar = Bar()
        bar.CopyFrom(source)
        give_ids(bar, taken)
        bars.append(bar)
    return EditableGroove(tuple(bars), groove.feels, groove.bpm)


def ids(groove: EditableGroove) -> list[int]:
    return [hit.id for bar in groove.bars for hit in bar.hits]


def place(bar: Bar, hit: DrumHit) -> tuple[int, int, Fraction]:
    """Bar, piece and quarters from the bar line: bars may change their divisions."""
    return bar.index, hit.piece, Fraction(hit.step, bar.divisions or 4)


@settings(max_examples=60, deadline=None)
@given(grooves(), st.lists(st.sampled_from(sorted(READ)), min_size=1, max_size=3), st.integers(0, 99))
def test_ids_are_unique_and_stay_with_their_hits(groove: EditableGroove, texts: list[str], seed: int) -> None:
    groove = named(groove)
    for text in texts:
        refined = refine(groove, READ[text], seed).groove
        assert refined == refine(groove, READ[text], seed).groove
        found = ids(refined)
        assert all(found)
        assert len(set(found)) == len(found)
        was = {place(bar, hit): hit.id for bar in groove.bars for hit in bar.hits}
        now = {hit.id: place(bar, hit) for bar in refined.bars for hit in bar.hits}
        for number, here in now.items():
            # The hit that stood here stands here still, or moved elsewhere.
            assert was.get(here, number) == number or was[here] in now
        groove = refined


@settings(max_examples=30, deadline=None)
@given(grooves(), st.sampled_from(sorted(READ)), st.integers(0, 99))
def test_in_a_groove_without_ids_only_new_hits_get_some(groove: EditableGroove, text: str, seed: int) -> None:
    was = {(bar.index, hit.piece, hit.step) for bar in groove.bars for hit in bar.hits}
    after = [(bar.index, hit) for bar in refine(groove, READ[text], seed).groove.bars for hit in bar.hits]
    new = [hit.id for index, hit in after if (index, hit.piece, hit.step) not in was]
    assert all(new)
    assert len(set(new)) == len(new)
    assert not any(hit.id for index, hit in after if (index, hit.piece, hit.step) in was)


def test_a_louder_snare_is_the_same_snare_and_a_copied_bar_has_ids_of_its_own() -> None:
    groove = named(backbeat(2))
    assert ids(refine(groove, parse_instruction("louder snare").edits).groove) == ids(groove)
    thin = refine(groove, parse_instruction("no snare in bar 2").edits).groove
    copied = refine(thin, parse_instruction("mesure 2 comme la mesure 1").edits).groove
    assert [(h.piece, h.step) for h in copied.bars[1].hits] == [(h.piece, h.step) for h in groove.bars[0].hits]
    assert set(ids(thin)) <= set(ids(copied))
    assert len(set(ids(copied))) == len(ids(copied))


def test_a_copy_onto_the_same_bar_changes_nothing() -> None:
    groove = named(backbeat(2))
    refined = refine(groove, parse_instruction("mesure 2 comme la mesure 1").edits)
    assert refined.groove.bars == groove.bars
    assert len(refined.idle) == 1


def test_ids_that_another_hit_has_are_not_given() -> None:
    bars = [Bar(index=1), Bar(index=1)]
    taken = {1025, 1027}
    for bar in bars:
        bar.hits.add(piece=1, step=0, id=7)
        bar.notes.add(pitch=60, id=7)
        give_ids(bar, taken)
    assert ids_of(bars) == {1026, 1028, 1029, 1030}
