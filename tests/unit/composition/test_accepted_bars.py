"""Bars that are given anywhere in a piece, and engines that fill what is missing."""

from dataclasses import replace

import pytest
from boumbapp.music.v2.music_pb2 import Bar

from services.chassis.errors.catalogue import ApiError
from services.composition.bar_deadline import BarDeadline
from services.composition.bar_stream import read_given
from services.composition.brief import AcceptedBars
from services.composition.circuit_breaker import CircuitBreaker
from services.composition.fallback import FallbackEngine
from services.melody.engines.melody_engine import bar_of
from tests.unit.composition.engines import HIGH, LOW, METER, LanguageModelEngine, melody_bar, melody_brief


def given(*indices: int) -> tuple[Bar, ...]:
    return tuple(Bar(index=index, meter=METER) for index in indices)


def test_given_bars_are_passed_over_in_order_of_their_index() -> None:
    brief = replace(melody_brief(bars=6), given_bars=given(4, 1, 0))
    assert brief.missing == [2, 3, 5]
    accepted = AcceptedBars(brief)
    assert accepted.next_index == 2
    accepted.add(melody_bar(2, LOW))
    assert (accepted.next_index, accepted.complete) == (3, False)
    assert [bar.index for bar in accepted.known] == [0, 1, 2, 4]
    accepted.add(melody_bar(3, LOW))
    assert [bar.index for bar in accepted.before] == [0, 1, 2, 3, 4]
    accepted.add(melody_bar(5, LOW))
    assert accepted.complete
    assert [bar.index for bar in accepted.known] == list(range(6))


def test_a_piece_that_is_all_given_is_complete_at_once() -> None:
    brief = replace(melody_brief(bars=3), given_bars=given(2, 0, 1))
    assert brief.missing == []
    assert AcceptedBars(brief).complete


@pytest.mark.parametrize("wrong", [given(1, 1), given(0, 4), (Bar(index=0),)])
def test_bars_that_are_not_of_the_piece_are_refused(wrong: tuple[Bar, ...]) -> None:
    with pytest.raises(ApiError, match="given_bars"):
        read_given(wrong, METER, 4)


@pytest.mark.parametrize("fails_at", [1, 3, 5, 9])
async def test_a_stand_in_goes_on_filling_gaps(fails_at: int) -> None:
    primary = LanguageModelEngine(melody_bar, "fails", fails_at)
    secondary = LanguageModelEngine(melody_bar, voice=LOW, name="specialist")
    engine = FallbackEngine(primary, secondary, BarDeadline(), CircuitBreaker(), bar_of=bar_of)
    brief = replace(melody_brief(bars=6), given_bars=given(0, 2, 4))
    made = [item async for item in engine.compose(brief) if isinstance(item, Bar)]
    assert [bar.index for bar in made] == [1, 3, 5]
    assert [bar.notes[0].pitch for bar in made] == [HIGH if bar.index < fails_at else LOW for bar in made]
    for primer in secondary.primers:
        assert [bar.index for bar in primer] == sorted({*range(fails_at), 2, 4})
