"""The one channel factory: calls to other services with shrinking deadlines, safe retries and the caller's identity."""

import json
from typing import TypedDict

import grpc
import grpc.aio

from services.chassis import request_context as contexts
from services.chassis.client.traced import TracedChannel
from services.chassis.tls import TlsIdentity, stays_here
from telemetry import tracing

# Time kept back from the caller's deadline so that a late answer can still be turned into a clear error.
_MARGIN_S = 0.02

_OPTIONS: tuple[tuple[str, int | str], ...] = (
    # A restarted neighbour is found again within half a second.
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 500),
    # Also one that came back under another address, as containers do; gRPC asks the DNS every 30 s at most by itself.
    ("grpc.dns_min_time_between_resolutions_ms", 500),
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    # A person's proxy is for the web: gRPC would ask it for addresses of this machine too.
    ("grpc.enable_http_proxy", 0),
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


def open_channel(address: str, otlp_endpoint: str = "", tls: TlsIdentity | None = None) -> grpc.aio.Channel:
    """A channel to another service; it connects when first used.

    Args:
        address: "host:port" or "unix:/path".
        otlp_endpoint: Collector of traces, "http://host:4317"; empty for none.
        tls: What to encrypt with; not used for addresses on this machine. None sends plain text.
    """
    if tls is None or stays_here(address):
        channel = grpc.aio.insecure_channel(address, options=_OPTIONS)
    else:
        credentials = grpc.ssl_channel_credentials(tls.roots, tls.key, tls.certificate)
        channel = grpc.aio.secure_channel(address, credentials, options=_OPTIONS)
    return TracedChannel(channel) if otlp_endpoint else channel


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
        metadata.add(contexts.NESTED, "1")
    for name, value in contexts.write_identity(call.identity):
        metadata.add(name, value)
    if not tracing.is_on():  # else the channel tells the span of the call
        for name, value in tracing.headers_of().items():
            metadata.add(name, value)
    return {"timeout": timeout, "metadata": metadata}
