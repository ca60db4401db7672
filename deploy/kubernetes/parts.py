"""The parts of the mesh on Kubernetes: the gateway, the services of the manifests, and what is done once."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.kubernetes.pods import (
    SETTINGS,
    STATE,
    Manifest,
    container,
    deployment,
    disruption_budget,
    drains,
    headless,
    labels,
    metadata,
    pod,
)
from deploy.kubernetes.policies import policy
from deploy.picture import GATEWAY, Arrow, port_of
from deploy.targets import GATEWAY_PORT
from deploy.write import limits
from services.chassis.service_manifest import BACKENDS, ServiceManifest, manifests
from services.chassis.settings import address_variable
from services.chassis.version import VERSION

MIGRATIONS: Final = "journal-migrations"
_DATABASE: Final = "postgres"
_GRACE_S: Final = 20
_HANDOVER_S: Final = 5
_GATEWAY_GRACE_S: Final = 30
_BELIEVED: Final = "/run/secrets/token-keys"
# The gateway writes the keys that it believes in Envoy's form beside them; a secret cannot be written to.
_COPY_KEYS: Final = (
    f"import pathlib, shutil; to = pathlib.Path('{STATE}/keys'); to.mkdir(mode=0o700, exist_ok=True);"
    f" [shutil.copyfile(key, to / key.name) for key in pathlib.Path('{_BELIEVED}').glob('public*.pem')]"
)
_TRACED: Final = "k8s.pod.name=$(POD_NAME),k8s.namespace.name=$(POD_NAMESPACE)"


def _environment(values: Mapping[str, str], secrets: Mapping[str, str] | None = None) -> list[Manifest]:
    """Variables of a container.

    Args:
        values: As they are.
        secrets: Name of the secret that holds a variable's value, by variable; none needs to be there.
    """
    of_the_pod = {"POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace"}
    return [
        *({"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}} for name, path in of_the_pod.items()),
        {"name": "OTEL_RESOURCE_ATTRIBUTES", "value": _TRACED},
        *({"name": name, "value": value} for name, value in values.items()),
        *(
            {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name, "optional": True}}}
            for name, secret in (secrets or {}).items()
        ),
    ]


def _settings() -> list[Manifest]:
    return [{"configMapRef": {"name": SETTINGS}}]


def gateway(arrows: tuple[Arrow, ...], found: Mapping[str, ServiceManifest]) -> Iterator[Manifest]:
    """The only part that the world outside reaches.

    Args:
        arrows: Of the picture.
        found: Every service.
    """
    addresses = {address_variable(name): f"{name}:{port_of(each)}" for name, each in found.items() if each.public}
    own = {address_variable(GATEWAY): f"0.0.0.0:{GATEWAY_PORT}", "BOUMB_GRACE_S": f"{_GATEWAY_GRACE_S}"}
    health = {"httpGet": {"path": "/healthz", "port": "http"}}
    keys = container(
        "keys",
        f"boumb/{GATEWAY}",
        limits=limits()["tools"],
        mounts={"state": STATE, "token-keys": _BELIEVED},
        writes=["state"],
        command=["python3", "-P", "-c", _COPY_KEYS],
    )
    serving = container(
        GATEWAY,
        f"boumb/{GATEWAY}",
        limits=limits()[GATEWAY],
        mounts={"state": STATE},
        writes=["state"],
        envFrom=_settings(),
        env=_environment({**own, **addresses}),
        ports=[{"name": "http", "containerPort": GATEWAY_PORT}],
        startupProbe={**health, "periodSeconds": 1, "failureThreshold": 60},
        readinessProbe={**health, "periodSeconds": 2, "failureThreshold": 2},
        livenessProbe={**health, "periodSeconds": 10, "failureThreshold": 6, "timeoutSeconds": 5},
        lifecycle=drains(),
    )
    volumes = [
        {"name": "state", "emptyDir": {"sizeLimit": "8Mi"}},
        {"name": "token-keys", "secret": {"secretName": "boumb-token-keys"}},
    ]
    template = pod(GATEWAY, [serving], volumes=volumes, grace_s=_GATEWAY_GRACE_S, initContainers=[keys])
    yield deployment(GATEWAY, template)
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(GATEWAY),
        "spec": {
            "type": "ClusterIP",  # an overlay says how it is published
            "selector": {"app.kubernetes.io/name": GATEWAY},
            "ports": [{"name": "http", "port": GATEWAY_PORT, "targetPort": "http"}],
        },
    }
    yield disruption_budget(GATEWAY)
    yield policy(GATEWAY, arrows, entrance=GATEWAY_PORT)


def service(manifest: ServiceManifest, arrows: tuple[Arrow, ...]) -> Iterator[Manifest]:
    """A service of the mesh.

    Args:
        manifest: Of it.
        arrows: Of the picture.
    """
    name, port = manifest.name, port_of(manifest)
    template = pod(
        name,
        [_serving(manifest, port)],
        volumes=[{"name": volume, **source} for volume, (source, _) in _volumes(manifest).items()],
        grace_s=_GRACE_S + _HANDOVER_S,
    )
    yield deployment(name, template)
    yield headless(name, port)
    yield disruption_budget(name)
    yield policy(name, arrows)


def _serving(manifest: ServiceManifest, port: int) -> Manifest:
    found = manifests()
    neighbours = (*manifest.depends_on, *manifest.optional_depends_on)
    own = {
        address_variable(manifest.name): f"{manifest.name}:{port}",
        "BOUMB_BIND_HOST": "0.0.0.0",  # noqa: S104  the pod's network, which policies close
        "BOUMB_GRACE_S": f"{_GRACE_S}",
        "BOUMB_HANDOVER_S": f"{_HANDOVER_S}",
    }
    if "ollama" in manifest.backends:
        own["BOUMB_OLLAMA_ADDRESS"] = f"ollama:{BACKENDS['ollama']}"
    addresses = {address_variable(other): f"{other}:{port_of(found[other])}" for other in neighbours}
    health = {"grpc": {"port": port, "service": manifest.service}, "timeoutSeconds": 5}
    volumes = _volumes(manifest)
    start_s = int(manifest.start_timeout_s or 60)
    return container(
        manifest.name,
        f"boumb/{manifest.name}",
        limits=limits()[manifest.name],
        mounts={volume: path for volume, (_, path) in volumes.items()},
        writes=[volume for volume, (source, _) in volumes.items() if "readOnly" not in str(source)],
        envFrom=_settings(),
        env=_environment(own | addresses, dict.fromkeys(manifest.secrets, f"boumb-{manifest.name}")),
        ports=[{"name": "grpc", "containerPort": port}],
        startupProbe={**health, "periodSeconds": 1, "failureThreshold": start_s},
        readinessProbe={**health, "periodSeconds": 2, "failureThreshold": 2},
        livenessProbe={**health, "periodSeconds": 10, "failureThreshold": 6},
        lifecycle=drains(),
    )


def _volumes(manifest: ServiceManifest) -> dict[str, tuple[Manifest, str]]:
    """What a service keeps, or finds, outside its image: the source of each volume, and where it is."""
    found = manifests()
    volumes: dict[str, tuple[Manifest, str]] = {}
    keeps = _DATABASE in manifest.backends
    if keeps or any(_DATABASE in found[name].backends for name in manifest.optional_depends_on):
        volumes["spool"] = ({"emptyDir": {"sizeLimit": "300Mi"}}, f"{STATE}/spool")
    if keeps:
        volumes["journal"] = ({"emptyDir": {"sizeLimit": "1Gi"}}, f"{STATE}/journal")
    if manifest.environment:
        claim = {"persistentVolumeClaim": {"claimName": f"{manifest.name}-bundles", "readOnly": True}}
        volumes["bundles"] = (claim, f"{STATE}/bundles")
    return volumes


def migrations(manifest: ServiceManifest) -> Manifest:
    """The job that brings the database's tables to this version, before pods of this version need them.

    Args:
        manifest: Of the service that keeps things there.
    """
    work = container(
        "migrations",
        f"boumb/{manifest.name}",
        limits=limits()[manifest.name],
        mounts={},
        command=["python3", "-P", "-m", f"services.{manifest.name}.migrate"],
        envFrom=_settings(),
        env=_environment({}, dict.fromkeys(manifest.secrets, f"boumb-{manifest.name}")),
    )
    # It reaches what the service reaches: the same label, and so the same policy.
    template = pod(manifest.name, [work], restartPolicy="OnFailure")
    template["metadata"]["labels"] = {**labels(manifest.name), "app.kubernetes.io/component": "migrations"}
    del template["spec"]["topologySpreadConstraints"]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(f"{MIGRATIONS}-{VERSION.replace('.', '-')}"),
        "spec": {"backoffLimit": 10, "ttlSecondsAfterFinished": 3600, "template": template},
    }


def autoscaler(name: str, *, low: int, high: int, streams: int) -> Manifest:
    """Replicas by streams in flight, which every part tells; and by processors where nobody serves that measure.

    Args:
        name: Of the part.
        low: Replicas at least.
        high: Replicas at most.
        streams: In flight for each replica, on average.
    """
    measure = "boumbapp_gateway_http_downstream_rq_active" if name == GATEWAY else "boumbapp_streams_in_flight"
    metrics: list[Any] = [
        {
            "type": "Pods",
            "pods": {"metric": {"name": measure}, "target": {"type": "AverageValue", "averageValue": f"{streams}"}},
        },
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 250}}},
    ]
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(name),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": low,
            "maxReplicas": high,
            "metrics": metrics,
            "behavior": {
                "scaleUp": {
                    "stabilizationWindowSeconds": 0,
                    "policies": [{"type": "Pods", "value": 4, "periodSeconds": 30}],
                },
                # Streams are long: who is taken away has to hand them over.
                "scaleDown": {
                    "stabilizationWindowSeconds": 600,
                    "policies": [{"type": "Pods", "value": 1, "periodSeconds": 120}],
                },
            },
        },
    }
