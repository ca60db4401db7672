"""One engine stands in for another, whatever the other does: the music ends, with one Notice for each switch."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest
from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.music_pb2 import Bar

from services.composition.bar_deadline import BarDeadline
from services.composition.circuit_breaker import CircuitBreaker, State
from services.composition.engine import EngineSwitch
from services.composition.fallback import FallbackEngine
from services.composition.throttled_engine import ThrottledEngine
from services.drums.engines import brief as drums
from services.melody.engines import melody_engine as melody
from tests.unit.composition.engines import (
    HIGH,
    LOW,
    LanguageModelEngine,
    Make,
    drums_brief,
    groove_bar,
    melody_bar,
    melody_brief,
)

FAULTS = [
    "fails",
    "hangs",
    "ends",
    "stays",
    "nothing",
    "text",
    "wrong bar",
    "wrong metre",
    "wild",
    "cancels",
    "switches",
    "endless",
]
HANGING = ("hangs", "stays", "endless")
BARS = 4


@dataclass(frozen=True)
class Kind:
    """Of music."""

    make: Make
    brief: Callable[..., Any]
    bar_of: Callable[[Any], Bar]


MELODY = Kind(melody_bar, melody_brief, melody.bar_of)
DRUMS = Kind(groove_bar, drums_brief, drums.bar_of)
both = pytest.mark.parametrize("kind", [MELODY, DRUMS], ids=["melody", "drums"])


def stand_in(kind: Kind = MELODY, how: str = "well", at: int = 0, **more: Any) -> LanguageModelEngine:
    return LanguageModelEngine(kind.make, how, at, **{"voice": LOW, "name": "specialist", **more})


def falling_back(
    primary: Any,
    secondary: Any,
    kind: Kind = MELODY,
    breaker: CircuitBreaker | None = None,
    name: str = "",
    below: Sequence[LanguageModelEngine] = (),
) -> FallbackEngine[Any, Any]:
    slow = any(getattr(engine, "how", "") in HANGING for engine in (primary, secondary, *below))
    limit_s = 0.5 if slow else 30.0  # a busy machine must not make a quick engine late
    deadline = BarDeadline(shortest_s=limit_s, longest_s=limit_s)
    return FallbackEngine(primary, secondary, deadline, breaker or CircuitBreaker(), bar_of=kind.bar_of, name=name)


async def composed(engine: Any, brief: Any) -> list[Any]:
    """All that an engine yields, as who composes asks for it."""
    items: list[Any] = []
    async with aclosing(engine.compose(brief)) as composing, asyncio.timeout(20):
        for _ in brief.missing:
            items.append(await anext(composing))
            while isinstance(items[-1], EngineSwitch):
                items.append(await anext(composing))
    return items


def available(engine: Any) -> bool:
    """Whether it can compose now; asked anew each time."""
    return bool(engine.info.available)


def voices(items: Sequence[Any]) -> list[int]:
    """The voice of each bar, and that they are numbered."""
    found = []
    for item in items:
        match item:
            case Bar():
                found.append(item.notes[0].pitch)
            case BarReady():
                found.append(LOW if item == groove_bar(item.bar.index, LOW) else HIGH)
    return found


def notices(items: Sequence[Any]) -> list[tuple[str, str]]:
    return [(i.notice.code, i.notice.message) for i in items if isinstance(i, EngineSwitch) and i.notice]


@both
@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("how", FAULTS)
async def test_whatever_the_primary_does_the_music_ends_with_one_notice(kind: Kind, how: str, at: int) -> None:
    primary, secondary = LanguageModelEngine(kind.make, how, at), stand_in(kind)
    items = await composed(falling_back(primary, secondary, kind), kind.brief(BARS))
    primary.released.set()
    assert voices(items) == [HIGH] * at + [LOW] * (BARS - at)
    assert notices(items) == [
        (
            "ENGINE_FALLBACK",
            f"The engine “llm” does not answer; “specialist” goes on from bar {at + 1}.",
        )
    ]
    [primer] = secondary.primers
    assert primer == [kind.bar_of(kind.make(index, HIGH)) for index in range(at)]


@both
async def test_while_the_primary_delivers_nobody_else_is_asked(kind: Kind) -> None:
    primary, secondary = LanguageModelEngine(kind.make), stand_in(kind)
    items = await composed(falling_back(primary, secondary, kind), kind.brief(BARS))
    assert voices(items) == [HIGH] * BARS
    assert len(items) == BARS
    assert not secondary.primers
    assert primary.open == 0


@both
async def test_a_primary_that_is_away_is_not_asked(kind: Kind) -> None:
    primary = LanguageModelEngine(kind.make, available=False)
    engine = falling_back(primary, stand_in(kind), kind)
    assert not available(engine)
    items = await composed(engine, kind.brief(BARS))
    assert voices(items) == [LOW] * BARS
    assert [code for code, _ in notices(items)] == ["ENGINE_FALLBACK"]
    assert not primary.primers
    primary.available = True
    assert available(engine)
    assert voices(await composed(engine, kind.brief(BARS))) == [HIGH] * BARS


async def test_the_notice_is_in_the_language_of_the_piece() -> None:
    items = await composed(falling_back(LanguageModelEngine(how="fails", at=1), stand_in()), melody_brief(locale="fr"))
    assert notices(items)[0][1].startswith("Le moteur « llm » ne répond pas ; « specialist » continue à partir")


@pytest.mark.parametrize("how", ["fails", "ends", "nothing"])
@pytest.mark.parametrize("at", [2, 3])
async def test_when_the_secondary_fails_too_the_primary_is_asked_once_more(how: str, at: int) -> None:
    class Hiccup(LanguageModelEngine):
        """Fails at bar 1, the first time."""

        async def _misbehave(self, index: int) -> AsyncGenerator[Any, None]:
            how, self.how = self.how, "well"
            if how == "fails":
                raise ConnectionError("once")
            yield None

    primary = Hiccup(how="fails", at=1)
    items = await composed(falling_back(primary, stand_in(how=how, at=at)), melody_brief(BARS))
    assert voices(items) == [HIGH] + [LOW] * (at - 1) + [HIGH] * (BARS - at)
    told = [message for _, message in notices(items)]
    assert [message.split("; ")[1] for message in told] == [
        "“specialist” goes on from bar 2.",
        f"“llm” goes on from bar {at + 1}.",
    ]


async def test_when_all_fail_what_the_secondary_said_is_raised() -> None:
    class Wrong(LanguageModelEngine):
        async def _misbehave(self, index: int) -> AsyncGenerator[Any, None]:
            if index:
                raise LookupError("of the secondary")
            yield None

    engine = falling_back(LanguageModelEngine(how="fails", at=1), Wrong(how="fails", at=2, name="specialist"))
    with pytest.raises(LookupError, match="of the secondary"):
        await composed(engine, melody_brief())


@both
@pytest.mark.parametrize("how", FAULTS)
async def test_engines_of_this_kind_stack(kind: Kind, how: str) -> None:
    """Three of them: each hands over at a bar of its own, with a Notice each."""
    first = LanguageModelEngine(kind.make, how, 1, name="first")
    second = LanguageModelEngine(kind.make, how, 2, name="second")
    right = falling_back(first, falling_back(second, stand_in(kind), kind), kind)
    left = falling_back(falling_back(first, second, kind), stand_in(kind), kind, below=[first, second])
    for engine in (right, left):
        items = await composed(engine, kind.brief(BARS))
        for each in (first, second):
            each.released.set()
            each.released = asyncio.Event()
        assert voices(items) == [HIGH, HIGH, LOW, LOW]
        assert [code for code, _ in notices(items)] == ["ENGINE_FALLBACK"] * 2
        makers = [item.engine for item in items if isinstance(item, EngineSwitch)]
        assert list(dict.fromkeys(makers)) == ["second", "specialist"]


async def test_the_planned_switches_of_an_engine_below_are_told_and_cost_nothing() -> None:
    class Planned(LanguageModelEngine):
        """Announces itself, and then another one at every bar."""

        async def compose(self, brief: Any) -> AsyncGenerator[Any, Bar | None]:
            async with aclosing(super().compose(brief)) as composing:
                async for draft in composing:
                    yield EngineSwitch(f"maker of {draft.index}")
                    yield draft

    engine = falling_back(Planned(), Planned(voice=LOW, name="specialist"))
    items = await composed(engine, melody_brief())
    assert [item.engine for item in items if isinstance(item, EngineSwitch)] == [f"maker of {i}" for i in range(4)]
    assert not notices(items)
    items = await composed(falling_back(LanguageModelEngine(how="ends", at=2), engine), melody_brief())
    assert voices(items) == [HIGH] * 4
    assert [item.engine for item in items if isinstance(item, EngineSwitch)] == ["llm", "maker of 2", "maker of 3"]


async def test_an_engine_that_goes_by_another_name_says_who_plays() -> None:
    items = await composed(falling_back(LanguageModelEngine(), stand_in(), name="both"), melody_brief())
    assert [item.engine for item in items if isinstance(item, EngineSwitch)] == ["llm"]


@both
async def test_music_goes_on_from_what_was_accepted(kind: Kind) -> None:
    """A correction reaches who made the draft, and whoever goes on after it."""
    primary, secondary = LanguageModelEngine(kind.make, "fails", 2), stand_in(kind)
    corrected = Bar(index=1, meter=kind.bar_of(kind.make(1, LOW)).meter)
    async with aclosing(falling_back(primary, secondary, kind).compose(kind.brief(BARS))) as composing:
        await anext(composing)
        await anext(composing)
        assert isinstance(await composing.asend(corrected), EngineSwitch)
        assert kind.bar_of(await anext(composing)).index == 2
    assert secondary.primers == [[kind.bar_of(kind.make(0, HIGH)), corrected]]


@pytest.mark.parametrize("how", ["well", "hangs", "stays"])
async def test_who_stops_listening_stops_the_engines(how: str) -> None:
    primary = LanguageModelEngine(how=how, at=1)
    async with aclosing(falling_back(primary, stand_in()).compose(melody_brief(100))) as composing:
        await anext(composing)
    assert primary.open == 0
    assert primary.asked == 1


async def test_who_is_cancelled_in_the_middle_of_a_bar_stops_the_engine() -> None:
    primary, secondary = LanguageModelEngine(how="hangs"), stand_in()
    engine = falling_back(primary, secondary)
    listening = asyncio.create_task(composed(engine, melody_brief()))
    while not primary.asked:  # noqa: ASYNC110
        await asyncio.sleep(0)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert primary.open == 0
    assert not secondary.primers, "who left needs nobody to go on"


async def test_one_that_will_not_stop_is_left_behind_and_the_log_tells(caplog: pytest.LogCaptureFixture) -> None:
    primary = LanguageModelEngine(how="stays")
    items = await composed(falling_back(primary, stand_in()), melody_brief())
    for _ in range(100):
        if "left behind" in caplog.text:
            break
        await asyncio.sleep(0.02)
    primary.released.set()
    assert voices(items) == [LOW] * 4
    assert "left behind" in caplog.text
    while primary.open:  # noqa: ASYNC110
        await asyncio.sleep(0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_one_that_fails_again_and_again_is_left_alone_and_tried_again_later() -> None:
    clock = Clock()
    breaker = CircuitBreaker(2, 10.0, clock)
    primary = LanguageModelEngine(how="fails")
    engine = falling_back(primary, stand_in(), breaker=breaker)
    for _ in range(2):
        assert available(engine)
        await composed(engine, melody_brief())
    assert not available(engine), "nobody who asks should choose it now"
    assert engine.info.unavailable_reason == "FAILING"
    asked = primary.asked
    items = await composed(engine, melody_brief())
    assert primary.asked == asked
    assert len(notices(items)) == 1
    clock.now = 10.0
    primary.how = "well"
    assert voices(await composed(engine, melody_brief())) == [HIGH] * 4
    assert breaker.state is State.CLOSED


async def test_who_leaves_while_it_is_tried_again_lets_the_next_one_try() -> None:
    clock = Clock()
    breaker = CircuitBreaker(1, 10.0, clock)
    primary = LanguageModelEngine(how="fails")
    engine = falling_back(primary, stand_in(), breaker=breaker)
    await composed(engine, melody_brief())
    clock.now, primary.how = 10.0, "hangs"
    listening = asyncio.create_task(composed(engine, melody_brief()))
    while primary.asked < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert voices(await composed(engine, melody_brief())) == [LOW] * 4, "one tries, not two"
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    primary.how = "well"
    assert voices(await composed(engine, melody_brief())) == [HIGH] * 4


async def test_a_slower_pace_changes_nothing_of_it() -> None:
    engine = ThrottledEngine(falling_back(LanguageModelEngine(available=False), stand_in()), 0.0)
    assert not available(engine)
    assert engine.has_stand_in
    assert voices(await composed(engine, melody_brief())) == [LOW] * 4
