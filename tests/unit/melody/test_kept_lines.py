"""Pieces that are asked for a few bars at a time: the same bars, and none of them is read again and again."""

from dataclasses import replace

import pytest
from boumbapp.music.v2.music_pb2 import ROLE_CHORDS, ROLE_MELODY, Bar

from services.composition.brief import CompositionBrief
from services.melody.line_model import LinePredictor
from services.melody.worker import embedded_engines
from tests.unit.melody.pieces import MODELS, funk_bass

ENGINE = embedded_engines(MODELS)[0]
BARS = 16


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the network is conditioned on, step by step."""
    events: list[int] = []
    push = LinePredictor.push

    def counted(line: LinePredictor, event: int) -> None:
        events.append(event)
        push(line, event)

    monkeypatch.setattr(LinePredictor, "push", counted)
    return events


def some_more(brief: CompositionBrief, there: list[Bar], number: int) -> list[Bar]:
    """The bars that there are and some more, as the next request asks for them."""
    piece = ENGINE.begin(replace(brief, given_bars=tuple(there)))
    return there + [piece.next(None) for _ in range(min(number, brief.bars - len(there)))]


def whole(brief: CompositionBrief) -> list[Bar]:
    return some_more(brief, [], brief.bars)


@pytest.mark.parametrize("sizes", [(4,), (1, 2, 3), (5, 1)])
def test_a_piece_is_the_same_in_however_many_requests(sizes: tuple[int, ...]) -> None:
    brief = funk_bass(seed=3, bars=BARS)
    made: list[Bar] = []
    while len(made) < BARS:
        made = some_more(brief, made, sizes[len(made) % len(sizes)])
    assert made == whole(brief)


def test_pieces_with_the_same_constraints_do_not_disturb_each_other() -> None:
    briefs = [funk_bass(seed=seed, bars=BARS) for seed in range(3)]
    made: list[list[Bar]] = [[] for _ in briefs]
    for _ in range(BARS // 2):
        made = [some_more(brief, there, 2) for brief, there in zip(briefs, made, strict=True)]
    assert made == [whole(brief) for brief in briefs]
    assert made[0] != made[1]


def test_bars_that_are_there_are_read_once(pushed: list[int]) -> None:
    brief = funk_bass(seed=5, bars=BARS)
    made: list[Bar] = []
    while len(made) < BARS:
        made = some_more(brief, made, 4)
    steps = len(pushed)
    pushed.clear()
    whole(funk_bass(seed=6, bars=BARS))
    assert steps < 1.5 * len(pushed)


def test_parts_that_no_network_predicts_ask_none(pushed: list[int]) -> None:
    brief = funk_bass(seed=5, bars=4)
    for role, asks in ((ROLE_CHORDS, False), (ROLE_MELODY, True)):
        brief.constraints.role = role
        whole(brief)
        assert bool(pushed) is asks
