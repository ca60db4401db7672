"""The same as compose.py with grpc.aio. Usage: compose_async.py ADDRESS TOKEN PROMPT."""

import asyncio
import sys

import grpc.aio
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub


async def main(address: str, token: str, prompt: str) -> None:
    """Compose, and print what each event is."""
    async with grpc.aio.insecure_channel(address) as channel:
        metadata = (("authorization", f"Bearer {token}"),)
        request = ComposeRequest(prompt=prompt, seed=7)
        async for response in MelodyServiceStub(channel).Compose(request, metadata=metadata):
            print(response.event.WhichOneof("event"))


asyncio.run(main(*sys.argv[1:]))
