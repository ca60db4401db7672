"""The same as compose.py with grpc.aio. Usage: compose_async.py ADDRESS TOKEN PROMPT."""

import asyncio
import sys

import grpc.aio
from boumbapp.melody.v1.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v1.melody_service_pb2_grpc import MelodyServiceStub


async def main(address: str, token: str, prompt: str) -> None:
    """Compose, and print what each event is."""
    async with grpc.aio.insecure_channel(address) as channel:
        metadata = (("authorization", f"Bearer {token}"),)
        async for event in MelodyServiceStub(channel).Compose(ComposeRequest(prompt=prompt, seed=7), metadata=metadata):
            print(event.WhichOneof("event"))


asyncio.run(main(*sys.argv[1:]))
