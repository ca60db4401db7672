from dataclasses import replace
from pathlib import Path

from launcher.mesh import members
from launcher.settings import MeshSettings
from services.chassis.service_manifest import manifests, usual


def settings(tmp_path: Path, **variables: str) -> MeshSettings:
    return MeshSettings.read({"BOUMB_STATE_DIR": str(tmp_path), **variables})


def test_the_gateway_is_waited_for_as_long_as_the_slowest_service(tmp_path: Path) -> None:
    *services, gateway = members(settings(tmp_path), tmp_path, manifests())
    timeouts = {name: manifest.start_timeout_s for name, manifest in manifests().items()}
    assert {member.name: member.ready_within_s for member in services} == timeouts
    assert gateway.ready_within_s == max(timeout for timeout in timeouts.values() if timeout)
    quick = replace(settings(tmp_path), manifests={n: replace(m, start_timeout_s=None) for n, m in manifests().items()})
    assert members(quick, tmp_path)[-1].ready_within_s is None


def test_what_nobody_asked_for_is_not_started(tmp_path: Path) -> None:
    assert [member.name for member in members(settings(tmp_path), tmp_path)] == [*usual(manifests()), "gateway"]


def test_every_replica_is_a_process_of_its_own(tmp_path: Path) -> None:
    two = settings(tmp_path, BOUMB_MELODY_REPLICAS="2")
    assert [member.name for member in members(two, tmp_path, ["melody"])] == ["melody", "melody-2", "gateway"]
