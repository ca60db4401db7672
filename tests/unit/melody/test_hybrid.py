"""The hybrid engine against a Magenta that answers, changes its mind, hangs and dies."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace

import pytest
from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    ROLE_BASS,
    ROLE_MELODY,
    SWING_UNIT_EIGHTH,
    Bar,
    Key,
    Meter,
    Note,
    Swing,
)

from services.chassis.errors.catalogue import DEPENDENCY_DOWN, ApiError
from services.composition.bar_deadline import BarDeadline
from services.composition.brief import CompositionBrief
from services.composition.circuit_breaker import CircuitBreaker
from services.composition.engine import EngineSwitch
from services.composition.fallback import FallbackEngine
from services.composition.in_process_engine import InProcessEngine
from services.composition.registry import EngineRegistry
from services.melody.engines.hybrid import HybridEngine
from services.melody.engines.melody_engine import MelodyEngine, MelodyEngineRegistry, bar_of
from tests.unit.composition.engines import LanguageModelEngine

METER = Meter(beats=4, beat_unit=4)
LOW, HIGH = 60, 72  # what the specialist and Magenta play here


def bar(index: int, *pitches: int) -> Bar:
    notes = [Note(pitch=p, start_step=4 * i, duration_steps=4, velocity=100) for i, p in enumerate(pitches)]
    return Bar(index=index, meter=METER, notes=notes)


def brief(bars: int = 4, role: int = ROLE_MELODY, given: Sequence[Bar] = (), locale: str = "en") -> CompositionBrief:
    plan = BarPlan(key=Key(tonic="C", scale="major"), pitch_classes=0b1010_1011_0101)
    constraints = Constraints(
        meter=METER,
        lowest_pitch=48,
        highest_pitch=84,
        max_polyphony=1,
        plans=[plan],
        role=role,  # type: ignore[arg-type]
    )
    intent = Intent(bpm=200, locale=locale)
    return CompositionBrief(constraints=constraints, intent=intent, bars=bars, seed=5, given_bars=tuple(given))


class Magenta:
    """Makes bars of HIGH; at bar `fails_at` it does what `how` says."""

    def __init__(self, fails_at: int = 1000, how: str = "dies") -> None:
        self.fails_at = fails_at
        self.how = how
        self.primers: list[list[Bar]] = []
        self.open = 0

    async def continue_bars(
        self, played: Sequence[Bar], constraints: Constraints, bars: int, seed: int
    ) -> AsyncGenerator[Bar, None]:
        self.primers.append(list(played))
        self.open += 1
        try:
            for index in range(len(played), bars):
                if index >= self.fails_at:
                    match self.how:
                        case "dies":
                            raise ApiError(DEPENDENCY_DOWN, value="magenta", retry_s=1)
                        case "hangs":
                            await asyncio.sleep(60)
                        case "ends":
                            return
                yield bar(index, HIGH)
        finally:
            self.open -= 1


class Eighths(Magenta):
    """Makes bars of eighths."""

    async def continue_bars(
        self, played: Sequence[Bar], constraints: Constraints, bars: int, seed: int
    ) -> AsyncGenerator[Bar, None]:
        self.primers.append(list(played))
        for index in range(len(played), bars):
            notes = [Note(pitch=HIGH, start_step=step, duration_steps=2, velocity=100) for step in range(0, 16, 2)]
            yield Bar(index=index, meter=METER, notes=notes)


@pytest.fixture
def specialist() -> Iterator[MelodyEngine]:
    info = EngineInfo(name="specialist", available=True, model="one note")

    def start(asked: CompositionBrief) -> Callable[[Sequence[Bar]], Bar]:
        return lambda played: bar(len(played), LOW)

    def bar_of(made: Bar) -> Bar:
        return made

    with ThreadPoolExecutor(1) as executor:
        engine: InProcessEngine[CompositionBrief, Bar] = InProcessEngine(info, start, bar_of, executor)
        yield engine


async def made(engine: HybridEngine, asked: CompositionBrief) -> list[Bar | EngineSwitch]:
    return [item async for item in engine.compose(asked)]


def pitches(items: Sequence[Bar | EngineSwitch]) -> list[int]:
    return [item.notes[0].pitch for item in items if isinstance(item, Bar)]


async def test_the_specialist_begins_and_magenta_goes_on(specialist: MelodyEngine) -> None:
    magenta = Magenta()
    items = await made(HybridEngine(specialist, magenta), brief())
    assert pitches(items) == [LOW, HIGH, HIGH, HIGH]
    assert [(item.engine, item.notice) for item in items if isinstance(item, EngineSwitch)] == [
        ("specialist", None),
        ("magenta", None),
    ]
    assert [len(primer) for primer in magenta.primers] == [1]  # one stream for the whole piece
    assert magenta.open == 0


async def test_given_bars_are_the_primer(specialist: MelodyEngine) -> None:
    magenta = Magenta()
    given = [bar(0), bar(1, 64, 65)]
    items = await made(HybridEngine(specialist, magenta), brief(given=given))
    assert pitches(items) == [HIGH, HIGH]
    assert magenta.primers == [given]


async def test_gaps_are_filled_by_the_specialist_which_says_so(specialist: MelodyEngine) -> None:
    magenta = Magenta()
    items = await made(HybridEngine(specialist, magenta), brief(given=[bar(0, 64), bar(2, 65)]))
    assert [item.index for item in items if isinstance(item, Bar)] == [1, 3]
    assert pitches(items) == [LOW, LOW]
    assert magenta.primers == []
    told = [item.notice.code for item in items if isinstance(item, EngineSwitch) and item.notice]
    assert told == ["CONTINUES_ONLY"]


async def test_silence_is_not_continued(specialist: MelodyEngine) -> None:
    items = await made(HybridEngine(specialist, Magenta()), brief(given=[bar(0), bar(1)]))
    assert pitches(items) == [LOW, HIGH]


@pytest.mark.parametrize("how", ["dies", "hangs", "ends"])
@pytest.mark.parametrize("fails_at", [1, 2, 3])
async def test_when_magenta_fails_the_specialist_finishes_in_time_and_says_so(
    specialist: MelodyEngine, how: str, fails_at: int
) -> None:
    magenta = Magenta(fails_at, how)
    began = time.monotonic()
    items = await made(HybridEngine(specialist, magenta), brief())
    assert time.monotonic() - began < 4 * 16 * 15 / 200  # the length of the piece
    assert pitches(items) == [LOW, *[HIGH] * (fails_at - 1), *[LOW] * (4 - fails_at)]
    [notice] = [item.notice for item in items if isinstance(item, EngineSwitch) and item.notice]
    assert notice.code == "ENGINE_FALLBACK"
    assert f"bar {fails_at + 1}." in notice.message
    assert magenta.open == 0


async def test_a_bar_that_is_changed_is_what_magenta_goes_on_from(specialist: MelodyEngine) -> None:
    magenta = Magenta()
    changed = bar(1, 67)
    async with aclosing(HybridEngine(specialist, magenta).compose(brief())) as composing:
        sent: Bar | None = None
        heard = []
        for _ in range(6):
            item = await composing.asend(sent)
            sent = changed if isinstance(item, Bar) and item.index == 1 else None
            heard.append(item)
    assert pitches(heard) == [LOW, HIGH, HIGH, HIGH]
    assert [[note.pitch for b in primer for note in b.notes] for primer in magenta.primers] == [[LOW], [LOW, 67]]


async def test_bars_of_magenta_are_humanised_like_all_melodies(specialist: MelodyEngine) -> None:
    swung = brief(given=[bar(0, 60)], bars=3)
    swung.constraints.swing.amount = 0.3
    machine = replace(swung, intent=Intent(bpm=200, style="techno"))
    by_hand, by_machine, again = [
        [note for item in await made(HybridEngine(specialist, Magenta()), asked) for note in notes_of(item)]
        for asked in (swung, machine, swung)
    ]
    assert by_hand == again
    assert all(note.velocity != 100 for note in by_hand)
    assert any(note.offset_ticks for note in by_hand)
    assert all(note.offset_ticks == 0 for note in by_machine)  # on even steps, which do not swing


async def test_magenta_hears_the_straight_grid_and_everybody_else_the_swing(specialist: MelodyEngine) -> None:
    given = Note(pitch=60, start_step=3, duration_steps=1, velocity=90, offset_ticks=-40)  # an "and"
    swung = brief(bars=6, given=[Bar(index=0, meter=METER, notes=[given])])
    swung.constraints.swing.CopyFrom(Swing(amount=1 / 3, unit=SWING_UNIT_EIGHTH))
    magenta = Eighths()
    bars = [item for item in await made(HybridEngine(specialist, magenta), swung) if isinstance(item, Bar)]
    [primer] = magenta.primers  # asked once: a bar that swings is not a bar that was changed
    assert [note.start_step for played in primer for note in played.notes] == [2]
    late = [(note.start_step + note.offset_ticks / 120) % 4 for played in bars for note in played.notes]
    assert sum(abs(place - 8 / 3) < 0.06 for place in late) == 4 * len(bars)


def notes_of(item: Bar | EngineSwitch) -> Sequence[Note]:
    return item.notes if isinstance(item, Bar) else ()


async def test_who_stops_listening_ends_the_stream(specialist: MelodyEngine) -> None:
    magenta = Magenta()
    async with aclosing(HybridEngine(specialist, magenta).compose(brief())) as composing:
        while not magenta.open:
            await anext(composing)
    assert magenta.open == 0


async def test_other_parts_are_the_specialists(specialist: MelodyEngine) -> None:
    magenta = Magenta()
    items = await made(HybridEngine(specialist, magenta), brief(role=ROLE_BASS, locale="fr"))
    assert pitches(items) == [LOW] * 4
    assert isinstance(items[0], EngineSwitch)
    assert items[0].notice is not None
    assert "mélodies" in items[0].notice.message
    assert not magenta.primers


class Health:
    """Of a Magenta that comes and goes."""

    def __init__(self, serving: bool) -> None:
        self.serving = False
        self.truth = serving

    async def refresh(self) -> None:
        self.serving = self.truth


async def test_hybrid_is_available_while_magenta_serves(specialist: MelodyEngine) -> None:
    health = Health(serving=False)
    engine = HybridEngine(specialist, Magenta(), health)
    registry: MelodyEngineRegistry = EngineRegistry([engine])
    for truth in (False, True, False):
        health.truth = truth
        assert [info.available for info in await registry.asked_infos()] == [truth]
    assert registry.choose("hybrid") is engine, "the specialist stands in"


async def test_without_magenta_the_specialist_plays_with_one_notice_and_magenta_is_not_asked(
    specialist: MelodyEngine,
) -> None:
    magenta = Magenta()
    items = await made(HybridEngine(specialist, magenta, Health(serving=False)), brief())
    assert pitches(items) == [LOW] * 4
    assert [item.notice.code for item in items if isinstance(item, EngineSwitch) and item.notice] == ["ENGINE_FALLBACK"]
    assert not magenta.primers


async def test_a_magenta_that_fails_again_and_again_is_not_offered(specialist: MelodyEngine) -> None:
    engine = HybridEngine(specialist, Magenta(1), breaker=CircuitBreaker(2))
    assert engine.info.available
    for _ in range(2):
        await made(engine, brief())
    assert not engine.info.available


@pytest.mark.parametrize("role", [ROLE_MELODY, ROLE_BASS])
async def test_a_specialist_that_hands_over_works_below_it(specialist: MelodyEngine, role: int) -> None:
    model = LanguageModelEngine(lambda index, _: bar(index, HIGH + 1), "fails", 0)
    below = FallbackEngine(model, specialist, BarDeadline(), CircuitBreaker(), bar_of=bar_of)
    items = await made(HybridEngine(below, Magenta()), brief(role=role))
    assert pitches(items) == ([LOW, HIGH, HIGH, HIGH] if role == ROLE_MELODY else [LOW] * 4)
    codes = [item.notice.code for item in items if isinstance(item, EngineSwitch) and item.notice]
    assert codes == (["ENGINE_FALLBACK"] if role == ROLE_MELODY else ["MELODIES_ONLY", "ENGINE_FALLBACK"])
