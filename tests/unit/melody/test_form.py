"""Form looks back only, and closes what it opens."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.melody.plan.form import BarForm, Development, Ending, Recall, form_of

cadences = st.lists(st.booleans(), min_size=1, max_size=40)
seeds = st.integers(0, 2**32 - 1)
kinds = st.sampled_from(Development)


def forms(flags: list[bool], seed: int, kind: Development = Development.SONG) -> list[BarForm]:
    return [form_of(flags, seed, index, kind) for index in range(len(flags))]


def phrases(count: int, seed: int, kind: Development = Development.SONG) -> list[BarForm]:
    return forms([False, False, False, True] * count, seed, kind)


@given(cadences, seeds, kinds)
def test_bars_recall_earlier_bars_only_and_the_piece_closes(flags: list[bool], seed: int, kind: Development) -> None:
    for index, form in enumerate(forms(flags, seed, kind)):
        assert form.source is None or 0 <= form.source < index
        assert 0 <= form.begins < 1
        assert 0 < form.share <= 1
        assert 0 <= form.away_from_climax(0.5) <= 1
        assert 0 <= form.foot < form.peak <= 1
        if flags[index] and index < len(flags) - 1:
            assert form.ending.rests
    assert form.ending is Ending.FULL


@given(seeds, kinds)
def test_an_answer_begins_like_its_question_and_closes(seed: int, kind: Development) -> None:
    piece = phrases(2, seed, kind)
    assert piece[4].source == 0
    assert piece[4].recall in (Recall.EXACT, Recall.ORNAMENT, Recall.SEQUENCE, Recall.HEAD)
    assert piece[3].ending is Ending.HALF
    assert piece[7].ending is Ending.FULL
    assert piece[7].recall is not Recall.EXACT or piece[7].source is None


@given(seeds)
def test_a_melody_comes_to_rest_only_like_a_bar_that_came_to_rest(seed: int) -> None:
    for form in phrases(8, seed):
        if form.ending.rests and form.source is not None and form.recall is not Recall.HEAD:
            assert form.source % 4 == 3


def test_a_song_of_four_phrases_returns_to_the_first_and_contrasts_with_it() -> None:
    songs = [phrases(4, seed) for seed in range(200)]
    shapes = Counter(tuple(song[4 * phrase].source == 0 for phrase in range(1, 4)) for song in songs)
    # AABA, ABAC, AABC, ABAB: the first phrase returns, and something else is heard.
    assert set(shapes) == {(True, False, True), (False, True, False), (True, False, False)}
    assert min(shapes.values()) > 10
    assert any(bar.contrast for song in songs for bar in song[8:12])


def test_loops_keep_to_their_first_phrase_where_songs_go_on() -> None:
    def recalled(kind: Development) -> float:
        pieces = [phrases(4, seed, kind)[4:] for seed in range(100)]
        return sum(form.source is not None for piece in pieces for form in piece) / 1200

    assert recalled(Development.SONG) < 0.7 < recalled(Development.HOOK) < recalled(Development.RIFF)


@pytest.mark.parametrize("kind", [Development.HOOK, Development.RIFF])
@given(seed=seeds)
def test_the_third_period_of_a_loop_contrasts_and_the_fourth_returns(kind: Development, seed: int) -> None:
    bars = phrases(8, seed, kind)
    assert not bars[8].contrast
    assert bars[16].contrast
    assert bars[16].source is None
    assert not bars[24].contrast
    assert bars[24].source == 0
    assert bars[8].source == 0
