from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config import Address, GatewaySettings, Limits, Quota
from services.chassis.settings import Environment, ServerSettings

SETTINGS = GatewaySettings(
    upstreams={"theory": ("unix:/run/theory.sock",), "melody": ("127.0.0.1:50052",)},
    jwks=Path("/keys/jwks.json"),
    admin_socket=Path("/run/admin.sock"),
)


@pytest.mark.parametrize("text", ["127.0.0.1:8080", "[::1]:0", "melody.internal:50052", "unix:/run/x.sock"])
def test_an_address_reads_back_as_written(text: str) -> None:
    assert str(Address.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["8080", ":8080", "host:", "host:port", "host:65536", "https://host:1", "unix:relative.sock", "unix:/" + "x" * 107],
)
def test_what_is_no_address_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|path"):
        Address.parse(text)


def test_it_listens_on_loopback_unless_told_otherwise() -> None:
    assert Address.parse(SETTINGS.listener).host == "127.0.0.1"


@pytest.mark.parametrize("origin", ["*", "https://*.example", "studio.example", "https://studio.example/", "null"])
def test_only_whole_origins_may_be_allowed(origin: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        replace(SETTINGS, allowed_origins=(origin,))


@pytest.mark.parametrize(("burst", "per_minute"), [(0, 1), (1, 0), (-1, 5)])
def test_a_quota_lets_something_through(burst: int, per_minute: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Quota(burst=burst, per_minute=per_minute)


def test_a_bad_address_is_found_when_settings_are_made() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        replace(SETTINGS, listener="nowhere")
    with pytest.raises(ValueError, match="nowhere"):
        replace(SETTINGS, collector="nowhere")


@pytest.mark.parametrize("text", ["127.0.0.1:4317", "http://127.0.0.1:4317", "http://127.0.0.1:4317/"])
def test_the_collector_may_be_written_as_opentelemetry_does(text: str) -> None:
    assert replace(SETTINGS, collector=text).collector == "127.0.0.1:4317"


def test_a_burst_of_streams_asks_for_no_more_than_a_service_has() -> None:
    environment = Environment({"BOUMB_MELODY_ADDRESS": "127.0.0.1:0"})
    assert Limits().streams.burst <= ServerSettings.read("melody", environment).max_in_flight
