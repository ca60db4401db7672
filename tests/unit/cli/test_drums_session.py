"""A groove from the request to the file, refined on the way, with experts that are told what to answer."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from boumbapp.drums.v2 import drums_service_pb2 as pb
from boumbapp.music.v2.events_pb2 import BarReady, Completed, ComposingEvent, Started
from boumbapp.music.v2.feel_pb2 import HitFeel
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, DrumHit, DrumPiece, Meter
from grpc.aio import AioRpcError, Metadata

from cli.drums_session import DrumsSession, session_of
from cli.gateway_client import GatewayClient
from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from cli.options import ComposeOptions, DrumsOptions
from cli.render.view import Saved
from cli.session import Session
from tests.unit.cli.test_session import Experts, Notebook

METER = Meter(beats=4, beat_unit=4)


def groove(index: int, piece: DrumPiece.ValueType) -> BarReady:
    bar = Bar(index=index, meter=METER, hits=[DrumHit(piece=piece, velocity=90)])
    return BarReady(bar=bar, feels=[HitFeel(human_velocity=piece)])


def happened(**event: Any) -> pb.ComposeResponse:
    return pb.ComposeResponse(event=ComposingEvent(**event))


STARTED = pb.ComposeResponse(
    event=ComposingEvent(
        started=Started(seed=7, intent=Intent(role=ROLE_DRUMS, style="trap", bpm=140, bars=2, meter=METER))
    )
)
COMPOSED = [happened(bar=groove(index, DrumPiece.DRUM_PIECE_KICK)) for index in range(2)]
COMPLETED = happened(completed=Completed(bars=2))


class Drummers(Experts):
    """Refines every groove into claps, ten beats a minute faster each time; or fails."""

    def __init__(self, *events: object) -> None:
        super().__init__(*events)  # type: ignore[arg-type]  # the other expert's events
        self.asked: list[pb.RefineRequest] = []
        self.refusal: AioRpcError | None = None

    async def refine(self, request: pb.RefineRequest) -> AsyncGenerator[pb.RefineResponse, None]:
        self.asked.append(request)
        yield pb.RefineResponse(event=ComposingEvent(started=Started(edits=["x"], bpm=request.bpm + 10)))
        for index in range(len(request.bars)):
            if self.refusal and index:
                raise self.refusal
            yield pb.RefineResponse(event=ComposingEvent(bar=groove(index, DrumPiece.DRUM_PIECE_CLAP)))
        yield pb.RefineResponse(event=ComposingEvent(completed=Completed(bars=len(request.bars))))


def session(drummers: Drummers, out: Path, *refine: str) -> tuple[DrumsSession, Notebook]:
    view = Notebook()
    args = DrumsOptions(prompt="trap", out=out, refine=list(refine), locale="fr")
    return DrumsSession(cast(GatewayClient, drummers), args, view, languages.of("fr")), view


async def test_refinements_follow_each_other_and_the_last_groove_is_saved(tmp_path: Path) -> None:
    drummers = Drummers(STARTED, *COMPOSED, COMPLETED)
    run, view = session(drummers, tmp_path / "x.mid", "des claps", "encore")
    assert await run.run() is ExitCode.OK
    first, second = drummers.asked
    assert (first.instruction, first.bpm, first.style, first.seed, first.locale) == ("des claps", 140, "trap", 7, "fr")
    assert [bar.hits[0].piece for bar in first.bars] == [DrumPiece.DRUM_PIECE_KICK] * 2
    assert [feels.feels[0].human_velocity for feels in first.feels] == [DrumPiece.DRUM_PIECE_KICK] * 2
    assert (second.instruction, second.bpm) == ("encore", 150)
    assert [feels.feels[0].human_velocity for feels in second.feels] == [DrumPiece.DRUM_PIECE_CLAP] * 2
    (saved,) = drummers.exported
    assert [bar.hits[0].piece for bar in saved.tracks[0].bars] == [DrumPiece.DRUM_PIECE_CLAP] * 2
    assert (saved.bpm, saved.tracks[0].role) == (160, ROLE_DRUMS)
    kinds = [type(shown).__name__ for shown in view.shown]
    assert kinds == ["ComposingEvent"] * 12 + ["list", "Saved"]


async def test_a_refinement_that_fails_leaves_the_groove_before_it(tmp_path: Path) -> None:
    drummers = Drummers(STARTED, *COMPOSED, COMPLETED)
    drummers.refusal = AioRpcError(grpc.StatusCode.INVALID_ARGUMENT, Metadata(), Metadata(), "no")
    out = tmp_path / "x.mid"
    run, view = session(drummers, out, "n'importe quoi")
    with pytest.raises(UserError):
        await run.run()
    assert view.shown[-1] == Saved(path=out, size=4)
    (saved,) = drummers.exported
    assert [bar.hits[0].piece for bar in saved.tracks[0].bars] == [DrumPiece.DRUM_PIECE_KICK] * 2
    assert saved.bpm == 140


def test_each_command_gets_its_own_kind_of_session() -> None:
    studio, view, words = cast(GatewayClient, Drummers()), Notebook(), languages.of("en")
    assert type(session_of(studio, DrumsOptions(prompt="x"), view, words)) is DrumsSession
    assert type(session_of(studio, ComposeOptions(prompt="x"), view, words)) is Session


def test_a_command_needs_the_service_that_composes_what_that_depends_on_and_what_its_engine_needs() -> None:
    assert DrumsOptions(prompt="x").services == ("theory", "drums")
    assert ComposeOptions(prompt="x").services == ("theory", "melody")
    assert ComposeOptions(prompt="x", engine="hybrid").services == ("theory", "melody", "magenta")
    assert ComposeOptions(prompt="x", engine="unheard of").services == ("theory", "melody")
