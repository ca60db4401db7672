"""What the overlays promise, held against a real control plane: `deploy/kubernetes/verify`.

It says what it found, a line each, and ends with 1 at the first that is not as promised.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from cli.kubernetes import install_kustomize, kustomize
from cli.tools import CannotInstall
from deploy.kubernetes.control_plane import ControlPlane, ControlPlaneFailed, build, running
from deploy.kubernetes.write import NAMESPACE
from launcher.settings import ROOT

_OVERLAYS: Final = ("one-node", "production")
_WAIT_S: Final = 180.0
_IN = f"--namespace={NAMESPACE}"
_EVICTED: Final = "melody"


class NotAsPromised(Exception):
    """Something does not hold; the text says what."""


def _say(text: str) -> None:
    print(f"✓ {text}", flush=True)


def _until(what: str, holds: Callable[[], bool], within_s: float = _WAIT_S) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise NotAsPromised(f"after {within_s:.0f} s: {what}")
        time.sleep(0.5)


def _rendered(overlay: str) -> str:
    command = kustomize()
    assert command is not None  # it was installed
    place = ROOT / "deploy/kubernetes/overlays" / overlay
    return subprocess.run([*command, place], capture_output=True, text=True, check=True).stdout  # noqa: S603


def _secrets(plane: ControlPlane) -> None:
    """What an operator makes beforehand, with content that nobody needs here."""
    for name, keys in (
        ("boumb-token-keys", ["public.pem=x"]),
        ("boumb-journal", ["BOUMB_JOURNAL_URL=postgresql://x", "BOUMB_JOURNAL_KEYS=x"]),
    ):
        literals = [f"--from-literal={key}" for key in keys]
        plane.kubectl(_IN, "create", "secret", "generic", name, *literals)


def _volume(plane: ControlPlane) -> None:
    """A volume for the journal of one node, as its storage would make it."""
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "paper"},
        "spec": {
            "capacity": {"storage": "5Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/nowhere"},
        },
    }
    plane.kubectl("apply", "--server-side", "--filename=-", given=json.dumps(volume))


def _deployments(plane: ControlPlane) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = plane.get(_IN, "deployments")["items"]
    return items


def _check_applied(plane: ControlPlane, overlay: str) -> None:
    """Apply it twice: the second time says that nothing changes."""
    content = _rendered(overlay)
    apply = ("apply", "--server-side", "--filename=-")
    if f"namespace/{NAMESPACE}" not in plane.kubectl("get", "namespaces", "--output=name").stdout:
        plane.kubectl("create", "namespace", NAMESPACE)
        _secrets(plane)
    count = len(plane.kubectl(*apply, "--force-conflicts", given=content).stdout.splitlines())
    plane.kubectl(*apply, given=content)
    _say(f"{overlay}: {count} objects applied by the server, and applied again without a conflict")
    for each in _deployments(plane):
        plane.kubectl(_IN, "rollout", "status", f"deployment/{each['metadata']['name']}", "--timeout=180s")
    _say(f"{overlay}: every deployment is available ({len(_deployments(plane))} of them)")


def _check_privileged(plane: ControlPlane) -> None:
    def pod(**context: object) -> str:
        container = {"name": "x", "image": "x", "securityContext": context}
        return json.dumps(
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [container]}}
        )

    for what, context in (("privileged", {"privileged": True}), ("usual", {})):
        refused = plane.kubectl(_IN, "create", "--filename=-", given=pod(**context), check=False)
        if refused.returncode == 0 or 'violates PodSecurity "restricted' not in refused.stderr:
            raise NotAsPromised(f"a {what} pod was not refused: {refused.stdout}{refused.stderr}")
        _say(f"a {what} pod is refused: {refused.stderr.strip()[:160]}")


def _pods(plane: ControlPlane, name: str) -> list[str]:
    items = plane.get(_IN, "pods", f"--selector=app.kubernetes.io/name={name}", "--field-selector=status.phase=Running")
    return [each["metadata"]["name"] for each in items["items"] if not each["metadata"].get("deletionTimestamp")]


def _evict(plane: ControlPlane, pod: str) -> subprocess.CompletedProcess[str]:
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": NAMESPACE}}
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/{pod}/eviction"
    return plane.kubectl("create", "--raw", path, "--filename=-", given=json.dumps(eviction), check=False)


def _check_budget(plane: ControlPlane) -> None:
    """With all nodes closed, nothing takes the place of the first pod that goes: a second one may not go."""
    _until(f"two pods of {_EVICTED}", lambda: len(_pods(plane, _EVICTED)) >= 2)
    _until(
        "the budget allows one",
        lambda: plane.get(_IN, "poddisruptionbudgets", _EVICTED)["status"].get("disruptionsAllowed") == 1,
    )
    nodes = [each["metadata"]["name"] for each in plane.get("nodes")["items"]]
    for node in nodes:
        plane.kubectl("cordon", node)
    first, second = _pods(plane, _EVICTED)[:2]
    allowed = _evict(plane, first)
    if allowed.returncode != 0:
        raise NotAsPromised(f"the first eviction was refused: {allowed.stderr}")
    refused = _evict(plane, second)
    if refused.returncode == 0 or "disruption budget" not in refused.stderr:
        raise NotAsPromised(f"the second eviction was not refused: {refused.stdout}{refused.stderr}")
    _say(f"one eviction passes, the next is refused: {refused.stderr.strip()[:160]}")
    for node in nodes:
        plane.kubectl("uncordon", node)
    _until(f"two pods of {_EVICTED} again", lambda: len(_pods(plane, _EVICTED)) >= 2)


def _check_rollout(plane: ControlPlane) -> None:
    """A rollout puts new pods beside old ones: never fewer are available than are wanted."""
    wanted = 2  # as the autoscaler has it
    _until(
        f"{wanted} pods of {_EVICTED} are available",
        lambda: plane.get(_IN, "deployment", _EVICTED)["status"].get("availableReplicas", 0) >= wanted,
    )
    before = set(_pods(plane, _EVICTED))
    plane.kubectl(_IN, "set", "image", f"deployment/{_EVICTED}", f"{_EVICTED}=boumb/{_EVICTED}:next")
    fewest = wanted
    deadline = time.monotonic() + _WAIT_S
    while True:
        status = plane.get(_IN, "deployment", _EVICTED)["status"]
        fewest = min(fewest, status.get("availableReplicas", 0))
        if status.get("updatedReplicas", 0) >= wanted and not before & set(_pods(plane, _EVICTED)):
            break
        if time.monotonic() > deadline:
            raise NotAsPromised(f"the rollout does not end: {status}")
    if fewest < wanted:
        raise NotAsPromised(f"only {fewest} of {wanted} pods were available during a rollout")
    _say(f"a rollout replaces all {wanted} pods of {_EVICTED}, never fewer than {fewest} of them available")


def _check_production(plane: ControlPlane) -> None:
    _until(
        "two pods of every part that is scaled",
        lambda: all(
            each["status"].get("availableReplicas", 0) >= each["spec"]["minReplicas"]
            for scaler in plane.get(_IN, "horizontalpodautoscalers")["items"]
            for each in [plane.get(_IN, "deployment", scaler["metadata"]["name"]) | {"spec": scaler["spec"]}]
        ),
    )
    _say("autoscalers keep two of each part")
    _until(
        "the migrations are done",
        lambda: all(each["status"].get("succeeded") for each in plane.get(_IN, "jobs")["items"]),
    )
    _say("the job of the migrations is admitted, runs and ends")
    spread = {
        pod["spec"]["nodeName"]
        for pod in plane.get(_IN, "pods", f"--selector=app.kubernetes.io/name={_EVICTED}")["items"]
        if pod["spec"].get("nodeName")
    }
    if len(spread) < 2:
        raise NotAsPromised(f"the pods of {_EVICTED} are all on {spread}")
    _say(f"the pods of {_EVICTED} are on {len(spread)} nodes")


def verify(plane: ControlPlane) -> None:
    """Check everything. Raises NotAsPromised or ControlPlaneFailed."""
    _volume(plane)
    for overlay in _OVERLAYS:
        _check_applied(plane, overlay)
        if overlay == "production":
            _check_production(plane)
            _check_privileged(plane)
            _check_budget(plane)
            _check_rollout(plane)
        else:
            plane.kubectl("delete", "namespace", NAMESPACE, "--wait=true", "--timeout=120s")


def main() -> int:
    """Build, run, check."""
    try:
        install_kustomize()
        build()
        with tempfile.TemporaryDirectory() as work, running(Path(work)) as plane:
            version = json.loads(plane.kubectl("version", "--output=json").stdout)["serverVersion"]["gitVersion"]
            _say(f"Kubernetes {version} runs")
            verify(plane)
    except (CannotInstall, ControlPlaneFailed, NotAsPromised) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
