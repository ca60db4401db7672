"""What is measured, what looks at it, and what is said of it, are in step: nothing asks for what no code tells."""

import importlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from launcher.settings import ROOT
from launcher.telemetry_processes import FILES
from telemetry.measures import declared
from tests.environments import needs_tools

RULES = FILES / "rules"
# Modules that declare measures.
MEASURING = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("services", "llm", "gateway")
    for path in (ROOT / folder).rglob("*.py")
    if "telemetry.measures import" in path.read_text("utf-8")
]
_NAME = re.compile(r"\b(?:boumbapp|rpc|gen_ai)[a-zA-Z0-9_]*(?::[a-z0-9_:]+)?")


def known_series() -> set[str]:
    for module in MEASURING:
        importlib.import_module(module)
    return {name for measure in declared().values() for name in measure.series}


def known_labels() -> set[str]:
    known_series()
    labels = {label.replace(".", "_") for measure in declared().values() for label in measure.labels}
    return labels | {
        "service_name",
        "service_instance_id",
        "le",
        "envoy_cluster_name",
        "envoy_http_conn_manager_prefix",
    }


def rules_of(name: str) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load((RULES / name).read_text("utf-8"))["groups"] for rule in group["rules"]]


def gateway_series() -> re.Pattern[str]:
    """Series of the gateway that the collector lets through."""
    configuration = yaml.safe_load((FILES / "collector.yaml").read_text("utf-8"))
    (condition,) = configuration["processors"]["filter"]["metrics"]["metric"]
    pattern = re.findall(r'IsMatch\(name, "([^"]*)"\)', condition)[1].replace("\\\\", "\\")
    return re.compile(pattern)


def asked(expression: str) -> Iterator[str]:
    """Names of series in an expression, without those of labels."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = re.sub(r"\b(by|on|without|ignoring)\s*\([^)]*\)", "", bare)
    yield from _NAME.findall(bare)


def expressions() -> Iterator[tuple[str, str]]:
    for name in ("recording.yml", "alerts.yml"):
        for rule in rules_of(name):
            yield rule.get("record") or rule["alert"], rule["expr"]
    board = json.loads((FILES / "grafana/boumbapp.json").read_text("utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def unknown(expression: str, known: set[str]) -> set[str]:
    return {
        name
        for name in asked(expression)
        if name not in known
        and not (name.startswith("boumbapp_gateway_") and _gateway_knows(name.removesuffix("_total")))
    }


def _gateway_knows(series: str) -> bool:
    """Whether the collector lets a series through. Prometheus writes underscores for dots: either may be meant."""
    alike = gateway_series().pattern.replace("\\.", "_")
    return re.search(alike, series) is not None


@pytest.mark.parametrize(("place", "expression"), list(expressions()))
def test_every_series_that_is_asked_for_is_told(place: str, expression: str) -> None:
    recorded = {rule["record"] for rule in rules_of("recording.yml")}
    assert not unknown(expression, known_series() | recorded), place
    labels = {
        label
        for group in re.findall(r"\b(?:by|on|without)\s*\(([^)]*)\)", expression)
        for label in re.split(r",\s*", group)
    } | set(re.findall(r"([a-z_]+)(?:=~|!~|!=|=)\"", expression))
    assert labels <= known_labels() | {"job", "alertstate"}, place


def test_a_series_that_no_code_tells_would_be_noticed() -> None:
    assert unknown('sum by (x) (rate(boumbapp_compose_tunes_total{a="b"}[5m]))', known_series()) == {
        "boumbapp_compose_tunes_total"
    }
    assert unknown("boumbapp_gateway_cluster_membership_asleep", known_series())


def test_every_measure_is_on_the_dashboard() -> None:
    board = json.loads((FILES / "grafana/boumbapp.json").read_text("utf-8"))
    shown = {name for panel in board["panels"] for target in panel.get("targets", ()) for name in asked(target["expr"])}
    through = {name for rule in rules_of("recording.yml") if rule["record"] in shown for name in asked(rule["expr"])}
    known_series()
    hidden = [measure.name for measure in declared().values() if not {*measure.series} & (shown | through)]
    assert not hidden


def test_every_alert_says_how_bad_it_is_and_what_it_is() -> None:
    for rule in rules_of("alerts.yml"):
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]


def test_operators_are_told_what_to_do_about_every_alert() -> None:
    page = (ROOT / "docs/observability.md").read_text("utf-8")
    assert [rule["alert"] for rule in rules_of("alerts.yml") if f"`{rule['alert']}`" not in page] == []


def test_every_alert_is_rehearsed_with_a_cause_and_with_what_only_looks_like_one() -> None:
    tests = yaml.safe_load((RULES / "tests.yml").read_text("utf-8"))["tests"]
    alerts = {rule["alert"] for rule in rules_of("alerts.yml")}
    for fires in (True, False):
        rehearsed = {
            test["name"].partition(" ")[0]
            for test in tests
            for check in test["promql_expr_test"]
            if bool(check["exp_samples"]) is fires and f'"{test["name"].partition(" ")[0]}"' in check["expr"]
        }
        assert rehearsed == alerts


@needs_tools("promtool")
def test_every_alert_fires_in_a_rehearsal_and_is_quiet_otherwise() -> None:
    promtool = shutil.which("promtool")
    assert promtool
    for command in (["test", "rules", "tests.yml"], ["check", "config", str(FILES / "prometheus.yml")]):
        done = subprocess.run([promtool, *command], cwd=RULES, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@needs_tools("promtool")
def test_an_alert_that_does_not_fire_would_be_noticed(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    assert promtool
    shutil.copytree(RULES, tmp_path / "rules")
    alerts = tmp_path / "rules/alerts.yml"
    alerts.write_text(alerts.read_text("utf-8").replace("bars_late:ratio > 0.01", "bars_late:ratio > 0.5"), "utf-8")
    done = subprocess.run([promtool, "test", "rules", "tests.yml"], cwd=alerts.parent, capture_output=True, check=False)
    assert done.returncode != 0
