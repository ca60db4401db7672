"""One composition: ask, show what comes, keep the bars."""

import asyncio
import contextlib
import errno
import time
from pathlib import Path

import grpc
import grpc.aio
from boumbapp.music.v1.events_pb2 import Started
from boumbapp.music.v1.music_pb2 import Bar
from boumbapp.theory.v1.theory_service_pb2 import AnalyseRequest, CatalogueKind, ExportRequest

from cli.files import default_path, format_of, unused
from cli.gateway_client import GatewayClient
from cli.messages.events import ComposeRequest, Event, read_event
from cli.messages.exit_codes import ExitCode
from cli.messages.failures import of_call, of_faults
from cli.messages.texts import Texts
from cli.messages.user_errors import unwritable
from cli.options import ComposeOptions
from cli.render.view import Names, Saved, View
from cli.request import compose_request
from services.chassis.errors.catalogue import ApiError

_TITLE_MAX = 200
_PATIENCE_S = 3.0
_PAUSE_S = 0.2


class Session:
    """A wish on its way to music."""

    def __init__(self, studio: GatewayClient, wish: ComposeOptions, view: View, texts: Texts) -> None:
        """Args: the experts, what is asked of them, who shows it, in which words."""
        self._studio = studio
        self._wish = wish
        self._view = view
        self._texts = texts
        self._started = Started()
        self._bars: list[Bar] = []

    def sound(self) -> bytes:
        """The bars that came, as a WAV file."""
        from cli.audio.sound import render  # noqa: PLC0415 - numpy is only worth loading for those who listen

        return render(self._bars, self._started.intent.bpm, self._started.intent.role)

    async def run(self) -> ExitCode:
        """Compose and save. Cancelling stops composing; the bars that came are saved all the same.

        Raises:
            UserError: It ended badly; bars that came before were saved.
        """
        try:
            request = compose_request(self._wish)
        except ApiError as fault:
            raise of_faults([fault], self._texts) from fault
        suggesting = asyncio.create_task(self._suggestions(request))
        try:
            await self._make(request)
            suggestions = await suggesting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()  # that was for the stream; saving goes on
            self._view.interrupted(len(self._bars), self._started.intent.bars)
            await self._save_if_any()
            return ExitCode.INTERRUPTED
        except grpc.aio.AioRpcError as error:
            await self._save_if_any()
            raise of_call(error, self._texts) from error
        finally:
            suggesting.cancel()
        self._view.done(suggestions)
        try:
            await self._save()
        except grpc.aio.AioRpcError as error:
            raise of_call(error, self._texts) from error
        return ExitCode.OK

    async def _make(self, request: ComposeRequest) -> None:
        """All that is to come before the file."""
        await self._stream_patiently(request)

    async def _stream_patiently(self, request: ComposeRequest) -> None:
        """Compose, trying again while the experts are away and nothing has come: one of them may be starting again."""
        give_up = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return await self._stream(request)
            except grpc.aio.AioRpcError as error:
                came = self._started.HasField("intent")
                if came or error.code() is not grpc.StatusCode.UNAVAILABLE or time.monotonic() > give_up:
                    raise
                await asyncio.sleep(_PAUSE_S)

    async def _stream(self, request: ComposeRequest) -> None:
        names = Names()
        async with contextlib.aclosing(self._studio.compose(request)) as responses:
            async for response in responses:
                event = read_event(response)
                if event.started:
                    self._started = event.started
                    names = await self._names(event.started.intent.locale)
                self._keep(event)
                self._view.event(event, names)

    def _keep(self, event: Event) -> None:
        """Keep what a bar brings."""
        if event.bar:
            self._bars.append(event.bar.bar)

    async def _names(self, locale: str) -> Names:
        if not self._view.for_people:
            return Names()
        kinds = (
            CatalogueKind.CATALOGUE_KIND_SCALE,
            CatalogueKind.CATALOGUE_KIND_STYLE,
            CatalogueKind.CATALOGUE_KIND_MOOD,
        )
        try:
            return Names(*await asyncio.gather(*(self._studio.labels(kind, locale) for kind in kinds)))
        except grpc.aio.AioRpcError:  # slugs will do; the stream itself tells if something is wrong
            return Names()

    async def _suggestions(self, request: ComposeRequest) -> list[str]:
        if not self._view.for_people:
            return []
        try:
            return await self._studio.suggestions(
                AnalyseRequest(prompt=request.prompt, options=request.options, locale=request.locale)
            )
        except grpc.aio.AioRpcError:  # the music came; ideas for the next are no reason to fail
            return []

    async def _save_if_any(self) -> None:
        if self._bars:
            with contextlib.suppress(grpc.aio.AioRpcError):  # theory may be what failed; that is told already
                await self._save()

    async def _save(self) -> None:
        intent = self._started.intent
        wanted = self._wish.out or default_path(self._wish.prompt, Path.cwd())
        path = self._wish.out or unused(wanted)
        content = await self._studio.export(
            ExportRequest(
                bars=self._bars,
                bpm=intent.bpm,
                key=intent.key,
                role=intent.role,
                format=format_of(path),
                title=self._wish.prompt[:_TITLE_MAX],
            )
        )
        replaced = path.exists()
        try:
            path.write_bytes(content)
        except OSError as error:
            raise unwritable(path, error.errno or errno.EIO, self._texts) from error
        renamed = wanted if path != wanted else None
        self._view.saved(Saved(path=path, size=len(content), replaced=replaced, wanted=renamed))
