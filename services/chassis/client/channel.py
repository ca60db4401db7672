"""The one channel factory: calls to other services with shrinking deadlines, safe retries and the caller's identity."""

import base64
import json
from typing import TypedDict

import grpc.aio

from services.chassis import request_context as contexts
from services.chassis.telemetry import client_interceptors

# Time kept back from the caller's deadline so that a late answer can still be turned into a clear error.
_MARGIN_S = 0.02

_OPTIONS: tuple[tuple[str, int | str], ...] = (
    # A restarted neighbour is found again within half a second.
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    # gRPC itself never repeats a call of which a message has arrived, so streams that began are safe.
    ("grpc.enable_retries", 1),
    (
        "grpc.service_config",
        json.dumps(
            {
                "methodConfig": [
                    {
                        "name": [{}],
                        "retryPolicy": {
                            "maxAttempts": 3,
                            "initialBackoff": "0.05s",
                            "maxBackoff": "0.2s",
                            "backoffMultiplier": 2,
                            "retryableStatusCodes": ["UNAVAILABLE"],
                        },
                    }
                ]
            }
        ),
    ),
)


class CallOptions(TypedDict):
    """Keyword arguments of a stub's method."""

    timeout: float
    metadata: grpc.aio.Metadata


def open_channel(address: str, otlp_endpoint: str = "") -> grpc.aio.Channel:
    """A channel to another service at "host:port" or "unix:/path"; it connects when first used."""
    return grpc.aio.insecure_channel(address, options=_OPTIONS, interceptors=client_interceptors(otlp_endpoint))


def outgoing(most_s: float) -> CallOptions:
    """Options of a call made on behalf of the current one.

    Args:
        most_s: Longest time to wait, in seconds; less when the caller stops waiting earlier.
    """
    call = contexts.current()
    remaining = call.remaining_s()
    timeout = most_s if remaining is None else max(0.001, min(most_s, remaining - _MARGIN_S))
    metadata = grpc.aio.Metadata((contexts.LANGUAGE, call.accept_language or call.locale))
    if call.request_id:
        metadata.add(contexts.REQUEST_ID, call.request_id)
    if call.identity.user:
        metadata.add(contexts.USER, call.identity.user)
        metadata.add(contexts.ROLES, base64.b64encode(json.dumps(call.identity.roles).encode()).decode())
    return {"timeout": timeout, "metadata": metadata}
