"""One groove: composed as any part is, then refined once for each instruction."""

import contextlib

from boumbapp.drums.v2.drums_service_pb2 import BarFeels, RefineRequest
from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.music_pb2 import Bar

from cli.arrange_session import ArrangeSession
from cli.gateway_client import GatewayClient
from cli.messages.events import ComposeRequest, Event, read_event
from cli.messages.texts import Texts
from cli.options import ArrangeOptions, DrumsOptions, PartOptions
from cli.render.view import Names, View
from cli.session import Session


class DrumsSession(Session):
    """Composes a groove, refines it, and saves it."""

    def __init__(self, studio: GatewayClient, args: DrumsOptions, view: View, texts: Texts) -> None:
        """Args: as for `Session`."""
        super().__init__(studio, args, view, texts)
        self._instructions = args.refine
        self._feels: list[BarFeels] = []

    def sound(self) -> bytes:
        """The bars so far, as a WAV file."""
        from cli.audio.drum_sound import render_drums  # noqa: PLC0415 - numpy is only worth loading for those who listen

        return render_drums(self._bars, self._started.intent.bpm)

    async def _make(self, request: ComposeRequest) -> None:
        await super()._make(request)
        for instruction in self._instructions:
            await self._refine(instruction)

    def _keep(self, event: Event) -> None:
        super()._keep(event)
        if event.bar:
            self._feels.append(BarFeels(feels=event.bar.feels))

    async def _refine(self, instruction: str) -> None:
        """Replace the bars by the refined ones, once all of them have arrived."""
        intent = self._started.intent
        request = RefineRequest(
            instruction=instruction,
            bars=self._bars,
            feels=self._feels,
            bpm=intent.bpm,
            style=intent.style,
            seed=self._started.seed,
            locale=self._args.locale,
            parent_request_id=self._started.request_id,
        )
        bars: list[Bar] = []
        feels: list[BarFeels] = []
        bpm = intent.bpm
        async with contextlib.aclosing(self._studio.refine(request)) as responses:
            async for response in responses:
                event = read_event(response)
                if event.refining:
                    bpm = event.refining.bpm
                if event.bar:
                    bars.append(event.bar.bar)
                    feels.append(BarFeels(feels=event.bar.feels))
                self._view.event(event, Names())
        self._bars, self._feels = bars, feels
        started = Started()
        started.CopyFrom(self._started)  # whoever was shown the first one keeps it as it was
        started.intent.bpm = bpm
        self._started = started


def session_of(studio: GatewayClient, args: PartOptions, view: View, texts: Texts) -> Session:
    """The session for the options of a command.

    Args:
        studio: Client of the gateway.
        args: Options of the command; their class decides.
        view: Shows the events.
        texts: In the language of the caller.
    """
    if isinstance(args, ArrangeOptions):
        return ArrangeSession(studio, args, view, texts)
    if isinstance(args, DrumsOptions):
        return DrumsSession(studio, args, view, texts)
    return Session(studio, args, view, texts)
