"""The arranger service: requests in, domain calls, responses out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

import grpc.aio
from boumbapp.arranger.v2 import arranger_service_pb2 as pb
from boumbapp.arranger.v2.arranger_service_pb2_grpc import ArrangerServiceServicer
from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_ARRANGE, INTERACTION_KIND_REFINE, Interaction
from boumbapp.music.v2.events_pb2 import Limits

from services.arranger.composer import Arranger
from services.arranger.plan.bands import load_bands
from services.arranger.refiner import ArrangementRefiner
from services.chassis.request_context import current
from services.chassis.version import VERSION
from services.composition.recording.entry import Entry
from services.composition.recording.recorder import NoRecorder, Recorder

Context = grpc.aio.ServicerContext[Any, Any]
_LIMITS = Limits(max_bars=128, max_prompt_characters=2000, max_instruction_characters=2000, min_bpm=20, max_bpm=400)
_MOST_PARTS = 16


class ArrangerServicer(ArrangerServiceServicer):
    """Implements boumbapp.arranger.v2.ArrangerService.

    Args:
        arranger: Turns requests into events.
        refiner: Turns requests to refine into events.
        recorder: Records what was arranged; None records nothing.
    """

    def __init__(self, arranger: Arranger, refiner: ArrangementRefiner, recorder: Recorder | None = None) -> None:
        self._arranger = arranger
        self._refiner = refiner
        self._recorder = recorder or NoRecorder()

    async def warm(self) -> None:
        """Read the bands, so that a mistake in the data stops the service at start."""
        load_bands()

    async def Info(self, request: pb.InfoRequest, context: Context) -> pb.InfoResponse:
        """Version and limits."""
        return pb.InfoResponse(version=VERSION, limits=_LIMITS, max_parts=_MOST_PARTS)

    async def Compose(self, request: pb.ComposeRequest, context: Context) -> AsyncIterator[pb.ComposeResponse]:
        """Compose several parts, in playing order."""
        call = current()
        entry = Entry(
            kind=INTERACTION_KIND_ARRANGE,
            request_id=call.request_id,
            locale=call.locale,
            prompt=request.prompt,
            fill=partial(_fill, request),
        )
        composing = self._arranger.compose(request, call.request_id, call.locale)
        async with aclosing(self._recorder.recorded(entry, composing)) as events:
            async for event in events:
                yield pb.ComposeResponse(event=event)

    async def Refine(self, request: pb.RefineRequest, context: Context) -> AsyncIterator[pb.RefineResponse]:
        """Edit an arrangement by words."""
        call = current()
        entry = Entry(
            kind=INTERACTION_KIND_REFINE,
            request_id=call.request_id,
            locale=call.locale,
            prompt=request.instruction,
            parent=request.parent_request_id,
            fill=partial(_fill_refined, request),
        )
        refining = self._refiner.refine(request, call.request_id, call.locale)
        async with aclosing(self._recorder.recorded(entry, refining)) as events:
            async for event in events:
                yield pb.RefineResponse(event=event)


def _fill(request: pb.ComposeRequest, interaction: Interaction) -> None:
    """Add to an interaction what a request says beside its prompt."""
    interaction.hints.CopyFrom(request.hints)
    interaction.overrides.CopyFrom(request.overrides)
    interaction.context.extend(request.context)


def _fill_refined(request: pb.RefineRequest, interaction: Interaction) -> None:
    """Add to an interaction the arrangement as it was."""
    interaction.hints.style = request.intent.style
    interaction.context.extend(request.tracks)
