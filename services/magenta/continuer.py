"""Turns requests to continue a melody into streams of events."""

import time
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import aclosing

from boumbapp.magenta.v2.magenta_service_pb2 import ContinueRequest
from boumbapp.music.v2.events_pb2 import BarReady, ComposingEvent, Started
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Meter

from music.event_ids import give_ids, ids_of
from services.chassis.errors.catalogue import ApiError
from services.composition.bar_stream import draw_seed
from services.composition.event_writer import EventWriter
from services.composition.tracks import track_of
from services.magenta.batching import Batcher
from services.magenta.continuation import Continuation, Task
from services.magenta.errors import PRIMER_BARS, PRIMER_EMPTY, PRIMER_LENGTH
from services.magenta.event_encoding import events_of_bars, events_of_notes
from services.magenta.models import LoadedModel, Models
from services.magenta.notices import PRIMER_FOLDED

ENGINE = "magenta"


class Continuer:
    """Continues melodies.

    Args:
        models: The models that can be chosen.
        executor: Threads that networks compute in.
        most: Largest number of melodies in one call of a network.
    """

    def __init__(self, models: Models, executor: Executor, most: int) -> None:
        self.models = models
        self._batchers = {model.description.name: Batcher(model.network, executor, most) for model in models.loaded}

    async def stream(
        self, request: ContinueRequest, request_id: str, locale: str
    ) -> AsyncGenerator[ComposingEvent, None]:
        """Continue the primer of a request, a bar at a time.

        Args:
            request: The request.
            request_id: Id of the request, for the events.
            locale: Language of notices, "fr" or "en".

        Raises:
            ApiError: There is no such model, or the primer cannot be continued.
        """
        events = EventWriter()
        model = self.models.choose(request.model)
        continuation, seed = self._continuation(request, model)
        info = model.info
        track = track_of(request.constraints.role or ROLE_MELODY, locale)
        started = Started(
            request_id=request_id,
            seed=seed,
            engine=ENGINE,
            model=f"{info.name} {info.digest[:8]}",
            repeatable=info.repeatable,
            tracks=[track],
        )
        if request.HasField("constraints"):
            started.constraints.CopyFrom(request.constraints)
        yield events.started(started)
        if continuation.folds:
            yield events.notice(PRIMER_FOLDED.notice(locale))
        asked, taken = time.perf_counter(), ids_of(request.primer_bars)
        async with aclosing(continuation.bars()) as bars:
            async for bar in bars:
                give_ids(bar, taken)
                engine_ms = (time.perf_counter() - asked) * 1000
                yield events.bar(BarReady(track=track.id, bar=bar, engine=ENGINE, engine_ms=engine_ms, changed=True))
                asked = time.perf_counter()
        yield events.completed()

    def _continuation(self, request: ContinueRequest, model: LoadedModel) -> tuple[Continuation, int]:
        """The continuation of a request, and its seed."""
        constraints = request.constraints if request.HasField("constraints") else None
        if request.primer_bars and request.primer_notes:
            raise ApiError(PRIMER_BARS, field="primer_notes")
        if request.primer_bars:
            meter = request.primer_bars[0].meter
            if constraints is not None and constraints.meter != meter:
                raise ApiError(PRIMER_BARS, field="primer_bars")
            primer = events_of_bars(request.primer_bars)
        elif request.primer_notes:
            meter = Meter(beats=4, beat_unit=4) if constraints is None else constraints.meter
            primer = events_of_notes(request.primer_notes, meter)
        else:
            raise ApiError(PRIMER_EMPTY, field="primer_bars")
        if request.total_steps <= len(primer):
            raise ApiError(PRIMER_LENGTH, field="total_steps", value=request.total_steps, primer=len(primer))
        seed = request.seed if request.HasField("seed") else draw_seed()
        task = Task(
            primer=primer,
            meter=meter,
            total_steps=request.total_steps,
            temperature=request.temperature if request.HasField("temperature") else 1.0,
            constraints=constraints,
            seed=seed,
        )
        batcher = self._batchers[model.description.name]
        return Continuation(task, model.range, model.network.start(), batcher), seed
