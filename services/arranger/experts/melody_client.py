"""Melody as the arranger sees it."""

from collections.abc import AsyncGenerator

from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest, PartVersion, RefineRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.events_pb2 import BarReady, Notice
from boumbapp.music.v2.music_pb2 import BarRange
from grpc.aio import Channel

from services.arranger.experts.expert import Change, Order, Refinement
from services.arranger.experts.streams import LONGEST_S, items, refinement
from services.chassis.client.channel import outgoing


class MelodyClient:
    """Has melody compose on behalf of the request being handled.

    Args:
        channel: An open channel to melody; the caller closes it.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = MelodyServiceStub(channel)

    def compose(self, order: Order) -> AsyncGenerator[BarReady | Notice, None]:
        """Yield the bars of an order; see `Expert`."""
        request = ComposeRequest(
            intent=order.intent,
            seed=order.seed,
            engine=order.engine,
            given_bars=order.given,
            context=order.context,
            compose=[BarRange(first=order.first, count=order.count)],
            locale=order.locale,
            playback=order.playback,
        )
        return items("melody", self._stub.Compose(request, **outgoing(LONGEST_S)))

    async def refine(self, change: Change) -> Refinement:
        """Change a part by words; see `Expert`."""
        request = RefineRequest(
            instruction=change.instruction,
            bars=change.track.bars,
            bpm=change.bpm,
            role=change.track.role,
            name=change.track.name,
            intent=change.intent,
            context=change.beside,
            locked_bars=change.locked_bars,
            versions=[PartVersion(bars=bars, bpm=bpm) for bpm, bars in change.versions],
            seed=change.seed,
            locale=change.locale,
        )
        return await refinement("melody", self._stub.Refine(request, **outgoing(LONGEST_S)))
