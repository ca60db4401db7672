"""Servers beside the mesh, as components of an overlay: a language model's, and a collector of traces and measures."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from deploy.kubernetes.pods import Manifest, container, deployment, headless, metadata, pod
from deploy.kubernetes.policies import came_from, policy, to_collector
from deploy.picture import Arrow
from deploy.targets import images
from deploy.write import limits
from services.chassis.service_manifest import BACKENDS, ROOT

OLLAMA: Final = "ollama"
COLLECTOR: Final = "collector"
OTLP: Final = 4317
_MEASURES: Final = 8889
_PAGE: Final = 16686
_LIMITS: Final = {"memory": 768, "cpus": 1}
_FILES: Final = ROOT / "deploy/observability"
# The namespace that Prometheus runs in, by its usual name.
_MONITORING: Final = "monitoring"


def _variables(values: Mapping[str, str]) -> list[Manifest]:
    return [{"name": name, "value": value} for name, value in values.items()]


def ollama(arrows: tuple[Arrow, ...]) -> Iterator[Manifest]:
    """A server of language models that answers the experts and reaches nothing.

    Args:
        arrows: Of the picture.
    """
    port = BACKENDS[OLLAMA]
    health: dict[str, Any] = {"httpGet": {"path": "/api/version", "port": "grpc"}, "timeoutSeconds": 5}
    serving = container(
        OLLAMA,
        images()[OLLAMA],
        limits=limits()[OLLAMA],
        mounts={"models": "/var/lib/boumb/ollama"},
        writes=["models"],
        env=_variables(
            {
                "HOME": "/tmp",  # noqa: S108  a volume of the pod's own
                "OLLAMA_HOST": f"0.0.0.0:{port}",
                "OLLAMA_MODELS": "/var/lib/boumb/ollama",
                "OLLAMA_NOPRUNE": "1",
                "OLLAMA_NO_CLOUD": "1",
                "OLLAMA_KEEP_ALIVE": "30m",
            }
        ),
        ports=[{"name": "grpc", "containerPort": port}],
        startupProbe={**health, "periodSeconds": 1, "failureThreshold": 60},
        readinessProbe={**health, "periodSeconds": 5},
        livenessProbe={**health, "periodSeconds": 30, "failureThreshold": 4},
    )
    volumes = [{"name": "models", "persistentVolumeClaim": {"claimName": "ollama-models"}}]
    strategy = {"type": "Recreate"}
    yield deployment(OLLAMA, pod(OLLAMA, [serving], volumes=volumes, grace_s=30), strategy=strategy)
    yield headless(OLLAMA, port)
    yield policy(OLLAMA, arrows)
    yield {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata("ollama-models"),
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}},
    }


def collector(senders: Iterable[str]) -> Iterator[Manifest]:
    """The collector of `./boumb up --telemetry`, with the same configuration and page.

    Args:
        senders: Parts that send to it.
    """
    names = tuple(senders)
    configuration = {
        "collector.yaml": (_FILES / "collector.yaml").read_text("utf-8"),
        "index.html": (_FILES / "traces/index.html").read_text("utf-8"),
    }
    serving = container(
        COLLECTOR,
        images()["jaeger"],
        limits=_LIMITS,
        mounts={"configuration": "/etc/boumb"},
        args=["--config", "/etc/boumb/collector.yaml"],
        env=_variables(
            {
                "BOUMB_TRACES_PAGE": "/etc/boumb",
                "BOUMB_COLLECTOR_ADDRESS": f"0.0.0.0:{OTLP}",
                "BOUMB_MEASURES_ADDRESS": f"0.0.0.0:{_MEASURES}",
                "BOUMB_TRACES_ADDRESS": f"0.0.0.0:{_PAGE}",
            }
        ),
        ports=[
            {"name": "grpc", "containerPort": OTLP},
            {"name": "measures", "containerPort": _MEASURES},
            {"name": "page", "containerPort": _PAGE},
        ],
        readinessProbe={"tcpSocket": {"port": "grpc"}, "periodSeconds": 5},
        livenessProbe={"tcpSocket": {"port": "grpc"}, "periodSeconds": 30},
    )
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(COLLECTOR), "data": configuration}
    volumes = [{"name": "configuration", "configMap": {"name": COLLECTOR}}]
    yield deployment(COLLECTOR, pod(COLLECTOR, [serving], volumes=volumes))
    yield headless(COLLECTOR, OTLP)
    # The page of traces is for those who may forward a port: `kubectl port-forward deployment/collector 16686`.
    yield came_from(COLLECTOR, {OTLP: names}, {_MEASURES: _MONITORING})
    yield from to_collector(names, COLLECTOR, OTLP)
