"""What becomes of the bars when their file cannot be made or written, or when the person is in a hurry."""

import asyncio
import errno
import os
import tempfile
from pathlib import Path
from typing import cast

import grpc
import pytest
from boumbapp.music.v2.music_pb2 import DrumPiece
from boumbapp.theory.v2.theory_service_pb2 import ExportRequest
from grpc.aio import AioRpcError, Metadata

from cli.gateway_client import GatewayClient
from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from cli.options import ComposeOptions
from cli.render.view import Saved
from cli.session import Session
from music.midi import read_midi
from tests.unit.cli.test_drums_session import COMPLETED as GROOVE_COMPLETED
from tests.unit.cli.test_drums_session import COMPOSED, Drummers
from tests.unit.cli.test_drums_session import STARTED as GROOVE_STARTED
from tests.unit.cli.test_drums_session import session as drums_session
from tests.unit.cli.test_session import COMPLETED, STARTED, Experts, Notebook, bar, session, unavailable

PIECE = (STARTED, bar(0), bar(1), COMPLETED)


class SlowExperts(Experts):
    """Theory takes for ever to make the file."""

    def __init__(self, *events: object) -> None:
        super().__init__(*events)  # type: ignore[arg-type]  # any of them
        self.exporting = asyncio.Event()

    async def export(self, request: ExportRequest) -> bytes:
        self.exporting.set()
        await asyncio.sleep(3600)
        return await super().export(request)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of somebody's own: "here" is the current one, "home" and "temporary" are named so."""
    for name in ("here", "home", "temporary", "wanted"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def bars_of(path: Path) -> int:
    return len(read_midi(path.read_bytes()).tracks[0].bars)


def fill_up(monkeypatch: pytest.MonkeyPatch, *full: Path, reason: int = errno.ENOSPC) -> None:
    """Let no file grow in some folders."""
    real = os.write

    def write(descriptor: int, data: bytes) -> int:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))  # noqa: PTH115 - it may be no path
        if path.parent in full:
            raise OSError(reason, os.strerror(reason))
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", write)


@pytest.mark.parametrize(
    ("reason", "words"),
    [(errno.ENOSPC, "le disque est plein"), (errno.EDQUOT, "quota"), (errno.EIO, "le disque signale une erreur")],
)
async def test_a_full_disk_costs_neither_the_old_file_nor_the_music(
    folders: Path, monkeypatch: pytest.MonkeyPatch, reason: int, words: str
) -> None:
    out, view = folders / "wanted/keep.mid", Notebook()
    out.write_bytes(b"old")
    fill_up(monkeypatch, out.parent, reason=reason)
    with pytest.raises(UserError, match=words) as failure:
        await session(Experts(*PIECE), view, out).run()
    assert out.read_bytes() == b"old"
    assert files(folders) == ["here/une-basse.mid", "wanted/keep.mid"]
    assert view.shown[-1] == Saved(path=folders / "here/une-basse.mid", size=4)
    assert "intact" in failure.value.message
    assert str(folders / "here/une-basse.mid") in failure.value.advice
    assert (failure.value.code, failure.value.exit) == ("UNWRITABLE", ExitCode.FAILED)


async def test_the_next_folder_that_has_room_gets_it(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folders / "home/une-basse.mid").write_bytes(b"another")
    fill_up(monkeypatch, folders / "here", folders / "wanted")
    with pytest.raises(UserError):
        await session(Experts(*PIECE), Notebook(), folders / "wanted/x.mid").run()
    assert files(folders) == ["home/une-basse-2.mid", "home/une-basse.mid"]
    fill_up(monkeypatch, folders / "here", folders / "home")
    with pytest.raises(UserError):  # no name given: here is what was wanted
        await Session(
            cast(GatewayClient, Experts(*PIECE)), ComposeOptions(prompt="b"), Notebook(), languages.of("en")
        ).run()
    assert (folders / "temporary/b.mid").read_bytes() == b"MThd"


async def test_no_room_anywhere_is_said_with_the_way_to_have_the_same_music(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = Notebook()
    fill_up(monkeypatch, *(folders / name for name in ("here", "home", "temporary", "wanted")))
    with pytest.raises(UserError) as failure:
        await session(Experts(*PIECE), view, folders / "wanted/x.mid").run()
    assert "--seed 7" in failure.value.advice
    assert "intact" not in failure.value.message  # there was none
    assert files(folders) == []
    assert not any(isinstance(shown, Saved) for shown in view.shown)


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("gone/x.mid", ExitCode.BAD_INPUT),
        ("x" * 300 + ".mid", ExitCode.BAD_INPUT),
        (".", ExitCode.BAD_INPUT),
        ("file/x.mid", ExitCode.BAD_INPUT),
    ],
    ids=["missing", "long", "folder", "file"],
)
async def test_a_place_that_turns_out_to_be_none_costs_no_music(folders: Path, name: str, ending: ExitCode) -> None:
    (folders / "wanted/file").touch()
    with pytest.raises(UserError) as failure:
        await session(Experts(*PIECE), Notebook(), folders / "wanted" / name).run()
    assert failure.value.exit is ending
    assert files(folders) == ["here/une-basse.mid", "wanted/file"]


async def test_two_at_once_never_write_over_each_other(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(path: Path) -> Path:
        monkeypatch.undo()
        monkeypatch.chdir(folders / "here")
        path.write_bytes(b"theirs")  # between the look and the writing
        return path

    monkeypatch.setattr("cli.saving.unused", late)
    view = Notebook()
    await Session(
        cast(GatewayClient, Experts(*PIECE)), ComposeOptions(prompt="une basse"), view, languages.of("fr")
    ).run()
    assert (folders / "here/une-basse.mid").read_bytes() == b"theirs"
    assert (folders / "here/une-basse-2.mid").read_bytes() == b"MThd"


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.INVALID_ARGUMENT]
)
async def test_midi_that_theory_does_not_make_is_made_here(folders: Path, code: grpc.StatusCode) -> None:
    experts, view, out = Experts(*PIECE), Notebook(), folders / "wanted/x.mid"
    experts.broken = AioRpcError(code, Metadata(), Metadata(), "no")
    with pytest.raises(UserError, match="elle-même le fichier MIDI") as failure:
        await session(experts, view, out).run()
    assert failure.value.status == code.name
    assert bars_of(out) == 2
    assert view.shown[-1] == Saved(path=out, size=out.stat().st_size)


async def test_a_score_that_theory_does_not_make_becomes_midi_beside_it(folders: Path) -> None:
    experts, out = Experts(*PIECE), folders / "wanted/x.musicxml"
    out.write_bytes(b"old")
    (folders / "wanted/x.mid").write_bytes(b"another")
    experts.broken = unavailable()
    with pytest.raises(UserError, match="pas de partition"):
        await session(experts, Notebook(), out).run()
    assert [out.read_bytes(), (folders / "wanted/x.mid").read_bytes()] == [b"old", b"another"]
    assert bars_of(folders / "wanted/x-2.mid") == 2


async def test_neither_theory_nor_room_are_both_told(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experts = Experts(*PIECE)
    experts.broken = unavailable()
    fill_up(monkeypatch, folders / "wanted")
    with pytest.raises(UserError, match=r"ne répond pas.*le disque est plein"):
        await session(experts, Notebook(), folders / "wanted/x.musicxml").run()
    assert bars_of(folders / "here/une-basse.mid") == 2


async def test_interrupted_while_theory_makes_the_file_it_still_gets_it(folders: Path) -> None:
    experts, view, out = Experts(*PIECE), Notebook(), folders / "wanted/x.mid"
    running = asyncio.create_task(session(experts, view, out).run())
    real = experts.export

    async def export(request: ExportRequest) -> bytes:
        running.cancel()
        await asyncio.sleep(0.01)
        return await real(request)

    experts.export = export  # type: ignore[method-assign]
    assert await running is ExitCode.INTERRUPTED
    assert view.shown[-2:] == [("interrupted", 2, 2), Saved(path=out, size=4)]


@pytest.mark.parametrize("events", [PIECE, (STARTED, bar(0), bar(1), None)], ids=["saving", "composing"])
async def test_interrupted_twice_it_does_without_theory(folders: Path, events: tuple[object, ...]) -> None:
    experts, view, out = SlowExperts(*events), Notebook(), folders / "wanted/x.mid"
    running = asyncio.create_task(session(experts, view, out).run())
    for waiting in (experts.waiting, experts.exporting) if None in events else (experts.exporting, experts.exporting):
        await waiting.wait()
        running.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert await running is ExitCode.INTERRUPTED
    assert bars_of(out) == 2
    assert view.shown[-2:] == [("interrupted", 2, 2), Saved(path=out, size=out.stat().st_size)]


async def test_a_pipe_that_nobody_reads_is_not_waited_for_after_ctrl_c(folders: Path) -> None:
    pipe, view = folders / "wanted/pipe", Notebook()
    os.mkfifo(pipe)
    experts = Experts(*PIECE)
    composing = session(experts, view, pipe)
    running = asyncio.create_task(composing.run())
    await asyncio.sleep(0.05)
    assert experts.exported
    assert not running.done()
    running.cancel()
    with pytest.raises(UserError):
        await running
    assert files(folders) == ["here/une-basse.mid"]
    assert ("interrupted", 2, 2) in view.shown


async def test_what_is_interrupted_after_saving_is_told_to_be_saved_and_only_once(folders: Path) -> None:
    view, out = Notebook(), folders / "wanted/x.mid"
    composing = session(Experts(*PIECE), view, out)
    assert await composing.run() is ExitCode.OK
    composing.interrupted()
    composing.interrupted()
    assert view.shown[-2:] == [Saved(path=out, size=4), ("stopped", 2, 2, out)]


async def test_a_view_that_fails_costs_no_music(folders: Path) -> None:
    class Broken(Notebook):
        def done(self, suggestions: list[str]) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await session(Experts(*PIECE), Broken(), folders / "wanted/x.mid").run()
    assert files(folders) == ["wanted/x.mid"]


async def test_a_refined_groove_is_kept_as_well(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drummers = Drummers(GROOVE_STARTED, *COMPOSED, GROOVE_COMPLETED)
    drummers.broken = unavailable()
    fill_up(monkeypatch, folders / "wanted")
    run, view = drums_session(drummers, folders / "wanted/x.mid", "des claps")
    with pytest.raises(UserError, match="le disque est plein"):
        await run.run()
    path = folders / "here/trap.mid"
    assert view.shown[-1] == Saved(path=path, size=path.stat().st_size)
    pieces = {hit.piece for bar in read_midi(path.read_bytes()).tracks[0].bars for hit in bar.hits}
    assert pieces == {DrumPiece.DRUM_PIECE_CLAP}
