"""`./boumb rate` and `./boumb journal`: calls to the journal, of the mesh that runs or of one opened for them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub
from google.protobuf.json_format import MessageToDict

from cli.gateway_client import USER
from cli.journal_export import Exported, write_export
from cli.journal_report import render
from cli.mesh import any_mesh, read_settings
from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.failures import of_call
from cli.messages.user_errors import UserError, unwritable
from gateway.keys import KeyProblem, ensure_keys
from gateway.tokens import mint
from services.chassis.client.channel import open_channel
from services.chassis.service_manifest import manifests, services_for
from services.chassis.settings import Environment
from services.journal.config import journal_folder
from services.journal.domain.identity import KeysError, load_keys, save_keys

_SERVICE, _LAST = "journal", "last"
_OPERATOR = ("ROLE_USER", "ROLE_OPERATOR")
_CALL_S = 60.0


class _Journal:
    """The journal with a token.

    Args:
        stub: Calls it.
        metadata: With the token.
    """

    def __init__(self, stub: JournalServiceStub, metadata: grpc.aio.Metadata) -> None:
        self.stub = stub
        self.options: dict[str, Any] = {"metadata": metadata, "timeout": _CALL_S}


@asynccontextmanager
async def _open(roles: tuple[str, ...]) -> AsyncIterator[_Journal]:
    settings = read_settings()
    async with any_mesh(settings, services_for(manifests(), _SERVICE), lambda _: None) as gateway:
        try:
            token = mint(ensure_keys(settings.keys), USER, roles)
        except KeyProblem as error:
            raise UserError(message=str(error), exit=ExitCode.UNAVAILABLE) from error
        async with open_channel(gateway) as channel:
            metadata = grpc.aio.Metadata(
                ("authorization", f"Bearer {token}"), ("accept-language", languages.choose().locale)
            )
            yield _Journal(JournalServiceStub(channel), metadata)


def _run(work: Callable[[_Journal], Awaitable[ExitCode]], roles: tuple[str, ...] = ("ROLE_USER",)) -> ExitCode:
    async def run() -> ExitCode:
        async with _open(roles) as journal:
            return await work(journal)

    try:
        return asyncio.run(run())
    except grpc.aio.AioRpcError as error:
        raise of_call(error, languages.choose()) from error


def rate_piece(piece: str, stars: int, comment: str, *, as_json: bool) -> ExitCode:
    """Rate a piece.

    Args:
        piece: "last", or a request id.
        stars: From 1 to 5.
        comment: In words; may be empty.
        as_json: Print one line of JSON rather than a sentence.

    Raises:
        UserError: There is no such piece, or the journal is away.
    """

    async def work(journal: _Journal) -> ExitCode:
        request_id = piece
        if piece == _LAST:
            history = await journal.stub.History(pb.HistoryRequest(page_size=1), **journal.options)
            if not history.pieces:
                raise UserError(message="The journal has no piece yet: compose one.", exit=ExitCode.BAD_INPUT)
            request_id = history.pieces[0].request_id
        request = pb.RateRequest(request_id=request_id, stars=stars, comment=comment)
        rated = (await journal.stub.Rate(request, **journal.options)).piece
        if as_json:
            print(json.dumps(MessageToDict(rated), ensure_ascii=False))
        else:
            print(f"{'★' * rated.stars}{'☆' * (5 - rated.stars)}  {rated.prompt}  {rated.comment}".rstrip())
        return ExitCode.OK

    return _run(work)


def print_stats(*, as_json: bool) -> ExitCode:
    """Print figures over all pieces. Raises UserError."""

    async def work(journal: _Journal) -> ExitCode:
        stats = await journal.stub.Stats(pb.StatsRequest(), **journal.options)
        if as_json:
            print(json.dumps(MessageToDict(stats, always_print_fields_with_no_presence=True), ensure_ascii=False))
            return ExitCode.OK
        print(f"{stats.pieces} pieces of {stats.users} users, {stats.completed} complete; {stats.bars} bars")
        print(f"{stats.rated} rated, {stats.mean_stars:.2f} stars on average; {stats.corrections} corrections")
        print(f"first bar {stats.first_bar_ms.p50:.1f} ms (p50), {stats.first_bar_ms.p99:.1f} ms (p99)")
        for group in stats.groups:
            if group.by != "day":
                stars = f", {group.mean_stars:.2f} stars" if group.rated else ""
                print(f"  {group.by:8} {group.value:24} {group.pieces:8}{stars}")
        for count in stats.counts:
            print(f"  {count.kind:12} {count.name:24} {count.count:8}")
        return ExitCode.OK

    return _run(work, _OPERATOR)


def write_report(out: Path) -> ExitCode:
    """Write figures and plots as one page. Raises UserError.

    Args:
        out: File to write.
    """

    async def work(journal: _Journal) -> ExitCode:
        stats = await journal.stub.Stats(pb.StatsRequest(), **journal.options)
        _written(lambda: out.write_text(render(stats), "utf-8"), out)
        print(out)
        return ExitCode.OK

    return _run(work, _OPERATOR)


def export_pieces(form: str, out: Path | None, min_stars: int) -> ExitCode:
    """Write every piece.

    Args:
        form: "jsonl", "parquet" or "midi".
        out: File, or folder for MIDI; a name of its own where None.
        min_stars: Least rating; 0 takes those that were not rated too.

    Raises:
        UserError: It cannot be written, or the journal is away.
    """
    target = out or Path({"midi": "journal-midi"}.get(form, f"journal.{form}"))

    async def work(journal: _Journal) -> ExitCode:
        call = journal.stub.Export(pb.ExportRequest(min_stars=min_stars), metadata=journal.options["metadata"])
        exported: list[Exported] = [Exported(each.piece, each.interaction) async for each in call]
        _written(lambda: write_export(exported, form, target), target)
        print(f"{target}: {len(exported)}")
        return ExitCode.OK

    return _run(work, _OPERATOR)


def _written(write: Callable[[], object], path: Path) -> None:
    try:
        write()
    except OSError as error:
        raise unwritable(path, error.errno or 0, languages.choose()) from error


def forget_user(user: str, *, as_json: bool) -> ExitCode:
    """Remove everything that is kept of a user.

    Args:
        user: User name.
        as_json: Print one line of JSON rather than a table.

    Raises:
        UserError: The journal is away.
    """

    async def work(journal: _Journal) -> ExitCode:
        answer = await journal.stub.Forget(pb.ForgetRequest(user=user), **journal.options)
        if as_json:
            print(json.dumps(MessageToDict(answer, always_print_fields_with_no_presence=True), ensure_ascii=False))
        else:
            for each in answer.removed:
                print(f"  {each.what:12} {each.removed:8} removed {each.left:8} left")
            print(f"forgotten at {answer.at.ToJsonString()}")
        return ExitCode.OK if not any(each.left for each in answer.removed) else ExitCode.FAILED

    return _run(work, _OPERATOR)


def rotate_key() -> ExitCode:
    """Put a new key in front of those in the file. Raises UserError."""
    environment = Environment(read_settings().variables)
    if environment.text("BOUMB_JOURNAL_KEYS", ""):
        raise UserError(message="The keys are in BOUMB_JOURNAL_KEYS: put the new one first there.")
    path = journal_folder(environment) / "keys"
    try:
        ring = load_keys(path).rotated()
        save_keys(path, ring)
    except (KeysError, OSError) as error:
        raise UserError(message=str(error)) from error
    print(f"{path}: key {ring.current} from the next start on; users move to it as they are seen")
    return ExitCode.OK
