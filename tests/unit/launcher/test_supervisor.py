"""The supervisor, with processes that are told what to do."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher import supervisor
from launcher.supervisor import Change, Member, StartFailed, State, Supervisor


class Told:
    """A child that ends when told to."""

    def __init__(self, diary: list[str], name: str) -> None:
        self.pid = 1
        self._diary = diary
        self._name = name
        self._status: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def crash(self, status: int = 1) -> None:
        if not self._status.done():
            self._status.set_result(status)

    async def wait(self) -> int:
        return await asyncio.shield(self._status)

    async def stop(self, grace_s: float) -> None:
        self._diary.append(f"stop {self._name}")
        await asyncio.sleep(0)
        self.crash(0)
        self._diary.append(f"stopped {self._name}")

    async def kill(self) -> None:
        self._diary.append(f"kill {self._name}")
        self.crash(-9)


class Theatre:
    """Members whose children are told what to do, and what was heard of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.diary: list[str] = []
        self.children: dict[str, Told] = {}
        self.changes: list[Change] = []
        self.starts: dict[str, int] = {}

    def member(self, name: str, *, front: bool = False, fault: Exception | None = None, answers: bool = True) -> Member:
        async def start() -> Told:
            self.starts[name] = self.starts.get(name, 0) + 1
            self.children[name] = Told(self.diary, name)
            return self.children[name]

        async def ready() -> None:
            if fault is not None:
                raise fault
            if not answers:
                await asyncio.sleep(3600)

        return Member(name=name, start=start, ready=ready, log=self.folder / f"{name}.log", front=front)

    def supervise(self, *members: Member) -> Supervisor:
        return Supervisor(members, grace_s=1.0, report=self.changes.append)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - any condition
                await asyncio.sleep(0.001)

    def states(self, name: str) -> list[State]:
        return [change.state for change in self.changes if change.name == name]


@pytest.fixture
def theatre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Theatre:
    monkeypatch.setattr(supervisor, "_FIRST_PAUSE_S", 0.01)
    return Theatre(tmp_path)


async def test_a_crashed_process_starts_again_and_the_others_do_not_notice(theatre: Theatre) -> None:
    mesh = theatre.supervise(theatre.member("a"), theatre.member("b"))
    await mesh.start()
    theatre.children["a"].crash(-11)
    await theatre.until(lambda: theatre.states("a").count(State.READY) == 2)
    crashed = next(change for change in theatre.changes if change.state is State.CRASHED)
    assert (crashed.name, crashed.reason) == ("a", "ended by signal 11")
    assert theatre.starts == {"a": 2, "b": 1}
    await mesh.stop()
    assert theatre.states("a")[-1] is State.STOPPED


async def test_pauses_grow_while_it_keeps_crashing(theatre: Theatre) -> None:
    mesh = theatre.supervise(theatre.member("a"))
    await mesh.start()
    for count in range(1, 5):
        await theatre.until(lambda count=count: theatre.states("a").count(State.READY) == count)  # type: ignore[misc]
        theatre.children["a"].crash()
    await theatre.until(lambda: theatre.states("a").count(State.CRASHED) == 4)
    pauses = [change.seconds for change in theatre.changes if change.state is State.CRASHED]
    assert pauses == pytest.approx([0.01, 0.02, 0.04, 0.08])
    await mesh.stop()


async def test_what_takes_calls_from_outside_has_stopped_before_the_rest_begins_to(theatre: Theatre) -> None:
    mesh = theatre.supervise(theatre.member("a"), theatre.member("b"), theatre.member("gateway", front=True))
    await mesh.start()
    await mesh.stop()
    assert theatre.diary[:2] == ["stop gateway", "stopped gateway"]
    assert sorted(theatre.diary[2:]) == ["stop a", "stop b", "stopped a", "stopped b"]


async def test_a_first_start_that_fails_is_explained_with_the_log_and_leaves_nothing_running(theatre: Theatre) -> None:
    member = theatre.member("bad", answers=False)
    member.log.write_text("from an earlier run\n")
    mesh = theatre.supervise(theatre.member("good"), member)
    starting = asyncio.create_task(mesh.start())
    await theatre.until(lambda: "bad" in theatre.children)
    with member.log.open("a") as log:
        log.write("no model here\n")
    theatre.children["bad"].crash(3)
    with pytest.raises(StartFailed) as failure:
        await starting
    text = str(failure.value)
    assert "bad could not start: ended with status 3" in text
    assert "no model here" in text
    assert "earlier" not in text
    assert "kill good" in theatre.diary
    assert theatre.starts["bad"] == 1


async def test_one_that_never_answers_is_given_up(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "READY_WITHIN_S", 0.02)
    mesh = theatre.supervise(theatre.member("mute", answers=False))
    with pytest.raises(StartFailed, match="mute could not start: did not answer"):
        await mesh.start()
    assert theatre.diary[0] == "kill mute"


async def test_a_check_that_fails_is_a_start_that_failed(theatre: Theatre) -> None:
    mesh = theatre.supervise(theatre.member("odd", fault=ValueError("no such key")))
    with pytest.raises(StartFailed, match="odd could not start: no such key"):
        await mesh.start()


async def test_interrupted_while_starting_leaves_nothing_running(theatre: Theatre) -> None:
    mesh = theatre.supervise(theatre.member("quick"), theatre.member("slow", answers=False))
    starting = asyncio.create_task(mesh.start())
    await theatre.until(lambda: len(theatre.children) == 2)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert {"kill quick", "kill slow"} <= set(theatre.diary)


async def test_stopping_while_one_waits_to_start_again(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_FIRST_PAUSE_S", 3600.0)
    mesh = theatre.supervise(theatre.member("a"), theatre.member("b"))
    await mesh.start()
    theatre.children["a"].crash()
    await theatre.until(lambda: State.CRASHED in theatre.states("a"))
    await mesh.stop()
    assert theatre.diary == ["stop b", "stopped b"]
