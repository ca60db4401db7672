"""A composition from the request to the file, with experts that are told what to answer."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest, ComposeResponse
from boumbapp.music.v2.events_pb2 import BarReady, Completed, ComposingEvent, Notice, Started
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import Bar, Key, Meter, Note, Role
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest, CatalogueKind, ExportRequest
from grpc.aio import AioRpcError, Metadata

from cli.gateway_client import GatewayClient
from cli.messages import texts as languages
from cli.messages.events import Event
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from cli.options import ComposeOptions
from cli.render.view import Names, Saved, View
from cli.session import Session
from launcher.supervisor import Change
from music.midi import read_midi

METER = Meter(beats=4, beat_unit=4)


def happened(**event: Any) -> ComposeResponse:
    return ComposeResponse(event=ComposingEvent(**event))


def bar(index: int) -> ComposeResponse:
    notes = [Note(pitch=43, duration_steps=4, velocity=90, name="G2")]
    return happened(bar=BarReady(bar=Bar(index=index, meter=METER, notes=notes)))


STARTED = happened(
    started=Started(
        seed=7,
        intent=Intent(
            key=Key(tonic="G", scale="minor"), role=Role.ROLE_BASS, bpm=104, bars=2, meter=METER, locale="fr"
        ),
    )
)
COMPLETED = happened(completed=Completed(bars=2, notes=2))


class Experts:
    """Answers with events, or an exception in their place, or waits where there is None."""

    def __init__(self, *events: ComposeResponse | Exception | None) -> None:
        self.events = events
        self.waiting = asyncio.Event()
        self.calls = 0
        self.closed = False
        self.exported: list[ExportRequest] = []
        self.broken: AioRpcError | None = None

    async def compose(self, request: ComposeRequest) -> AsyncGenerator[ComposeResponse, None]:
        self.calls += 1
        try:
            for event in self.events:
                if event is None:
                    self.waiting.set()
                    await asyncio.sleep(3600)
                elif isinstance(event, Exception):
                    raise event
                else:
                    yield event
        finally:
            self.closed = True

    async def export(self, request: ExportRequest) -> bytes:
        if self.broken:
            raise self.broken
        self.exported.append(request)
        return b"MThd"

    async def suggestions(self, request: AnalyseRequest) -> list[str]:
        if self.broken:
            raise self.broken
        return [f"after {request.prompt}"]

    async def labels(self, kind: CatalogueKind.ValueType, locale: str) -> dict[str, str]:
        if self.broken:
            raise self.broken
        return {"minor": f"mineur ({locale})"} if kind == CatalogueKind.CATALOGUE_KIND_SCALE else {}


class Notebook:
    """A view that writes down what it is shown."""

    def __init__(self, *, for_people: bool = True) -> None:
        self.for_people = for_people
        self.shown: list[object] = []
        self.names = Names()

    def starting(self, change: Change) -> None:
        self.shown.append(change)

    def event(self, event: Event, names: Names) -> None:
        self.shown.append(event.message)
        self.names = names

    def saved(self, saved: Saved) -> None:
        self.shown.append(saved)

    def playing(self) -> None:
        self.shown.append("playing")

    def interrupted(self, bars: int, wanted: int) -> None:
        self.shown.append(("interrupted", bars, wanted))

    def stopped(self, bars: int, wanted: int, path: Path) -> None:
        self.shown.append(("stopped", bars, wanted, path))

    def done(self, suggestions: list[str]) -> None:
        self.shown.append(suggestions)

    def problem(self, problem: UserError) -> None:
        self.shown.append(problem)

    def close(self) -> None:
        pass


def session(experts: Experts, view: View, out: Path, prompt: str = "une basse") -> Session:
    return Session(cast(GatewayClient, experts), ComposeOptions(prompt=prompt, out=out), view, languages.of("fr"))


def unavailable() -> AioRpcError:
    return AioRpcError(grpc.StatusCode.UNAVAILABLE, Metadata(), Metadata(), "gone")


async def test_all_that_comes_is_shown_in_order_and_the_bars_are_saved_as_they_were_understood(tmp_path: Path) -> None:
    notice = happened(notice=Notice(code="X", message="x"))
    experts = Experts(STARTED, bar(0), notice, bar(1), COMPLETED)
    view, out = Notebook(), tmp_path / "x.mid"
    assert await session(experts, view, out).run() is ExitCode.OK
    assert view.shown == [
        *(shown.event for shown in (STARTED, bar(0), notice, bar(1), COMPLETED)),
        ["after une basse"],
        Saved(path=out, size=4),
    ]
    assert view.names.scales == {"minor": "mineur (fr)"}
    assert out.read_bytes() == b"MThd"
    (exported,) = experts.exported
    assert [b.index for b in exported.tracks[0].bars] == [0, 1]
    assert (exported.bpm, exported.key.tonic, exported.tracks[0].role, exported.title) == (
        104,
        "G",
        Role.ROLE_BASS,
        "une basse",
    )


async def test_programs_get_neither_names_nor_suggestions(tmp_path: Path) -> None:
    view = Notebook(for_people=False)
    await session(Experts(STARTED, bar(0), COMPLETED), view, tmp_path / "x.mid").run()
    assert view.names == Names()
    assert [] in view.shown


async def test_cancelled_it_stops_the_experts_and_keeps_the_bars_that_came(tmp_path: Path) -> None:
    experts, view, out = Experts(STARTED, bar(0), None, bar(1)), Notebook(), tmp_path / "x.mid"
    running = asyncio.create_task(session(experts, view, out).run())
    await experts.waiting.wait()
    running.cancel()
    assert await running is ExitCode.INTERRUPTED
    assert experts.closed
    assert view.shown[-2:] == [("interrupted", 1, 2), Saved(path=out, size=4)]
    assert len(experts.exported[0].tracks[0].bars) == 1


async def test_cancelled_before_the_first_bar_it_saves_nothing(tmp_path: Path) -> None:
    experts, view, out = Experts(STARTED, None), Notebook(), tmp_path / "x.mid"
    running = asyncio.create_task(session(experts, view, out).run())
    await experts.waiting.wait()
    running.cancel()
    assert await running is ExitCode.INTERRUPTED
    assert not out.exists()


async def test_a_stream_that_breaks_off_leaves_its_bars_and_tells(tmp_path: Path) -> None:
    experts, view, out = Experts(STARTED, bar(0), unavailable()), Notebook(), tmp_path / "x.mid"
    with pytest.raises(UserError) as failure:
        await session(experts, view, out).run()
    assert failure.value.exit is ExitCode.UNAVAILABLE
    assert view.shown[-1] == Saved(path=out, size=4)


async def test_theory_gone_altogether_is_the_one_problem_told_and_the_bars_are_kept(tmp_path: Path) -> None:
    experts, view, out = Experts(STARTED, bar(0), unavailable()), Notebook(), tmp_path / "x.mid"
    experts.broken = unavailable()
    with pytest.raises(UserError) as failure:
        await session(experts, view, out).run()
    assert failure.value.message == "Le studio ne répond pas."
    assert [bar.index for bar in read_midi(out.read_bytes()).tracks[0].bars] == [0]


async def test_experts_that_are_away_for_a_moment_are_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.session._PAUSE_S", 0.001)
    experts, view = Experts(unavailable()), Notebook()
    running = asyncio.create_task(session(experts, view, tmp_path / "x.mid").run())
    await asyncio.sleep(0.05)
    experts.events = (STARTED, bar(0), COMPLETED)
    assert await running is ExitCode.OK
    assert view.shown[:2] == [STARTED.event, bar(0).event]


async def test_experts_that_stay_away_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.session._PAUSE_S", 0.001)
    monkeypatch.setattr("cli.session._PATIENCE_S", 0.01)
    with pytest.raises(UserError, match="ne répond pas"):
        await session(Experts(unavailable()), Notebook(), tmp_path / "x.mid").run()


async def test_a_refusal_is_not_tried_twice(tmp_path: Path) -> None:
    refused = AioRpcError(grpc.StatusCode.INVALID_ARGUMENT, Metadata(), Metadata(), "no")
    experts = Experts(refused)
    with pytest.raises(UserError):
        await session(experts, Notebook(), tmp_path / "x.mid").run()
    assert experts.calls == 1


async def test_without_names_and_suggestions_the_music_comes_all_the_same(tmp_path: Path) -> None:
    experts, view = Experts(STARTED, bar(0), COMPLETED), Notebook()
    experts.broken = unavailable()
    with pytest.raises(UserError):  # theory cannot make the file then; all bars are shown and kept
        await session(experts, view, tmp_path / "x.mid").run()
    assert view.shown[:-1] == [STARTED.event, bar(0).event, COMPLETED.event, []]


async def test_a_file_that_was_there_is_replaced_when_named_and_left_alone_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old = tmp_path / "une-basse.mid"
    old.write_bytes(b"old")
    view = Notebook()
    await Session(
        cast(GatewayClient, Experts(STARTED, bar(0), COMPLETED)),
        ComposeOptions(prompt="Une basse"),
        view,
        languages.of("fr"),
    ).run()
    assert view.shown[-1] == Saved(path=tmp_path / "une-basse-2.mid", size=4, wanted=old)
    assert old.read_bytes() == b"old"
    await session(Experts(STARTED, bar(0), COMPLETED), view, old).run()
    assert view.shown[-1] == Saved(path=old, size=4, replaced=True)
    assert old.read_bytes() == b"MThd"


async def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="c'est un dossier") as failure:
        await session(Experts(STARTED, bar(0), COMPLETED), Notebook(), tmp_path).run()
    assert failure.value.exit is ExitCode.BAD_INPUT


async def test_an_option_that_no_request_can_carry_is_refused_before_any_call(tmp_path: Path) -> None:
    experts = Experts()
    args = ComposeOptions(prompt="x", bars=-1, out=tmp_path / "x.mid")
    with pytest.raises(UserError, match="--bars"):
        await Session(cast(GatewayClient, experts), args, Notebook(), languages.of("en")).run()
    assert experts.calls == 0
