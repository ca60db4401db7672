"""Listeners that keep what they have, and go on with it where their stream ends."""

import asyncio
from dataclasses import dataclass, field

import grpc
import grpc.aio
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.music_pb2 import Bar
from google.rpc import error_details_pb2

from services.chassis.errors.status import read_details

_PATIENCE_S = 90.0
_PAUSE_S = 0.5


@dataclass
class Kept:
    """What one listener has.

    Attributes:
        seed: Of the piece.
        bars: In the order in which they came.
        ends: How its streams ended before the last bar, each by its code and the reason that was told.
    """

    seed: int
    bars: list[Bar] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)


async def listen(address: str, token: str, seed: int, bars: int, kept: Kept | None = None) -> Kept:
    """Compose a piece; where the stream ends early, the rest of it, until all bars are there.

    Args:
        address: Of the gateway.
        token: Whom it believes.
        seed: Of the piece.
        bars: How many.
        kept: Where to keep what comes, for those who want to look meanwhile.

    Raises:
        TimeoutError: It took too long.
    """
    kept = kept or Kept(seed)
    metadata = (("authorization", f"Bearer {token}"),)
    async with asyncio.timeout(_PATIENCE_S):
        while len(kept.bars) < bars:
            request = ComposeRequest(prompt="basse funky en sol mineur", seed=seed, given_bars=kept.bars)
            request.hints.bars = bars
            async with grpc.aio.insecure_channel(address, options=[("grpc.enable_retries", 0)]) as channel:
                try:
                    async for response in MelodyServiceStub(channel).Compose(request, metadata=metadata, timeout=60):
                        if response.event.WhichOneof("event") == "bar":
                            kept.bars.append(response.event.bar.bar)
                except grpc.aio.AioRpcError as error:
                    reason, pause_s = _reason(error)
                    kept.ends.append(f"{error.code().name} {reason}".strip())
                    await asyncio.sleep(pause_s)
    return kept


def _reason(error: grpc.aio.AioRpcError) -> tuple[str, float]:
    """The reason that was told, and after how many seconds to go on."""
    reason, pause_s = "", _PAUSE_S
    status = read_details(error)
    for detail in status.details if status else ():
        info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            reason = info.reason
        if detail.Unpack(retry):
            pause_s = retry.retry_delay.ToTimedelta().total_seconds()
    return reason, pause_s
