"""`./boumb up --telemetry`: a real collector and a real Prometheus see a piece being made, and an alert fires."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from launcher.telemetry_processes import find_jaeger, find_prometheus
from tests.e2e.cli.boumb import Terminal, free_ports
from tests.e2e.cli.test_up_command import read_until

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        (find_jaeger() is None or find_prometheus() is None) and os.environ.get("CI") != "true",
        reason="./boumb test builds the collector and installs Prometheus",
    ),
]
NAMES = ("COLLECTOR", "TRACES", "MEASURES", "PROMETHEUS")


def asked(address: str, path: str, **parameters: str) -> Any:
    try:
        with urlopen(f"http://{address}{path}?{urlencode(parameters)}", timeout=10) as answer:
            return json.loads(answer.read())["data"]
    except (URLError, KeyError):
        return None


def until(look: Callable[[], Any], within_s: float = 60) -> Any:
    give_up = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < give_up, "nothing comes"
        time.sleep(0.5)
    return seen


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    ports = free_ports(len(NAMES))
    addresses = {f"BOUMB_{name}_ADDRESS": f"127.0.0.1:{port}" for name, port in zip(NAMES, ports, strict=True)}
    return Terminal.at(tmp_path, **addresses)


def test_a_piece_is_seen_and_an_alert_fires_whose_cause_is_there(terminal: Terminal) -> None:
    traces, prometheus = (terminal.environment[f"BOUMB_{name}_ADDRESS"] for name in ("TRACES", "PROMETHEUS"))
    # A spool that cannot be: what is composed is not kept, and that must be noticed.
    with terminal.start("up", "--telemetry", BOUMB_SPOOL_DIR=os.devnull) as studio:
        welcome = read_until(studio, "stop ")
        assert f"http://{traces}" in welcome
        assert f"http://{prometheus}" in welcome

        def compose() -> None:
            done = terminal.run("compose", "a bass in C minor", "--bars", "2")
            assert done.returncode == 0, done.stderr

        def value(expression: str) -> float:
            found = asked(prometheus, "/api/v1/query", query=expression)
            return float(found["result"][0]["value"][1]) if found and found["result"] else 0.0

        compose()
        until(lambda: value("sum(boumbapp_journal_not_recorded_total)"))
        assert value("sum(boumbapp_compose_bars_total)") == 2
        assert value("boumbapp_gateway_cluster_membership_healthy{envoy_cluster_name='theory'}") == 1
        until(lambda: value("up{job='boumbapp'}"))
        found = until(lambda: asked(traces, "/api/traces", service="melody", limit="1"))
        services = {process["serviceName"] for process in found[0]["processes"].values()}
        assert {"gateway", "melody", "theory"} <= services
        with urlopen(f"http://{traces}/", timeout=10) as page:
            assert "<title>Traces</title>" in page.read().decode()

        rules = asked(prometheus, "/api/v1/rules")["groups"]
        assert {group["name"] for group in rules} == {"boumbapp", "boumbapp-alerts"}
        assert not [rule["name"] for group in rules for rule in group["rules"] if rule["health"] == "err"]
        compose()
        until(lambda: value("ALERTS{alertname='NotRecorded', alertstate='firing'}"), 90)
        studio.terminate()
        assert studio.wait(timeout=30) == 0
    assert terminal.left_running() == []
