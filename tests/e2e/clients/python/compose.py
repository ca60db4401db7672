"""Composes through the gateway with grpcio and the contract's package alone. Usage: compose.py ADDRESS TOKEN PROMPT."""

import sys

import grpc
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub

address, token, prompt = sys.argv[1:]
with grpc.insecure_channel(address) as channel:
    call = MelodyServiceStub(channel).Compose(
        ComposeRequest(prompt=prompt, seed=7), metadata=(("authorization", f"Bearer {token}"),), timeout=30
    )
    for response in call:
        print(response.event.WhichOneof("event"))
