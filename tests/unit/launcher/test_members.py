from pathlib import Path

from launcher.mesh import members
from launcher.settings import SERVICES, SLOW_STARTS_S, USUAL, MeshSettings


def test_the_gateway_is_waited_for_as_long_as_the_slowest_service(tmp_path: Path) -> None:
    settings = MeshSettings.read({"BOUMB_STATE_DIR": str(tmp_path)})
    *services, gateway = members(settings, tmp_path, SERVICES)
    assert {member.name: member.ready_within_s for member in services} == {
        name: SLOW_STARTS_S.get(name) for name in SERVICES
    }
    assert gateway.ready_within_s == max(SLOW_STARTS_S.values())
    assert members(settings, tmp_path, USUAL)[-1].ready_within_s is None
