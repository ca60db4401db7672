"""Parts at the same time, with experts that are slow, fail and come back, in whatever order: playing order holds."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
from boumbapp.arranger.v2.arranger_service_pb2 import Part
from boumbapp.music.v2.events_pb2 import BarReady, Notice
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    Bar,
    Meter,
    Note,
    Role,
)
from google.rpc.status_pb2 import Status
from hypothesis import given, settings
from hypothesis import strategies as st

from services.arranger.ensemble import player
from services.arranger.ensemble.performance import Performance
from services.arranger.experts.expert import Change, Order, Refinement
from services.arranger.plan.form import PlannedSection
from services.arranger.plan.plan import Plan, plan_parts
from services.chassis.errors.catalogue import DEPENDENCY_DOWN, ApiError
from services.chassis.errors.status import UpstreamError, status_of
from services.composition.scheduling.errors import BUSY

METER = Meter(beats=4, beat_unit=4)
BAND = (ROLE_DRUMS, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY)


class Scripted:
    """An expert: each bar takes some turns of the event loop, and some calls fail after some bars."""

    def __init__(self, turns: list[int], failures: list[int] | None = None, *, gone: bool = False) -> None:
        self._turns = turns
        self._failures = list(failures or ())
        self._gone = gone
        self.orders: list[Order] = []

    async def compose(self, order: Order) -> AsyncGenerator[BarReady | Notice, None]:
        self.orders.append(order)
        left = self._failures.pop(0) if self._failures else 1000
        for index in range(order.first, order.first + order.count):
            if self._gone or left == 0:
                raise ApiError(DEPENDENCY_DOWN, value="drums", retry_s=1)
            left -= 1
            for _ in range(self._turns[index % len(self._turns)]):
                await asyncio.sleep(0)
            # What a bar holds tells what it depends on.
            beside = sum(len(track.bars) for track in order.context)
            note = Note(pitch=order.intent.role, start_step=beside, duration_steps=1, velocity=1 + index % 100)
            yield BarReady(bar=Bar(index=index, meter=METER, notes=[note]))

    async def refine(self, change: Change) -> Refinement:
        raise NotImplementedError


def plan_of(*roles: Role.ValueType, bars: int = 9, sections: tuple[PlannedSection, ...] = ()) -> Plan:
    intent = Intent(style="house", bars=bars, meter=METER, bpm=120)
    parts = plan_parts([Part(role=role) for role in roles], intent, 7, "en")
    return Plan(
        intent=intent,
        constraints=Constraints(),
        seed=7,
        parts=parts,
        sections=sections or (PlannedSection("", 0, bars),),
        feel=Feel(),
        context=(),
        wanted=tuple(range(bars)),
        locale="en",
    )


async def performed(plan: Plan, drums: Scripted, melody: Scripted, patience_s: float = 1.0) -> list[BarReady | Notice]:
    return [item async for item in Performance(plan, drums, melody, patience_s).bars()]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "_FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr(player, "_LONGEST_PAUSE_S", 0.001)


turns = st.lists(st.integers(0, 5), min_size=1, max_size=5)


@given(turns, turns, st.permutations(BAND), st.integers(1, 20))
@settings(max_examples=60)
def test_bar_k_of_every_part_comes_before_bar_k_plus_1_of_any(
    of_drums: list[int], of_melody: list[int], band: list[Role.ValueType], bars: int
) -> None:
    plan = plan_of(*band, bars=bars)
    items = asyncio.run(performed(plan, Scripted(of_drums), Scripted(of_melody)))
    order = [(item.bar.index, item.track) for item in items if isinstance(item, BarReady)]
    assert order == [(index, part.id) for index in range(bars) for part in plan.sent]


@given(turns, st.lists(st.integers(0, 4), max_size=6), st.integers(1, 12))
@settings(max_examples=60)
def test_a_part_that_fails_and_comes_back_loses_no_bar(of_drums: list[int], failures: list[int], bars: int) -> None:
    plan = plan_of(*BAND, bars=bars)
    items = asyncio.run(performed(plan, Scripted(of_drums, failures), Scripted([0])))
    for part in plan.sent:
        indices = [item.bar.index for item in items if isinstance(item, BarReady) and item.track == part.id]
        assert indices == list(range(bars))
    away = [item for item in items if isinstance(item, Notice)]
    assert {notice.code for notice in away} <= {"PART_AWAY"}
    assert {notice.track for notice in away} <= {"drums"}


async def test_a_part_that_stays_away_is_named_twice_and_the_others_play() -> None:
    plan = plan_of(*BAND, bars=6)
    items = await performed(plan, Scripted([0], gone=True), Scripted([0]), patience_s=0.05)
    notices = [(item.code, item.track, item.bar) for item in items if isinstance(item, Notice)]
    assert notices == [("PART_AWAY", "drums", 0), ("PART_MISSING", "drums", 0)]
    bars = [item.track for item in items if isinstance(item, BarReady)]
    assert {track: bars.count(track) for track in set(bars)} == {"bass": 6, "chords": 6, "melody": 6}


async def test_when_no_part_can_be_made_the_call_fails() -> None:
    with pytest.raises(ApiError, match="drums"):
        await performed(plan_of(ROLE_DRUMS), Scripted([0], gone=True), Scripted([0]), patience_s=0.05)


async def test_a_part_that_is_refused_is_left_out_at_once() -> None:
    class Refusing(Scripted):
        async def compose(self, order: Order) -> AsyncGenerator[BarReady | Notice, None]:
            if order.count:
                raise UpstreamError(Status(code=3, message="no engine is called “tuba”"))
            yield BarReady()

    items = await performed(plan_of(*BAND, bars=3), Refusing([0]), Scripted([0]))
    (notice,) = [item for item in items if isinstance(item, Notice)]
    assert (notice.code, notice.metadata["reason"]) == ("PART_REFUSED", "no engine is called “tuba”")


@pytest.mark.parametrize("busy", ["drums", "melody"])
async def test_an_arrangement_is_refused_as_a_whole_where_an_expert_has_no_time(busy: str) -> None:
    class Busy(Scripted):
        async def compose(self, order: Order) -> AsyncGenerator[BarReady | Notice, None]:
            if not order.playback.due_in_ms:
                raise UpstreamError(status_of([ApiError(BUSY, retry_s=2)], "en", "r-1"))
            async for item in super().compose(order):
                yield item

    experts = {"drums": Scripted([0]), "melody": Scripted([0]), busy: Busy([0])}
    with pytest.raises(UpstreamError) as caught:
        await performed(plan_of(*BAND), experts["drums"], experts["melody"])
    assert caught.value.reason == BUSY.name


async def test_what_is_followed_is_due_sooner_and_no_part_that_follows_is_refused() -> None:
    drums, melody = Scripted([0]), Scripted([0])
    plan = plan_of(*BAND, bars=12)
    plan.playhead.follow(METER, 120, 0)
    await performed(plan, drums, melody)
    due = {(order.intent.role, order.first): order.playback.due_in_ms for order in (*drums.orders, *melody.orders)}
    assert (due[ROLE_DRUMS, 0], due[ROLE_CHORDS, 0], due[ROLE_BASS, 0], due[ROLE_MELODY, 0]) == (0, 0, 1, 1)
    assert due[ROLE_DRUMS, 8] == pytest.approx(due[ROLE_BASS, 8] - 4000, abs=500)


async def test_what_a_part_follows_is_composed_and_not_sent() -> None:
    plan = plan_of(ROLE_BASS, bars=3)
    drums = Scripted([0])
    items = await performed(plan, drums, Scripted([0]))
    assert {item.track for item in items if isinstance(item, BarReady)} == {"bass"}
    assert [(order.first, order.count) for order in drums.orders] == [(0, 1), (1, 1), (2, 1)]
    # One bar of the drums stands beside each bar of an order.
    assert all(item.bar.notes[0].start_step == 1 for item in items if isinstance(item, BarReady))


async def test_roles_rest_in_sections_that_say_so_and_orders_stay_inside_sections() -> None:
    sections = (PlannedSection("intro", 0, 3, rests=frozenset({ROLE_MELODY})), PlannedSection("verse", 3, 5))
    melody = Scripted([0])
    plan = plan_of(*BAND, bars=8, sections=sections)
    items = await performed(plan, Scripted([0]), melody)
    lead = [bool(item.bar.notes) for item in items if isinstance(item, BarReady) and item.track == "melody"]
    assert lead == [False] * 3 + [True] * 5
    for order in melody.orders:
        assert plan.section_at(order.first) == plan.section_at(order.first + order.count - 1)


async def test_given_bars_are_not_sent_and_stand_before_what_follows() -> None:
    plan = plan_of(ROLE_CHORDS, bars=4)
    (part,) = plan.sent
    given_bars = {index: Bar(index=index, meter=METER) for index in (0, 2)}
    plan = replace(plan, parts=(replace(part, given=given_bars),))
    melody = Scripted([0])
    items = await performed(plan, Scripted([0]), melody)
    assert [item.bar.index for item in items if isinstance(item, BarReady)] == [1, 3]
    assert [[bar.index for bar in order.given] for order in melody.orders] == [[0, 2], [0, 1, 2]]


async def test_a_listener_who_leaves_stops_everything() -> None:
    before = len(asyncio.all_tasks())
    stream = Performance(plan_of(*BAND, bars=100), Scripted([3]), Scripted([3]), 1.0).bars()
    await anext(stream)
    await stream.aclose()
    assert len(asyncio.all_tasks()) == before
