"""One composition: ask, show what comes, keep the bars."""

import asyncio
import contextlib
import time

import grpc
import grpc.aio
from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.music_pb2 import Bar, Track
from boumbapp.theory.v2.theory_service_pb2 import (
    AnalyseRequest,
    BarHarmony,
    CatalogueKind,
    ExportRequest,
    Marker,
)

from cli.beside import play_beside
from cli.gateway_client import GatewayClient
from cli.messages.events import ComposeRequest, Event, read_event
from cli.messages.exit_codes import ExitCode
from cli.messages.failures import of_call, of_faults
from cli.messages.texts import Texts
from cli.messages.user_errors import UserError
from cli.options import PartOptions
from cli.render.view import Names, View
from cli.request import compose_request
from cli.saving import Saving
from services.chassis.errors.catalogue import ApiError

_TITLE_MAX = 200
_PATIENCE_S = 3.0
_PAUSE_S = 0.2


class Session:
    """Composes one part and saves it."""

    def __init__(self, studio: GatewayClient, args: PartOptions, view: View, texts: Texts) -> None:
        """Prepare.

        Args:
            studio: Client of the gateway.
            args: Options of the command.
            view: Shows the events.
            texts: In the language of the caller.
        """
        self._studio = studio
        self._args = args
        self._view = view
        self._texts = texts
        self._started = Started()
        self._bars: list[Bar] = []
        self._saving = Saving(studio, args, view, texts)
        self._interrupted = False

    def sound(self) -> bytes:
        """The bars so far, as a WAV file."""
        from cli.audio.sound import render  # noqa: PLC0415 - numpy is only worth loading for those who listen

        return render(self._bars, self._started.intent.bpm, self._started.intent.role)

    async def run(self) -> ExitCode:
        """Compose and save. Cancelling stops composing; the bars that came are saved all the same.

        Raises:
            UserError: It ended badly; bars that came before were saved.
        """
        try:
            request = compose_request(self._args)
        except ApiError as fault:
            raise of_faults([fault], self._texts) from fault
        suggesting = asyncio.create_task(self._suggestions(request))
        problem: UserError | None = None
        try:
            if self._args.beside is not None:
                await play_beside(request, self._args.beside, self._studio, self._texts)
            await self._make(request)
            self._view.done(await suggesting)
        except asyncio.CancelledError:
            self.interrupted()
            _go_on()
        except grpc.aio.AioRpcError as error:
            problem = of_call(error, self._texts)
        except Exception:
            await self._save()  # whatever this is, it must not cost the bars
            raise
        finally:
            suggesting.cancel()
        unsaved = await self._save()
        if problem is not None:
            # Why theory did not make the file is the same trouble, unless the file is lost or in another place.
            raise problem if unsaved is None or unsaved.code != "UNWRITABLE" else problem.and_then(unsaved)
        if unsaved is not None:
            raise unsaved
        return ExitCode.INTERRUPTED if self._interrupted else ExitCode.OK

    def interrupted(self) -> None:
        """Show, once, how many bars arrived, and whether they are saved."""
        if self._interrupted:
            return
        self._interrupted = True
        bars, wanted = self._bars_made(), self._started.intent.bars
        if self._saving.path is None:
            self._view.interrupted(bars, wanted)
        else:
            self._view.stopped(bars, wanted, self._saving.path)

    async def _make(self, request: ComposeRequest) -> None:
        """Everything before the file is written."""
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
        """Store the bar of an event."""
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
                AnalyseRequest(
                    prompt=request.prompt,
                    hints=request.hints,
                    overrides=request.overrides,
                    locale=request.locale,
                )
            )
        except grpc.aio.AioRpcError:  # the music came; ideas for the next are no reason to fail
            return []

    def _tracks_made(self) -> list[Track]:
        """The tracks of the file."""
        return [Track(role=self._started.intent.role, bars=self._bars)]

    def _markers(self) -> list[Marker]:
        """Names of the sections, where they begin."""
        markers: list[Marker] = []
        first = 0
        for section in self._started.intent.sections:
            name = self._texts.sections.get(section.kind, section.kind)
            markers.append(Marker(bar=first, text=f"{name} {section.letter}".strip()))
            first += section.bars
        return markers

    def _bars_made(self) -> int:
        """How many bars of the piece came."""
        return len(self._bars)

    async def _save(self) -> UserError | None:
        """Save the bars that there are; what went wrong. Cancelling hurries it, and does not stop it."""
        if not self._bars:
            return None
        intent, constraints = self._started.intent, self._started.constraints
        request = ExportRequest(
            tracks=self._tracks_made(),
            bpm=intent.bpm,
            key=intent.key,
            title=self._args.prompt[:_TITLE_MAX],
            swing=constraints.swing if constraints.HasField("swing") else None,
            harmony=[BarHarmony(index=index, chords=plan.chords) for index, plan in enumerate(constraints.plans)],
            markers=self._markers(),
        )
        saving = asyncio.create_task(
            self._saving.save(request, self._started.seed, self.sound, patient=not self._interrupted), name="saving"
        )
        while not saving.done():
            try:
                await asyncio.shield(saving)
            except asyncio.CancelledError:
                if self._interrupted or self._saving.writing:
                    saving.cancel()
                self.interrupted()
                _go_on()
        return saving.result()


def _go_on() -> None:
    """Clear the cancellation of this task: it was meant for what the task waited for."""
    task = asyncio.current_task()
    assert task is not None
    while task.cancelling():
        task.uncancel()
