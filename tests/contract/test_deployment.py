"""The files of deploy/: they follow from the manifests, and allow the arrows of the picture and nothing else."""

import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.picture import GATEWAY, arrows
from deploy.targets import images, targets
from deploy.write import files, subnets
from services.chassis.service_manifest import BACKENDS, ROOT, manifests

COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
SERVICES: Mapping[str, Any] = COMPOSE["services"]
OPEN_NETWORKS = {"outside", "downloads"}
# Names under which one part runs in another way.
SAME = {"ollama-gpu": "ollama"}
OWN = {*manifests(), GATEWAY}


def networks_of(service: Mapping[str, Any]) -> set[str]:
    return set(service.get("networks", ()))


@pytest.mark.parametrize(
    ("path", "content"), list(files()), ids=lambda value: value.name if isinstance(value, Path) else ""
)
def test_what_is_written_is_what_follows_from_the_manifests(path: Path, content: str) -> None:
    assert (ROOT / path).read_text("utf-8") == content, "run python -m deploy.write"


def test_there_is_an_image_for_each_service() -> None:
    assert [target.name for target in targets()] == [*manifests(), GATEWAY, "studio", "tools"]
    for name in OWN:
        assert SERVICES[name]["build"]["target"] == name


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_has_a_privilege(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc", "userns_mode"} & set(service)
    assert service.get("network_mode", "none") == "none"
    if "build" not in service:  # our own images name their user themselves
        assert int(service["user"].partition(":")[0]) > 0
    assert "docker.sock" not in str(service)


def test_only_the_gateway_has_a_port() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service or "expose" in service] == [GATEWAY]
    assert len(SERVICES[GATEWAY]["ports"]) == 1


def test_networks_are_the_arrows_and_have_no_way_out() -> None:
    joined = defaultdict(set)
    for name, service in SERVICES.items():
        for network in networks_of(service):
            joined[network].add(SAME.get(name, name))
    assert joined.pop("outside") == {GATEWAY}
    assert joined.pop("downloads") == {"ollama-downloads", "prepare"}
    assert joined == {arrow.name: {arrow.caller, arrow.callee} for arrow in arrows()}
    assert {name for name, network in COMPOSE["networks"].items() if not network.get("internal")} == OPEN_NETWORKS
    assert set(COMPOSE["networks"]) == OPEN_NETWORKS | set(joined)


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_part_listens_to_those_who_may_call_it_only(name: str) -> None:
    """So that arrows are one-way, though networks are not."""
    known = subnets(arrows())
    callers = {known[arrow.name] for arrow in arrows() if arrow.callee == name}
    expected = {known["outside"]} if name == GATEWAY else {"127.0.0.1", *callers}
    assert set(SERVICES[name]["environment"]["BOUMB_BIND_HOST"].split(",")) == expected


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_part_is_told_the_addresses_of_those_that_it_may_call_only(name: str) -> None:
    told = {
        variable.removeprefix("BOUMB_").removesuffix("_ADDRESS").lower()
        for variable in SERVICES[name]["environment"]
        if variable.startswith("BOUMB_") and variable.endswith("_ADDRESS")
    }
    reachable = {arrow.callee for arrow in arrows() if arrow.caller == name} - {"postgres"}
    assert told == reachable | {name}


def test_every_network_has_addresses_of_its_own() -> None:
    subnet = [network["ipam"]["config"][0]["subnet"] for network in COMPOSE["networks"].values()]
    assert len(set(subnet)) == len(subnet)


def test_it_fits_into_half_of_a_laptop() -> None:
    """Docker Desktop gives its machine half of the memory: 8 GB of 16, with a model of three billion parameters."""
    usual = {name for name, service in SERVICES.items() if not service.get("profiles") and service["restart"] != "no"}
    limits = {name: service["deploy"]["resources"]["limits"]["memory"] for name, service in SERVICES.items()}
    assert all(re.fullmatch(r"\d+M", memory) for memory in limits.values())
    assert sum(int(limits[name].rstrip("M")) for name in {*usual, "ollama"}) < 7900


def test_images_that_are_not_ours_are_named_in_one_place() -> None:
    used = {service["image"] for service in SERVICES.values() if not service["image"].startswith("boumb/")}
    assert used == {images()["ollama"], images()["postgres"]}
    dockerfile = (ROOT / "deploy/Dockerfile").read_text("utf-8")
    assert re.findall(r"^ARG \w+=(.+)$", dockerfile, re.MULTILINE) == [
        images()[name] for name in ("python", "envoy", "node")
    ]
    bases = set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE))
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", dockerfile, re.MULTILINE))
    assert bases <= stages | {"${PYTHON}", "${ENVOY}", "${NODE}"}
    for image in images().values():
        assert re.fullmatch(r"[a-z0-9./-]+:[A-Za-z0-9.-]*\d[A-Za-z0-9.-]*(@sha256:[0-9a-f]{64})?", image)


def test_files_of_deploy_name_no_place_to_download_from() -> None:
    for path in (ROOT / "deploy").rglob("*"):
        if path.is_file() and path.suffix != ".pyc" and not {"kubernetes", "observability"} & set(path.parts):
            found = re.findall(r"https?://[^\s\"'`)}]+", path.read_text("utf-8"))
            assert not [url for url in found if not re.match(r"https?://(localhost|127\.0\.0\.1|\$\{)", url)], path


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_manifests_say_which_models_and_servers_the_code_uses(target: Any) -> None:
    manifest = manifests().get(target.name)
    if manifest is None:
        return
    assert ("llm" in target.needs.folders) == ("ollama" in manifest.backends)
    code = "".join(path.read_text("utf-8") for path in (ROOT / "services" / target.name).rglob("*.py"))
    shipped = {path.name for path in (ROOT / "models").iterdir() if path.is_dir()}
    named = {model for model in shipped if f'"{model}"' in code}
    assert named <= set(manifest.models) <= shipped
    assert set(manifest.backends) <= set(BACKENDS)


def test_a_checkout_on_windows_has_the_same_bytes(tmp_path: Path) -> None:
    """Git there turns line ends into CRLF unless it is told not to."""
    git = ["git", "-C", str(ROOT), "-c", "core.autocrlf=true", "-c", "core.eol=crlf"]
    subprocess.run([*git, "checkout-index", "--all", f"--prefix={tmp_path}/"], check=True)
    changed = [
        path.relative_to(tmp_path)
        for path in tmp_path.rglob("*")
        if path.suffix in (".yaml", ".py", ".txt", ".lua", ".j2", ".env")
        or path.name in ("Dockerfile", ".env", "boumb")
        if path.is_file() and b"\r\n" in path.read_bytes()
    ]
    assert not changed
