import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.config import GatewaySettings, Limits
from gateway.keys import ensure_keys
from gateway.methods import public_services
from gateway.process import command
from gateway.render import render
from services.chassis.service_manifest import manifests, usual

Tree = dict[str, Any]
UPSTREAMS = {name: (manifest.default_address,) for name, manifest in manifests().items()}


@pytest.fixture
def settings(tmp_path: Path) -> GatewaySettings:
    return GatewaySettings(
        upstreams=UPSTREAMS,
        jwks=ensure_keys(tmp_path / "keys").jwks,
        admin_socket=Path("/run/admin.sock"),
    )


def manager(settings: GatewaySettings) -> Tree:
    config = yaml.safe_load(render(settings))
    [listener] = config["static_resources"]["listeners"]
    [chain] = listener["filter_chains"]
    [connection_manager] = chain["filters"]
    result: Tree = connection_manager["typed_config"]
    return result


def routes(settings: GatewaySettings) -> list[Tree]:
    [host] = manager(settings)["route_config"]["virtual_hosts"]
    result: list[Tree] = host["routes"]
    return result


def test_envoy_accepts_it_in_every_form(settings: GatewaySettings, tmp_path: Path) -> None:
    forms = {
        "plain": settings,
        "traced": replace(settings, collector="127.0.0.1:4317"),
        "sockets": replace(
            settings,
            listener="unix:/run/public.sock",
            upstreams={name: (f"unix:/run/{name}.sock",) for name in UPSTREAMS},
        ),
        "names": replace(settings, upstreams={name: (f"{name}.internal:50051",) for name in UPSTREAMS}),
        "replicas": replace(
            settings, upstreams={name: (f"unix:/run/{name}.sock", f"unix:/run/{name}.sock.2") for name in UPSTREAMS}
        ),
        "no page may call": replace(settings, allowed_origins=()),
    }
    for name, form in forms.items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(render(form), "utf-8")
        done = subprocess.run([*command(form, path), "--mode", "validate"], check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        assert "deprecated" not in done.stderr.lower(), name


def test_only_listed_methods_lead_to_a_service(settings: GatewaySettings) -> None:
    listed = {method.path for service in public_services() for method in service.methods}
    leading = [route for route in routes(settings) if route.get("route", {}).get("cluster") != "nowhere"]
    assert {route["match"].get("path") for route in leading if "route" in route} == listed
    assert [route["direct_response"]["status"] for route in leading if "route" not in route] == [415]


def test_the_allow_list_holds_the_listed_methods_and_nothing_else(settings: GatewaySettings) -> None:
    [rbac] = [f for f in manager(settings)["http_filters"] if f["name"] == "envoy.filters.http.rbac"]
    [policy] = rbac["typed_config"]["rules"]["policies"].values()
    *listed, outdated = policy["permissions"]
    allowed = [permission["header"]["string_match"]["exact"] for permission in listed]
    assert allowed == [method.path for service in public_services() for method in service.methods]
    pattern = outdated["url_path"]["path"]["safe_regex"]["regex"]
    assert not any(re.fullmatch(pattern, path) for path in allowed)
    [route] = [route for route in routes(settings) if route["match"].get("safe_regex") == {"regex": pattern}]
    assert route["route"] == {"cluster": "nowhere"}, "no service is behind the contract before this one"


def test_streams_are_not_cut_after_the_default_fifteen_seconds(settings: GatewaySettings) -> None:
    limited = replace(settings, limits=Limits(unary_s=7, stream_s=70))
    by_path = {route["match"].get("path"): route.get("route", {}) for route in routes(limited)}
    compose = by_path["/boumbapp.melody.v2.MelodyService/Compose"]
    assert compose["timeout"] == "0s"
    assert compose["max_stream_duration"] == {"max_stream_duration": "70s"}
    assert by_path["/boumbapp.theory.v2.TheoryService/Analyse"]["timeout"] == "7s"


def test_filters_stand_in_the_order_that_makes_refusals_readable(settings: GatewaySettings) -> None:
    names = [f["name"].removeprefix("envoy.filters.http.") for f in manager(settings)["http_filters"]]
    assert names == [
        *("healthz", "readyz", "answer_status", "cors", "grpc_web", "request_limit", "large_request_limit"),
        *("jwt_authn", "rbac", "local_ratelimit", "json", "trailer_status", "router"),
    ]


def test_nothing_is_traced_without_a_collector(settings: GatewaySettings) -> None:
    assert "tracing" not in manager(settings)
    assert "tracing" in manager(replace(settings, collector="127.0.0.1:4317"))


def test_settings_cannot_smuggle_configuration_in(settings: GatewaySettings) -> None:
    odd = Path('/keys/"]\n  evil: true #.json')
    [jwt] = [f for f in manager(replace(settings, jwks=odd))["http_filters"] if f["name"].endswith("jwt_authn")]
    assert jwt["typed_config"]["providers"]["lexik"]["local_jwks"]["filename"] == str(odd)


@pytest.mark.parametrize("upstreams", [{"theory": ("h:1",)}, {**UPSTREAMS, "kazoo": ("h:3",)}], ids=["fewer", "more"])
def test_upstreams_and_public_services_must_be_the_same(
    settings: GatewaySettings, upstreams: dict[str, tuple[str, ...]]
) -> None:
    with pytest.raises(ValueError, match=re.escape(f"public methods are of {sorted(UPSTREAMS)}")):
        render(replace(settings, upstreams=upstreams))


def test_the_studio_is_ready_without_what_is_optional(settings: GatewaySettings) -> None:
    [ready] = [f for f in manager(settings)["http_filters"] if f["name"] == "readyz"]
    assert set(ready["typed_config"]["cluster_min_healthy_percentages"]) == set(usual(manifests()))


def test_every_replica_is_an_endpoint_of_its_own(settings: GatewaySettings) -> None:
    many = replace(settings, upstreams={**UPSTREAMS, "melody": ("127.0.0.1:1", "unix:/run/m.sock")})
    [melody] = [c for c in yaml.safe_load(render(many))["static_resources"]["clusters"] if c["name"] == "melody"]
    [group] = melody["load_assignment"]["endpoints"]
    addresses = [endpoint["endpoint"]["address"] for endpoint in group["lb_endpoints"]]
    assert [next(iter(address)) for address in addresses] == ["socket_address", "pipe"]


def test_a_service_that_is_away_is_asked_again_soon(settings: GatewaySettings) -> None:
    clusters = {c["name"]: c for c in yaml.safe_load(render(settings))["static_resources"]["clusters"]}
    for name in UPSTREAMS:
        (check,) = clusters[name]["health_checks"]
        assert (check["unhealthy_interval"], check["no_traffic_interval"]) == ("0.1s", "0.1s")
