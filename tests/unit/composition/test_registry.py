"""Engines are chosen by name and by whether they can compose at that moment."""

from typing import Any

import pytest
from google.rpc import error_details_pb2

from services.chassis.errors.catalogue import ApiError
from services.chassis.errors.status import status_of
from services.composition.bar_deadline import BarDeadline
from services.composition.circuit_breaker import CircuitBreaker
from services.composition.errors import ENGINE_UNAVAILABLE
from services.composition.fallback import FallbackEngine
from services.composition.registry import EngineRegistry
from services.composition.throttled_engine import ThrottledEngine
from services.melody.engines.melody_engine import bar_of
from tests.unit.composition.engines import LanguageModelEngine


def engine(name: str) -> LanguageModelEngine:
    return LanguageModelEngine(name=name)


@pytest.mark.parametrize("pace", [False, True])
def test_availability_is_asked_each_time(pace: bool) -> None:
    first, second = engine("first"), engine("second")
    all_of_them: list[Any] = [ThrottledEngine(e, 0.0) if pace else e for e in (first, second)]
    engines = EngineRegistry(all_of_them)
    for available in ((True, True), (False, True), (True, False), (True, True)):
        first.available, second.available = available
        assert [info.available for info in engines.infos()] == list(available)
        for name in ("", "auto"):
            assert engines.choose(name).info.name == ("first" if available[0] else "second")


@pytest.mark.parametrize("name", ["first", "", "auto"])
def test_an_engine_that_is_away_is_called_an_engine_in_both_languages(name: str) -> None:
    first = engine("first")
    engines = EngineRegistry([first])
    first.available = False
    with pytest.raises(ApiError) as caught:
        engines.choose(name)
    assert caught.value.code is ENGINE_UNAVAILABLE
    assert caught.value.status == "UNAVAILABLE"
    assert f"engine “{name or 'auto'}” cannot compose now" in caught.value.text("en")
    assert f"moteur « {name or 'auto'} » ne peut pas composer" in caught.value.text("fr")
    assert "expert" not in caught.value.text("en") + caught.value.text("fr")
    assert any(d.Is(error_details_pb2.RetryInfo.DESCRIPTOR) for d in status_of([caught.value], "en", "r").details)


def test_one_that_another_stands_in_for_is_chosen_by_name_and_by_nobody_else() -> None:
    llm, specialist = engine("llm"), engine("specialist")
    both = FallbackEngine(llm, specialist, BarDeadline(), CircuitBreaker(), bar_of=bar_of)
    everyone: list[Any] = [both, specialist]
    engines = EngineRegistry(everyone)
    llm.available = False
    assert engines.choose("llm") is both
    assert engines.choose("") is specialist
    specialist.available = False
    with pytest.raises(ApiError):
        engines.choose("llm")


async def test_who_cannot_be_asked_does_not_keep_the_others_from_telling(caplog: pytest.LogCaptureFixture) -> None:
    class Elsewhere(LanguageModelEngine):
        async def refresh(self) -> None:
            raise ConnectionError("nobody there")

    class Back(LanguageModelEngine):
        async def refresh(self) -> None:
            self.available = True

    both: list[Any] = [Elsewhere(name="elsewhere", available=False), Back(name="back", available=False)]
    engines = EngineRegistry(both)
    assert [info.available for info in await engines.asked_infos()] == [False, True]
    assert "nobody there" in caplog.text
