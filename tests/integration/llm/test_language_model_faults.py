"""A language model behind a server that fails: each failure has its name, and comes in time."""

import asyncio
import time

import pytest

from llm.ask import Ask
from llm.faults import Fault, LanguageModelError
from llm.model import LanguageModel
from llm.settings import LanguageModelSettings
from tests.fault_server import MODEL, FaultServer, fault_server

SCHEMA = {"type": "string", "pattern": "^[1-7]:[1-8]( [1-7]:[1-8])*$"}
NOTES = Ask(prompt="A bar.", schema=SCHEMA, most_tokens=40, first_s=0.4, total_s=0.8)


def settings(server: FaultServer, **changes: object) -> LanguageModelSettings:
    values = {"address": server.address, "model": MODEL, "watch_s": 0.1, **changes}
    return LanguageModelSettings(**values)  # type: ignore[arg-type]


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  what is waited for has no event
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ("slow", Fault.SLOW),
        ("stalled", Fault.SLOW),
        ("503", Fault.BUSY),
        ("404", Fault.ABSENT),
        ("half line", Fault.BROKEN),
        ("error line", Fault.BROKEN),
        ("dead", Fault.BROKEN),
        ("flood", Fault.RUNAWAY),
        ("no end", Fault.TRUNCATED),
    ],
)
async def test_every_failure_of_a_server_has_a_name_and_comes_in_time(how: str, fault: Fault) -> None:
    async with fault_server() as server, LanguageModel(settings(server)) as model:
        capability = await model.probe()
        assert (capability.keeps_schemas, capability.server) == (True, "9.9.9")
        server.how, server.text = how, '"1:4 3:4 5:8 1:4' if how == "no end" else '"1:4 3:4 5:8"'
        began = time.monotonic()
        with pytest.raises(LanguageModelError) as raised:
            await model.generate(NOTES)
        assert raised.value.fault is fault
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('"1:4 9:4"', Fault.INVALID),
        ("Sure! Here is a bar.", Fault.INVALID),
        ("   ", Fault.EMPTY),
        ("", Fault.EMPTY),
        ('{"a": 1}', Fault.INVALID),
    ],
)
async def test_answers_that_are_not_what_was_asked_for(text: str, fault: Fault) -> None:
    async with fault_server() as server, LanguageModel(settings(server)) as model:
        await model.probe()
        server.text = text
        with pytest.raises(LanguageModelError) as raised:
            await model.generate(NOTES)
        assert raised.value.fault is fault
        assert model.available  # the server did nothing wrong


async def test_an_answer_ends_where_its_json_does_and_the_server_is_let_go() -> None:
    async with fault_server() as server, LanguageModel(settings(server)) as model:
        await model.probe()
        server.text = '"1:4 3:4"' + "   more and more" * 50
        server.delay_s = 0.005
        answer = await model.generate(NOTES)
        assert (answer.text, answer.data) == ('"1:4 3:4"', "1:4 3:4")
        await until(lambda: server.in_flight == 0)
        assert server.aborted == 1


async def test_the_same_again_and_again_is_no_answer() -> None:
    async with fault_server() as server, LanguageModel(settings(server)) as model:
        await model.probe()
        server.text = "and so on " * 40
        with pytest.raises(LanguageModelError) as raised:
            await model.generate(Ask(prompt="Why?"))
        assert raised.value.fault is Fault.REPEATED


async def test_prompts_are_never_cut_without_a_word() -> None:
    async with fault_server() as server, LanguageModel(settings(server, context=512)) as model:
        await model.probe()
        asked = len(server.asked)
        with pytest.raises(LanguageModelError) as long:
            await model.generate(Ask(prompt="word " * 600))
        assert (long.value.fault, len(server.asked)) == (Fault.PROMPT_TOO_LONG, asked)
        server.text, server.prompt_tokens = "an answer", 12
        with pytest.raises(LanguageModelError) as cut:
            await model.generate(Ask(prompt="several words of a prompt " * 20, most_tokens=20))
        assert cut.value.fault is Fault.PROMPT_CUT


async def test_every_question_says_that_no_thinking_is_wanted_and_has_the_same_runner_options() -> None:
    async with fault_server() as server, LanguageModel(settings(server, threads=2)) as model:
        await model.probe()
        await model.generate(NOTES)
        server.text = "text"
        await model.generate(Ask(prompt="Why?"))
    assert {body["think"] for body in server.asked} == {False}
    assert {(body["options"]["num_ctx"], body["options"]["num_thread"]) for body in server.asked} == {(2048, 2)}


@pytest.mark.parametrize("slots", [1, 3])
async def test_no_more_are_in_flight_than_the_server_has_slots(slots: int) -> None:
    async with (
        fault_server() as server,
        LanguageModel(settings(server, slots=slots)) as one,
        LanguageModel(settings(server, slots=slots)) as other,
    ):
        await one.probe()
        await other.probe()
        server.delay_s = 0.01
        patient = Ask(prompt="A bar.", schema=SCHEMA)
        await asyncio.gather(*(model.generate(patient) for model in (one, other) for _ in range(4)))
        assert server.most_in_flight == slots
        server.how = "stalled"
        waiting = [asyncio.create_task(one.generate(patient)) for _ in range(slots)]
        await until(lambda: server.in_flight == slots)
        with pytest.raises(LanguageModelError) as raised:
            await other.generate(NOTES)
        assert raised.value.fault is Fault.BUSY
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_model_that_fails_again_and_again_is_left_alone_until_it_is_well() -> None:
    async with fault_server() as server, LanguageModel(settings(server, watch_s=60)) as model:
        await model.probe()
        server.how = "error line"
        for _ in range(3):
            assert model.available
            with pytest.raises(LanguageModelError):
                await model.generate(NOTES)
        assert not model.available
        await until(lambda: model.available)  # the probe goes well, without waiting for the next look


async def test_a_server_that_goes_and_comes_back_is_noticed_without_a_restart() -> None:
    async with fault_server() as server:
        port = int(server.address.rpartition(":")[2])
        model = LanguageModel(settings(server))
        model.watch()
        await until(lambda: model.available)
    try:
        with pytest.raises(LanguageModelError):
            await model.generate(NOTES)
        assert not model.available
        async with fault_server(port):
            await until(lambda: model.available)
    finally:
        await model.aclose()
    assert not model.available


async def test_no_server_and_no_wish_for_one() -> None:
    async with LanguageModel(LanguageModelSettings(address="127.0.0.1:9")) as model:
        with pytest.raises(LanguageModelError) as raised:
            await model.probe()
        assert (raised.value.fault, model.available) == (Fault.ABSENT, False)
    async with LanguageModel(LanguageModelSettings(address="off")) as off:
        with pytest.raises(LanguageModelError):
            await off.generate(NOTES)


@pytest.mark.parametrize(("name", "words"), [("other:3b", "models pull other:3b"), ("big:cloud", "on this machine")])
async def test_a_model_that_is_not_here_is_not_asked(name: str, words: str) -> None:
    async with fault_server() as server, LanguageModel(settings(server, model=name)) as model:
        with pytest.raises(LanguageModelError, match=words) as raised:
            await model.probe()
        assert (raised.value.fault, server.asked) == (Fault.ABSENT, [])
