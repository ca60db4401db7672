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
from services.chassis.errors.catalogue import DEADLINE, ApiError
from services.chassis.errors.status import dependency, is_peer_lost

# Each takes about a millisecond; these bounds only catch a theory that hangs.
_ANALYSE_S = 2.0
_VALIDATE_S = 1.0
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
            return await self._stub.Analyse(request, **outgoing(_ANALYSE_S))

    async def detect(self, bars: Sequence[Bar]) -> pb.DetectResponse:
        """The likely key and metre of bars. Raises ApiError or UpstreamError."""
        with dependency("theory"):
            return await self._stub.Detect(pb.DetectRequest(bars=bars), **outgoing(_ANALYSE_S))

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
                pb.ConstrainRequest(intent=intent, seed=seed), **outgoing(_ANALYSE_S)
            )
        return response.constraints

    @asynccontextmanager
    async def checking(self, constraints: Constraints, locale: str) -> AsyncIterator[Check]:
        """What corrects the bars of a piece, over one stream: a call for each of them costs twice as much.

        Args:
            constraints: Of the piece.
            locale: Language of explanations, "fr" or "en".
        """
        checks = _Checks(self._stub, pb.ValidateStreamRequest(constraints=constraints, locale=locale))
        try:
            yield checks.check
            await checks.end()
        finally:
            checks.cancel()


class _Checks:
    """The bars of a piece on their way through theory.

    Args:
        stub: Theory.
        told: What a stream begins with, besides its first bar.
    """

    def __init__(self, stub: TheoryServiceStub, told: pb.ValidateStreamRequest) -> None:
        self._stub = stub
        self._told = told
        self._call: StreamStreamCall[pb.ValidateStreamRequest, pb.ValidateStreamResponse] | None = None

    async def check(self, bar: Bar) -> pb.ValidatedBar:
        """Correct a bar; when theory has been restarted since the bar before, over a new stream."""
        request = pb.ValidateStreamRequest(bar=bar)
        with dependency("theory"):
            try:
                async with asyncio.timeout(_VALIDATE_S):
                    if self._call is not None and not self._call.done():
                        try:
                            return await self._exchange(self._call, request)
                        except AioRpcError as error:
                            if not is_peer_lost(error):
                                raise
                    request.MergeFrom(self._told)
                    self._call = self._stub.ValidateStream(**outgoing(_STREAM_S))
                    return await self._exchange(self._call, request)
            except TimeoutError as error:
                raise ApiError(DEADLINE, private="theory: no answer to a bar") from error

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
