"""Sends the responses of a stream, which may have to end before they do."""

from __future__ import annotations  # gRPC's classes take type arguments in their stubs only

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Any

import grpc.aio
from google.protobuf.message import Message

from services.chassis.errors.catalogue import GAVE_WAY, STOPPING, ApiError
from services.chassis.server.admission import RETRY_S, Admission, Place


async def send(
    admission: Admission,
    place: Place,
    context: grpc.aio.ServicerContext[Any, Any],
    responses: AsyncGenerator[Message, None],
) -> None:
    """Send responses until they end, or the server stops and has no more time for them.

    Sent here and not by gRPC, which cannot be interrupted while it waits for the caller.

    Args:
        admission: Gave the place, and may give it to others.
        place: What the stream holds.
        context: gRPC's, of the call.
        responses: What to send.

    Raises:
        ApiError: GAVE_WAY or STOPPING: the caller goes on elsewhere, or later, with what it has.
    """
    async with aclosing(responses):
        try:
            async with asyncio.timeout(None) as going_on:
                place.stop = partial(going_on.reschedule, asyncio.get_running_loop().time())
                await _send_each(admission, place, context, responses)
        except TimeoutError:
            if not going_on.expired():
                raise
            raise ApiError(STOPPING, retry_s=RETRY_S) from None


async def _send_each(
    admission: Admission,
    place: Place,
    context: grpc.aio.ServicerContext[Any, Any],
    responses: AsyncGenerator[Message, None],
) -> None:
    """Send responses one by one, as the caller takes them; the place may be given away meanwhile."""
    loop = asyncio.get_running_loop()
    async for response in responses:
        if not place.held:  # given away while this was computed
            raise ApiError(GAVE_WAY, retry_s=RETRY_S)
        try:
            async with asyncio.timeout(None) as waiting:
                admission.waits(place, partial(waiting.reschedule, loop.time()))
                await context.write(response)
        except TimeoutError:
            raise ApiError(GAVE_WAY, retry_s=RETRY_S) from None
        except grpc.aio.InternalError as error:  # the caller left meanwhile
            raise asyncio.CancelledError from error
        finally:
            admission.goes_on(place)
