"""`boumb compose` and `boumb drums`: from a prompt to bars on the screen and a file."""

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from cli import environments
from cli.files import is_misnamed, is_sound
from cli.mesh import any_mesh, read_settings
from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError, misnamed, unwritable
from cli.options import ArrangeOptions, ComposeOptions, DrumsOptions, PartOptions
from cli.output import Output, be_lenient
from cli.render.view import JsonView, Saved, View
from cli.saving_places import usual_folder
from cli.writing import is_standard_output, named, obstacle, write
from launcher import run_record
from launcher.settings import MeshSettings
from launcher.supervisor import Change

# A model may load for so long; whether there is one at all is known after a moment.
_LOADING_S, _LOOKING_S, _LOOK_S = 180.0, 3.0, 0.05

if TYPE_CHECKING:  # it brings gRPC
    from cli.gateway_client import GatewayClient
    from cli.session import Session


def compose(args: PartOptions) -> ExitCode:
    """Compose, show and save. Errors are shown; returns the exit code."""
    texts = languages.choose(args.locale, args.prompt)
    args = replace(args, out=named(args.out), wav=named(args.wav))
    output = be_lenient()
    if is_standard_output(args.out) or is_standard_output(args.wav):
        sys.stdout = sys.stderr  # the file alone goes there
    result = _Composition(args, texts, output).run()
    return _judge(result, output, texts, as_json=args.as_json)


class _Rather(Exception):
    """The words ask for what another expert plays.

    Attributes:
        options: Those that ask that one for the same.
    """

    def __init__(self, options: PartOptions) -> None:
        super().__init__(options.service)
        self.options = options


class _Composition:
    """One run of the command."""

    def __init__(self, args: PartOptions, texts: languages.Texts, output: Output) -> None:
        self._args = args
        self._texts = texts
        self._output = output
        self._session: Session | None = None

    @cached_property  # made when first needed: the screen takes a tenth of a second to load
    def _view(self) -> View:
        if self._args.as_json:
            return JsonView()
        from cli.render.ensemble import Ensemble  # noqa: PLC0415 - brings rich
        from cli.render.screen import Screen  # noqa: PLC0415 - likewise

        return (Ensemble if isinstance(self._args, ArrangeOptions) else Screen)(self._texts, self._args.prompt)

    def run(self) -> ExitCode:
        """Run the command; the only exceptions raised are those of faults in the program."""
        try:
            settings = read_settings()
            _check_files(self._args, self._texts)
            settings = _with_model(settings, self._args, self._texts)
            while True:
                if run_record.find(settings.record) is None:
                    environments.need_for(self._args.services)
                try:
                    return asyncio.run(self._run(settings))
                except _Rather as rather:
                    self._go_over(rather.options)
        except UserError as problem:
            return self._tell(problem)
        except OSError as error:  # no room for the sockets and logs of a mesh, say
            path = Path(os.fsdecode(error.filename or "?"))
            return self._tell(unwritable(path, error.errno or errno.EIO, self._texts))
        except (KeyboardInterrupt, asyncio.CancelledError):
            if self._session is None:
                self._view.interrupted(0, 0)
            else:
                self._session.interrupted()
            return ExitCode.INTERRUPTED
        finally:
            self._view.close()

    async def _run(self, settings: MeshSettings) -> ExitCode:
        loop = asyncio.get_running_loop()

        def report(change: Change) -> None:
            loop.call_soon(self._starting, change)

        # After the processes of a mesh of our own were started, and while they load what they need.
        loop.call_soon(import_module, "cli.drums_session")
        with _stoppable(self._output):
            wanted = self._args.wants_language_model
            async with any_mesh(settings, self._args.services, report, language_model=wanted) as gateway:
                result = await self._compose(settings, gateway)
            if self._args.wav is not None and result is ExitCode.OK:
                await self._write_sound(self._args.wav)
            if self._args.play and result is ExitCode.OK:
                await self._play()
        return result

    def _starting(self, change: Change) -> None:
        with suppress(MemoryError):  # what comes next needs more, and says so
            self._view.starting(change)

    def _go_over(self, args: PartOptions) -> None:
        """Go on with the same words at another expert."""
        view = self._view
        view.close()
        del self._view
        self._args = args

    async def _compose(self, settings: MeshSettings, gateway: str) -> ExitCode:
        from cli.drums_session import session_of  # noqa: PLC0415 - brings gRPC
        from cli.gateway_client import open_studio  # noqa: PLC0415 - likewise

        async with open_studio(gateway, settings.keys, self._texts.locale) as studio:
            if (other := await self._meant(studio)) is not None:
                raise _Rather(other)
            self._session = session_of(studio, self._args, self._view, self._texts)
            if self._args.wants_language_model:
                await _model_is_there(studio, self._args)
            try:
                return await self._session.run()
            except UserError as problem:  # told at once: stopping the mesh takes a moment
                return self._tell(problem)

    async def _meant(self, studio: "GatewayClient") -> PartOptions | None:
        """The options for another expert, where the words name what this one does not play; else None.

        One command serves any part. An option that only this expert has says that it is meant.
        """
        from boumbapp.music.v2.music_pb2 import ROLE_DRUMS  # noqa: PLC0415 - brings protobuf
        from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest  # noqa: PLC0415 - likewise
        from grpc.aio import AioRpcError  # noqa: PLC0415 - brings gRPC

        args = self._args
        if isinstance(args, ArrangeOptions) or _names_the_expert(args):
            return None
        try:
            roles = await studio.parts(AnalyseRequest(prompt=args.prompt, locale=args.locale))
        except AioRpcError:  # the expert says what is wrong
            return None
        if len(roles) > 1:
            return _like(args, ArrangeOptions)
        if roles == {ROLE_DRUMS} and isinstance(args, ComposeOptions) and not (args.key or args.chords):
            return _like(args, DrumsOptions)
        if roles and ROLE_DRUMS not in roles and isinstance(args, DrumsOptions):
            return _like(args, ComposeOptions)
        return None

    async def _write_sound(self, path: Path) -> None:
        assert self._session is not None
        sound = await asyncio.to_thread(self._session.sound)
        try:
            replaced = await write(path, sound)
        except OSError as error:
            raise unwritable(path, error.errno or errno.EIO, self._texts) from error
        self._view.saved(Saved(path=path, size=len(sound), replaced=replaced))

    async def _play(self) -> None:
        from cli.audio.playback import CannotPlay, play  # noqa: PLC0415 - for those who listen

        assert self._session is not None
        self._view.playing()
        try:
            await play(self._session.sound())
        except CannotPlay as error:
            message = self._texts.silent.format(problem=error)
            raise UserError(message=message, code="SILENT", exit=ExitCode.UNAVAILABLE) from error

    def _tell(self, problem: UserError) -> ExitCode:
        self._view.problem(problem)
        return problem.exit


def _names_the_expert(args: PartOptions) -> bool:
    """Whether an option tells who is to play."""
    if isinstance(args, DrumsOptions):
        return bool(args.refine) or any(each is not None for each in (args.intensity, args.complexity, args.humanise))
    return isinstance(args, ComposeOptions) and bool(args.role)


def _like(args: PartOptions, options: type[PartOptions]) -> PartOptions:
    """The same as options of another command, which has a default for what only it has.

    Args:
        args: The options.
        options: Those of the other command.
    """
    given: dict[str, Any] = {each.name: getattr(args, each.name) for each in fields(args)}
    return options(**{each.name: given[each.name] for each in fields(options) if each.name in given})


def _with_model(settings: MeshSettings, args: PartOptions, texts: languages.Texts) -> MeshSettings:
    """Settings of a mesh of our own that has the model asked for. Raises UserError where another mesh runs."""
    if not args.model or settings.variables.get("BOUMB_LLM_MODEL") == args.model:
        return settings
    if run_record.find(settings.record) is not None:
        raise UserError(message=texts.other_model.format(model=args.model), exit=ExitCode.BAD_INPUT)
    return replace(settings, variables={**settings.variables, "BOUMB_LLM_MODEL": args.model})


async def _model_is_there(studio: "GatewayClient", args: PartOptions) -> None:
    """Wait while a model loads; not where there is none, since the music then comes from the specialist."""
    loop = asyncio.get_running_loop()
    until, least = loop.time() + _LOADING_S, loop.time() + _LOOKING_S
    while loop.time() < until:
        states = await studio.engines(args.service)
        state = states.get(args.engine_wanted)
        if state is None or state.available or (state.unavailable_reason != "LOADING" and loop.time() > least):
            return
        await asyncio.sleep(_LOOK_S)


@contextmanager
def _stoppable(output: Output) -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and the end of the terminal cancel this task, each time they come."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()

    def stop(_number: int, _frame: FrameType | None) -> None:
        output.stop_waiting()
        loop.call_soon_threadsafe(task.cancel)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    heard = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}  # nohup ignores
    try:
        for number in heard:
            signal.signal(number, stop)
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)


def _judge(result: ExitCode, output: Output, texts: languages.Texts, *, as_json: bool) -> ExitCode:
    """The exit code, with regard to output that could not be written."""
    lost = output.lost()
    if lost is None:
        return result
    reason = texts.reasons.get(lost.errno or errno.EIO, lost.strerror or str(lost))
    print(f"boumb: {texts.lost_output.format(problem=reason)}", file=sys.stderr)
    return ExitCode.FAILED if as_json and result is ExitCode.OK else result


def _check_files(args: PartOptions, texts: languages.Texts) -> None:
    """Raise UserError before composing, not after, when a file cannot be written or would not be what its name says."""
    out = args.out or usual_folder() / "boumb.mid"
    if is_misnamed(out):
        raise misnamed(out, texts.file_names, texts)
    if args.wav is not None and not is_sound(args.wav) and not is_standard_output(args.wav):
        raise misnamed(args.wav, texts.sound_names, texts)
    for path in filter(None, (out, args.wav)):
        if reason := obstacle(path):
            raise unwritable(path, reason, texts)
