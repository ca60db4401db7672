"""A real control plane of Kubernetes on this machine: built once with Go, run for as long as a block lasts.

Its nodes only exist on paper: kwok says of their pods what a kubelet would.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cli.tools import run_installer
from launcher.settings import ROOT
from llm.binary import cache as cache_folder
from services.chassis import parent_death_signal

VERSION: Final = "1.37.2"
KWOK: Final = "v0.8.0"
NODES: Final = 3
_PROGRAMS: Final = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
_KUBECTL: Final = "kubectl"
_STAGES: Final = (
    "node/fast/node-initialize",
    "node/heartbeat-with-lease/node-heartbeat-with-lease",
    "pod/fast/pod-ready",
    "pod/fast/pod-complete",
    "pod/fast/pod-delete",
)
_OLDEST_KUBECTL: Final = 29  # of 1.29
_MODULE: Final = ROOT / "deploy/kubernetes/control-plane"
_BUILD_S: Final = 4 * 3600.0
_TOKEN: Final = "of-this-run-only"  # noqa: S105  the server listens on this machine, for minutes
_READY_S: Final = 120.0


class ControlPlaneFailed(Exception):
    """It could not be built or did not start; the text says why."""


def folder() -> Path:
    """Where what is built is kept."""
    return cache_folder() / f"kubernetes-{VERSION}"


def build() -> None:
    """Build what is missing, one program after the other. Raises CannotInstall."""
    folder().mkdir(parents=True, exist_ok=True)
    said = f"-s -w -X k8s.io/component-base/version.gitVersion=v{VERSION}"
    major, minor, _ = VERSION.split(".")
    said += f" -X k8s.io/component-base/version.gitMajor={major} -X k8s.io/component-base/version.gitMinor={minor}"
    for name in _PROGRAMS if _installed_kubectl() else (*_PROGRAMS, _KUBECTL):
        if not (folder() / name).exists():
            print(f"building {name} {VERSION}", flush=True)
            command = ["go", "build", "-trimpath", "-ldflags", said, "-o", str(folder() / name)]
            package = f"k8s.io/kubernetes/cmd/{name}"
            run_installer([*command, package], _MODULE, within_s=_BUILD_S, CGO_ENABLED="0")
    if not (folder() / "kwok").exists():
        print(f"building kwok {KWOK}", flush=True)
        package = f"sigs.k8s.io/kwok/cmd/kwok@{KWOK}"
        run_installer(["go", "install", package], ROOT, within_s=_BUILD_S, CGO_ENABLED="0", GOBIN=str(folder()))


def _stages() -> Path:
    """What kwok says of nodes and pods, one thing after the other, as its own module has it."""
    target = folder() / "stages.yaml"
    if not target.exists():
        told = subprocess.run(  # noqa: S603  nothing from outside is in it
            ["go", "mod", "download", "-json", f"sigs.k8s.io/kwok@{KWOK}"],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
        stages = Path(json.loads(told.stdout)["Dir"]) / "kustomize/stage"
        paths = [stages / f"{name}.yaml" for name in _STAGES]
        target.write_text("\n---\n".join(path.read_text("utf-8") for path in paths), "utf-8")
    return target


@cache
def _installed_kubectl() -> str | None:
    """Path of a kubectl that is installed and new enough, or None."""
    path = shutil.which(_KUBECTL)
    if path is None:
        return None
    done = subprocess.run([path, "version", "--client"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.search(r"v1\.(\d+)", done.stdout)
    return path if version and int(version[1]) >= _OLDEST_KUBECTL else None


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """One that runs.

    Attributes:
        kubeconfig: For clients, who may do everything.
    """

    kubeconfig: Path

    def kubectl(self, *arguments: str, given: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run kubectl.

        Args:
            arguments: Of it.
            given: Its standard input.
            check: Whether a failure is one of the caller.

        Raises:
            ControlPlaneFailed: It failed.
        """
        done = subprocess.run(  # noqa: S603  installed, or built above
            [_installed_kubectl() or folder() / _KUBECTL, "--kubeconfig", self.kubeconfig, *arguments],
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            raise ControlPlaneFailed(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done

    def get(self, *arguments: str) -> Any:  # noqa: ANN401  whatever there is
        """Objects as data. Raises ControlPlaneFailed."""
        return json.loads(self.kubectl("get", *arguments, "--output=json").stdout)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def _running(name: str, command: Sequence[str | Path], logs: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (logs / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([*parent_death_signal.prefix(), *command], stdout=log, stderr=log)  # noqa: S603
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running(work: Path) -> Iterator[ControlPlane]:
    """Run it for the length of a block.

    Args:
        work: Empty folder for data, keys and logs.

    Raises:
        ControlPlaneFailed: It does not answer; the end of its log says why.
    """
    etcd = shutil.which("etcd")
    if etcd is None:
        raise ControlPlaneFailed("there is no etcd: sudo apt install etcd-server")
    data, peers, port = (_free_port() for _ in range(3))
    client, peer = f"http://127.0.0.1:{data}", f"http://127.0.0.1:{peers}"
    key = work / "accounts.pem"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)  # noqa: S603, S607
    (work / "tokens.csv").write_text(f'{_TOKEN},admin,admin,"system:masters"\n', "utf-8")
    kubeconfig = _kubeconfig(work, port)
    with ExitStack() as stack:

        def start(name: str, *command: str | Path) -> None:
            stack.enter_context(_running(name, command, work))

        start(
            "etcd",
            *(etcd, "--data-dir", work / "etcd", "--listen-client-urls", client, "--advertise-client-urls", client),
            *(
                "--listen-peer-urls",
                peer,
                "--initial-advertise-peer-urls",
                peer,
                "--initial-cluster",
                f"default={peer}",
            ),
        )
        start(
            "kube-apiserver",
            *(folder() / "kube-apiserver", f"--etcd-servers={client}", f"--secure-port={port}"),
            *(
                "--bind-address=127.0.0.1",
                f"--cert-dir={work / 'certificates'}",
                f"--token-auth-file={work}/tokens.csv",
            ),
            *("--authorization-mode=RBAC", "--service-cluster-ip-range=10.96.0.0/16", "--allow-privileged=true"),
            *(f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}"),
            "--service-account-issuer=https://kubernetes.default.svc",
        )
        plane = ControlPlane(kubeconfig)
        _wait_for(plane, work)
        start(
            "kube-controller-manager",
            *(folder() / "kube-controller-manager", f"--kubeconfig={kubeconfig}", "--leader-elect=false"),
            *(f"--service-account-private-key-file={key}", "--use-service-account-credentials=false"),
            *(f"--secure-port={_free_port()}", "--horizontal-pod-autoscaler-sync-period=2s"),
            "--node-monitor-grace-period=30m",  # a busy machine is late with the news that its nodes are well
        )
        start(
            "kube-scheduler",
            *(folder() / "kube-scheduler", f"--kubeconfig={kubeconfig}", "--leader-elect=false"),
            f"--secure-port={_free_port()}",
        )
        start(
            "kwok",
            *(folder() / "kwok", f"--kubeconfig={kubeconfig}", "--manage-all-nodes=true", f"--config={_stages()}"),
            "--node-lease-duration-seconds=40",
            f"--server-address=127.0.0.1:{_free_port()}",
        )
        for number in range(NODES):
            plane.kubectl("apply", "--server-side", "--filename=-", given=json.dumps(_node(number)))
        yield plane


def _wait_for(plane: ControlPlane, work: Path) -> None:
    deadline = time.monotonic() + _READY_S
    while plane.kubectl("get", "--raw=/readyz", check=False).returncode != 0:
        if time.monotonic() > deadline:
            end = (work / "kube-apiserver.log").read_text("utf-8", "replace").splitlines()[-15:]
            raise ControlPlaneFailed("the API server does not answer:\n" + "\n".join(end))
        time.sleep(0.5)


def _kubeconfig(work: Path, port: int) -> Path:
    path = work / "kubeconfig"
    cluster = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "clusters": [{"name": "here", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": _TOKEN}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
    }
    path.write_text(json.dumps(content), "utf-8")
    os.chmod(path, 0o600)  # noqa: PTH101
    return path


def _node(number: int) -> dict[str, Any]:
    name = f"node-{number}"
    room = {"cpu": "16", "memory": "64Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "topology.kubernetes.io/zone": f"zone-{number}",
            },
            "annotations": {"kwok.x-k8s.io/node": "fake"},
        },
        "status": {"allocatable": room, "capacity": room},
    }
