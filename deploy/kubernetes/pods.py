"""Pods as every part has them: nothing that it could do to its machine, and a way to start, be watched, and end."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from deploy.write import UID

Manifest: TypeAlias = dict[str, Any]
NAME: Final = "app.kubernetes.io/name"
PART_OF: Final = "app.kubernetes.io/part-of"
PRODUCT: Final = "boumbapp"
STATE: Final = "/var/lib/boumb"
SETTINGS: Final = "boumb-settings"
# Seconds between the news that a pod ends and its SIGTERM: callers have forgotten its address by then.
_FORGOTTEN_S = 5
_LAST_WORDS_S = 5
_MIB: Final = "Mi"


def labels(name: str) -> dict[str, str]:
    """Labels of a part."""
    return {NAME: name, PART_OF: PRODUCT}


def metadata(name: str, **more: Any) -> Manifest:  # noqa: ANN401  any value of YAML
    """Metadata of an object that belongs to a part of the same name.

    Args:
        name: Of the object and of the part.
        more: Further fields.
    """
    return {"name": name, "labels": labels(name), **more}


def resources(limits: Mapping[str, float]) -> Manifest:
    """What a container is given at least, and at most: memory that it may not exceed, processors that it may.

    Args:
        limits: Memory in MiB and processors, as deploy/limits.yaml has them.
    """
    memory = f"{limits['memory']:g}{_MIB}"
    return {"requests": {"memory": memory, "cpu": f"{limits['cpus'] * 250:g}m"}, "limits": {"memory": memory}}


def container(
    name: str,
    image: str,
    *,
    limits: Mapping[str, float],
    mounts: Mapping[str, str],
    writes: Sequence[str] = (),
    **more: Any,  # noqa: ANN401
) -> Manifest:
    """A container that may do nothing but its work.

    Args:
        name: Of it.
        image: Without a tag, which an overlay gives.
        limits: See `resources`.
        mounts: Where each volume is, by its name.
        writes: Which of them it may write, besides /tmp.
        more: Further fields.
    """
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "resources": resources(limits),
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  a volume of the pod's own
            *(
                {"name": volume, "mountPath": path} | ({} if volume in writes else {"readOnly": True})
                for volume, path in mounts.items()
            ),
        ],
        **more,
    }


def pod(
    name: str,
    containers: Sequence[Manifest],
    *,
    volumes: Sequence[Manifest] = (),
    grace_s: int = 0,
    uid: int = UID,
    **more: Any,  # noqa: ANN401
) -> Manifest:
    """A pod that the security standard "restricted" admits.

    Args:
        name: Of the part.
        containers: Of it.
        volumes: Besides /tmp.
        grace_s: Seconds that calls in progress get when it ends.
        uid: Who runs in it.
        more: Further fields.
    """
    spread = [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {NAME: name}},
        }
        for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
    ]
    return {
        "metadata": {"labels": labels(name)},
        "spec": {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": uid,
                "runAsGroup": uid,
                "fsGroup": uid,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "terminationGracePeriodSeconds": _FORGOTTEN_S + grace_s + _LAST_WORDS_S,
            "topologySpreadConstraints": spread,
            "containers": list(containers),
            "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": f"64{_MIB}"}}, *volumes],
            **more,
        },
    }


def drains() -> Manifest:
    """How a container ends: it goes on answering until no caller looks for it, then its calls get their grace."""
    return {"preStop": {"sleep": {"seconds": _FORGOTTEN_S}}}


def deployment(name: str, template: Manifest, *, replicas: int = 1, **more: Any) -> Manifest:  # noqa: ANN401
    """A deployment that puts a new pod beside an old one before the old one ends.

    Args:
        name: Of the part.
        template: Its pod.
        replicas: How many.
        more: Further fields.
    """
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name),
        "spec": {
            "replicas": replicas,
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": {NAME: name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": template,
            **more,
        },
    }


def headless(name: str, port: int) -> Manifest:
    """A service whose name stands for the addresses of all pods that are ready, so that callers choose among them.

    Args:
        name: Of the part.
        port: Where it listens.
    """
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(name),
        "spec": {
            "clusterIP": "None",
            "selector": {NAME: name},
            "ports": [{"name": "grpc", "port": port, "targetPort": "grpc", "appProtocol": "kubernetes.io/h2c"}],
        },
    }


def disruption_budget(name: str) -> Manifest:
    """How many pods of a part may be taken away at once on purpose: one."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(name),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": {NAME: name}},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }
