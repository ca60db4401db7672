"""Form looks back only, and closes what it opens."""

from hypothesis import given
from hypothesis import strategies as st

from services.melody.specialist.form import BarForm, Ending, Recall, form_of

cadences = st.lists(st.booleans(), min_size=1, max_size=40)


def forms(flags: list[bool], seed: int, *, riff: bool = False) -> list[BarForm]:
    return [form_of(flags, seed, index, riff=riff) for index in range(len(flags))]


@given(cadences, st.integers(0, 2**32 - 1), st.booleans())
def test_bars_recall_earlier_bars_only_and_the_piece_closes(flags: list[bool], seed: int, riff: bool) -> None:
    for index, form in enumerate(forms(flags, seed, riff=riff)):
        assert form.source is None or 0 <= form.source < index
        assert 0 <= form.begins < 1
        assert 0 < form.share <= 1
        assert 0 <= form.away_from_climax(0.5) <= 1
        if flags[index] and index < len(flags) - 1:
            assert form.ending.rests
    assert form.ending is Ending.FULL


@given(st.integers(0, 2**32 - 1))
def test_an_answer_recalls_its_question_and_closes(seed: int) -> None:
    question, answer = (forms([False, False, False, True] * 2, seed)[start : start + 4] for start in (0, 4))
    assert [form.source for form in answer] == [0, 1, 2, 3]
    assert answer[0].recall is Recall.EXACT
    assert question[3].ending is Ending.HALF
    assert answer[3].ending is Ending.FULL


@given(st.integers(0, 2**32 - 1))
def test_the_third_period_contrasts_and_the_fourth_returns(seed: int) -> None:
    bars = forms([False, False, False, True] * 8, seed)
    assert not bars[8].contrast
    assert bars[16].contrast
    assert bars[16].source is None
    assert not bars[24].contrast
    assert bars[24].source == 0
    assert bars[8].source == 0
