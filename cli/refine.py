"""`./boumb refine`: a MIDI or MusicXML file changed by words, one instruction after the other."""

import asyncio
import contextlib
import json
import re
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import grpc.aio
from boumbapp.music.v2.events_pb2 import Notice
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Track
from boumbapp.theory.v2.theory_service_pb2 import ExportRequest, ImportResponse

from cli.files import format_of, is_misnamed, is_sound, unused
from cli.gateway_client import GatewayClient, open_studio
from cli.mesh import any_mesh, read_settings
from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.failures import of_call
from cli.messages.refining import texts_of
from cli.messages.user_errors import UserError, misnamed, unwritable
from cli.options import RefineOptions
from cli.reading import read_file
from cli.refining import Arrangement, RefinedStep, Refusal
from cli.words import readable
from cli.writing import is_standard_output, named, obstacle, write
from services.chassis.service_manifest import manifests, services_for
from services.composition.refining.kit import kit_parts

_SERVICES = ("melody", "drums")
_BARS = re.compile(r"(\d{1,4})(?:\s*-\s*(\d{1,4}))?")
_ENDINGS = (".mid", ".midi", ".musicxml", ".xml", ".mxl")


def refine(args: RefineOptions) -> ExitCode:
    """Read a file, make the changes in turn, and write another one.

    Args:
        args: Options of the command.

    Raises:
        UserError: The file cannot be read or written, or an instruction cannot be followed.
    """
    texts = languages.choose(args.locale, " ".join(args.instructions))
    out = _out(args)
    content = read_file(args.file, texts)
    if is_misnamed(out):
        raise misnamed(out, texts.file_names, texts)
    if is_standard_output(out):
        sys.stdout = sys.stderr  # the file alone goes there
    if reason := obstacle(out):
        raise unwritable(out, reason, texts)
    settings = read_settings()
    needed = tuple(dict.fromkeys(name for each in _SERVICES for name in services_for(manifests(), each)))

    async def run() -> ExitCode:
        async with (
            any_mesh(settings, needed, lambda _: None) as gateway,
            open_studio(gateway, settings.keys, texts.locale) as studio,
        ):
            try:
                return await _Refining(args, studio, texts, out).run(content)
            except grpc.aio.AioRpcError as error:
                raise of_call(error, texts) from error

    return asyncio.run(run())


class _Refining:
    """One run of the command."""

    def __init__(self, args: RefineOptions, studio: GatewayClient, texts: languages.Texts, out: Path) -> None:
        self._args = args
        self._studio = studio
        self._texts = texts
        self._own = texts_of(texts.locale)
        self._out = out

    async def run(self, content: bytes) -> ExitCode:
        """Make the changes in turn and write the file."""
        imported = await self._studio.import_file(content)
        for notice in imported.notices:
            self._tell(notice)
        music = _arrangement(imported, self._args, self._texts)
        async with contextlib.aclosing(self._steps(music)) as steps:
            async for step in steps:
                self._show(step)
        await self._save(music)
        return ExitCode.OK

    async def _steps(self, music: Arrangement) -> AsyncGenerator[RefinedStep, None]:
        for instruction in self._args.instructions:
            try:
                yield await music.refine(instruction, self._studio)
            except Refusal as refusal:
                problem = of_call(refusal.error, self._texts)
                problem.message = f"“{instruction}”: {problem.message.removeprefix('--refine').lstrip(' :')}"
                raise problem from refusal.error

    def _tell(self, notice: Notice) -> None:
        """Say what reading the file left out or approximated."""
        if self._args.as_json:
            print(json.dumps({"imported": {"code": notice.code, "message": notice.message}}, ensure_ascii=False))
        else:
            print(f"! {notice.message}")

    def _show(self, step: RefinedStep) -> None:
        if self._args.as_json:
            print(json.dumps({"refined": step.to_json()}, ensure_ascii=False), flush=True)
            return
        print(f"✎ {step.instruction}")
        alike: dict[tuple[tuple[str, ...], tuple[int, ...]], list[str]] = {}
        for change in step.changes:
            alike.setdefault((change.edits, change.bars), []).append(change.track)
        for (edits, changed), tracks in alike.items():
            bars = ", ".join(str(bar + 1) for bar in changed)
            print(f"  {', '.join(tracks)}: {'; '.join(edits)}" + (f"  [{self._own.bars} {bars}]" if bars else ""))
        for notice in step.notices:
            print(f"  ! {notice}")

    async def _save(self, music: Arrangement) -> None:
        request = ExportRequest(
            tracks=music.tracks,
            bpm=music.bpm,
            title=readable(self._args.file.stem),
            format=format_of(self._out),
            markers=music.markers,
        )
        if music.key is not None:
            request.key.CopyFrom(music.key)
        content = await (self._sound(music) if is_sound(self._out) else self._studio.export(request))
        try:
            replaced = await write(self._out, content)
        except OSError as error:
            raise unwritable(self._out, error.errno or 0, self._texts) from error
        if self._args.as_json:
            saved = {"path": str(self._out), "bytes": len(content), "replaced": replaced}
            print(json.dumps({"saved": saved}, ensure_ascii=False), flush=True)
        else:
            print(self._own.saved.format(path=self._out))

    @staticmethod
    async def _sound(music: Arrangement) -> bytes:
        from cli.audio.mix import render_tracks  # noqa: PLC0415 - numpy is only worth loading for those who listen

        return await asyncio.to_thread(render_tracks, music.tracks, music.bpm)


def _out(args: RefineOptions) -> Path:
    """Where the music goes: never over the file itself, unless that is what was asked for."""
    if (out := named(args.out)) is not None:
        return out
    suffix = args.file.suffix if args.file.suffix.lower() in (".musicxml", ".xml") else ".mid"
    return unused(args.file.with_name(f"{args.file.stem}-refined{suffix}"))


def _arrangement(imported: ImportResponse, args: RefineOptions, texts: languages.Texts) -> Arrangement:
    """The music of a file, with what `--lock` says must stay."""
    music = Arrangement(imported, seed=args.seed, locale=args.locale or texts.locale)
    for lock in args.lock:
        bars = _BARS.fullmatch(lock.strip())
        pieces = kit_parts().get(lock.strip().lower())
        if bars:
            first, last = int(bars[1]), int(bars[2] or bars[1])
            music.locked_bars.update(range(first - 1, last))
        elif names := _tracks_called(lock, imported.tracks):
            music.locked_tracks.update(names)
        elif pieces is not None and any(track.role == ROLE_DRUMS for track in imported.tracks):
            music.locked_pieces.update(pieces.pieces)
        else:
            own = texts_of(texts.locale)
            known = ", ".join([track.name for track in imported.tracks if track.name])
            message = own.unknown_lock.format(lock=lock, tracks=known or "—")
            raise UserError(message=message, code="UNKNOWN_LOCK", exit=ExitCode.BAD_INPUT)
    return music


def _tracks_called(lock: str, tracks: Sequence[Track]) -> list[int]:
    from services.composition.refining.addressing import Player  # noqa: PLC0415 - only for those who lock

    wanted = lock.strip().lower()
    return [at for at, track in enumerate(tracks) if wanted in (track.name.lower(), Player.of(track).role)]
