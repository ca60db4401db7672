"""Theory as composing services see it: calls with deadlines, failures in the product's own terms."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import Bar
from boumbapp.theory.v2 import theory_service_pb2 as pb
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub
from grpc.aio import AioRpcError, Channel, StreamStreamCall

from services.chassis.client.channel import outgoing
from services.chassis.errors.catalogue import DEPENDENCY_DOWN, ApiError
from services.chassis.errors.status import RETRY_S, dependency
from services.composition.scheduling.playhead import Playhead

# Each takes about a millisecond; these bounds are for a theory that hangs, or that is being started again.
_ANALYSE_S = 3.0
_VALIDATE_S = 1.0
# Theory is asked again for a bar after so many seconds, and for so long once the bar is due.
_PAUSE_S, _PATIENCE_S = 0.1, 3.0
# Bounds a whole stream, which waits for the listener between bars.
_STREAM_S = 3600.0

# Corrects a bar. Raises ApiError or UpstreamError.
Check = Callable[[Bar], Awaitable[pb.ValidatedBar]]


class TheoryClient:
    """Calls theory on behalf of the request being handled.

    Args:
        channel: An open channel to theory; the caller closes it.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = TheoryServiceStub(channel)

    async def analyse(self, request: pb.AnalyseRequest) -> pb.AnalyseResponse:
        """Understand a prompt. Raises ApiError or UpstreamError."""
        with dependency("theory"):
            return await self._stub.Analyse(request, wait_for_ready=True, **outgoing(_ANALYSE_S))

    async def detect(self, bars: Sequence[Bar]) -> pb.DetectResponse:
        """The likely key and metre of bars. Raises ApiError or UpstreamError."""
        with dependency("theory"):
            return await self._stub.Detect(pb.DetectRequest(bars=bars), wait_for_ready=True, **outgoing(_ANALYSE_S))

    async def constrain(self, intent: Intent, seed: int) -> Constraints:
        """What follows from an intent.

        Args:
            intent: What to compose.
            seed: Of the piece; it draws the harmony where the intent names none.

        Raises:
            ApiError: Theory refuses the intent.
            UpstreamError: Theory is away or fails.
        """
        with dependency("theory"):
            response: pb.ConstrainResponse = await self._stub.Constrain(
                pb.ConstrainRequest(intent=intent, seed=seed), wait_for_ready=True, **outgoing(_ANALYSE_S)
            )
        return response.constraints

    @asynccontextmanager
    async def checking(
        self, constraints: Constraints, locale: str, playhead: Playhead | None = None
    ) -> AsyncIterator[Check]:
        """What corrects the bars of a piece, over one stream: a call for each of them costs twice as much.

        Args:
            constraints: Of the piece.
            locale: Language of explanations, "fr" or "en".
            playhead: When they are due: so long a theory that is away is waited for.
        """
        checks = _Checks(self._stub, pb.ValidateStreamRequest(constraints=constraints, locale=locale), playhead)
        try:
            yield checks.check
            await checks.end()
        finally:
            checks.cancel()


class _Checks:
    """The bars of a piece on their way through theory.

    Args:
        stub: Theory.
        opening: What a stream begins with, besides its first bar.
        playhead: When the bars are due; None when somebody waits for them now.
    """

    def __init__(self, stub: TheoryServiceStub, opening: pb.ValidateStreamRequest, playhead: Playhead | None) -> None:
        self._stub = stub
        self._opening = opening
        self._playhead = playhead
        self._call: StreamStreamCall[pb.ValidateStreamRequest, pb.ValidateStreamResponse] | None = None

    async def check(self, bar: Bar) -> pb.ValidatedBar:
        """Correct a bar. A theory that dies, or hangs, is asked again over a new stream for as long as playback allows.

        Raises:
            ApiError: Theory is away for longer.
            UpstreamError: Theory refuses the constraints.
        """
        loop = asyncio.get_running_loop()
        left_s = self._playhead.left_s(bar.index) if self._playhead and self._playhead.listens else 0.0
        give_up = loop.time() + max(0.0, left_s) + _PATIENCE_S
        pause_s = 0.0  # at once over a new stream where the old one was left behind by a theory that was started again
        while True:
            try:
                with dependency("theory"):
                    async with asyncio.timeout(_VALIDATE_S):
                        return await self._check(bar)
            except TimeoutError as error:  # it hangs; the stream is of no more use
                private = f"theory: no answer to a bar: {error!r}"
                failure = ApiError(DEPENDENCY_DOWN, private=private, value="theory", retry_s=RETRY_S)
            except ApiError as error:
                if error.code is not DEPENDENCY_DOWN:
                    raise
                failure = error
            self.cancel()
            if loop.time() + pause_s >= give_up:
                raise failure
            await asyncio.sleep(pause_s)
            pause_s = _PAUSE_S

    async def _check(self, bar: Bar) -> pb.ValidatedBar:
        request = pb.ValidateStreamRequest(bar=bar)
        if self._call is None or self._call.done():
            request.MergeFrom(self._opening)
            self._call = self._stub.ValidateStream(**outgoing(_STREAM_S))
        return await self._exchange(self._call, request)

    @staticmethod
    async def _exchange(
        call: StreamStreamCall[pb.ValidateStreamRequest, pb.ValidateStreamResponse], request: pb.ValidateStreamRequest
    ) -> pb.ValidatedBar:
        await call.write(request)
        response = await call.read()
        assert isinstance(response, pb.ValidateStreamResponse)  # theory ends no stream before its caller does
        return response.result

    async def end(self) -> None:
        """Close the stream after the last bar."""
        if self._call is not None:
            with suppress(AioRpcError, TimeoutError):  # all bars are there
                async with asyncio.timeout(_VALIDATE_S):
                    await self._call.done_writing()
                    await self._call.read()

    def cancel(self) -> None:
        """Cancel the call, at whatever bar it is."""
        if self._call is not None:
            self._call.cancel()
            self._call = None
