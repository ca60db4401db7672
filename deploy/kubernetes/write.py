"""Writes the manifests of Kubernetes that follow from those of the services: `python -m deploy.kubernetes.write`.

A test compares them with what is there. What no manifest says, the overlays, is written by hand.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import yaml

from deploy.kubernetes.parts import autoscaler, gateway, migrations, service
from deploy.kubernetes.pods import SETTINGS, Manifest
from deploy.kubernetes.policies import nothing
from deploy.kubernetes.servers import collector, ollama
from deploy.picture import GATEWAY, arrows
from services.chassis.service_manifest import ROOT, manifests

NAMESPACE: Final = "boumbapp"
FOLDER: Final = Path("deploy/kubernetes")
_NOTE = "# Written by `python -m deploy.kubernetes.write` from the manifests of the services; a test compares.\n"
_RESTRICTED = {
    f"pod-security.kubernetes.io/{mode}{suffix}": value
    for mode in ("enforce", "audit", "warn")
    for suffix, value in (("", "restricted"), ("-version", "latest"))
}
_STREAMS = 64  # of the 128 places of a replica


class _Plain(yaml.SafeDumper):
    """Writes what is there twice twice."""

    def ignore_aliases(self, data: object) -> bool:
        """Of everything."""
        del data
        return True


def files() -> Iterator[tuple[Path, str]]:
    """Every file that is written, relative to the repository, and its content."""
    found, known = manifests(), arrows()
    base = {"gateway": list(gateway(known, found)), "nothing": [nothing()]}
    base |= {name: list(service(each, known)) for name, each in found.items() if not each.optional}
    namespace: Manifest = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": _RESTRICTED},
    }
    yield _file("base/namespace.yaml", [namespace])
    for name, objects in base.items():
        yield _file(f"base/{name}.yaml", objects)
    yield _file("base/kustomization.yaml", [_base(["namespace", *base])])
    for name, each in found.items():
        if each.optional:
            yield _file(f"components/{name}/{name}.yaml", service(each, known))
            yield _file(f"components/{name}/kustomization.yaml", [_component([f"{name}.yaml"])])
    kept = [each for each in found.values() if "postgres" in each.backends]
    yield _file("components/postgres/migrations.yaml", map(migrations, kept))
    scaled = [GATEWAY, *(name for name, each in found.items() if not each.optional)]
    yield _file(
        "components/autoscaling/autoscaling.yaml",
        (autoscaler(name, low=2, high=10, streams=10 * _STREAMS if name == GATEWAY else _STREAMS) for name in scaled),
    )
    yield _file("components/telemetry/collector.yaml", collector([GATEWAY, *found]))
    yield _file("components/ollama/ollama.yaml", ollama(known))


def _base(names: Sequence[str]) -> Manifest:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": NAMESPACE,
        "resources": [f"{name}.yaml" for name in names],
        # Its name ends with a hash of its content: a change of a setting is a rollout.
        "configMapGenerator": [
            {
                "name": SETTINGS,
                "literals": ["BOUMB_LOG_LEVEL=INFO", "BOUMB_ALLOWED_ORIGINS=http://localhost:5173"],
            }
        ],
    }


def _component(resources: Sequence[str]) -> Manifest:
    return {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "resources": list(resources)}


def _file(name: str, objects: Iterable[Manifest]) -> tuple[Path, str]:
    return FOLDER / name, _NOTE + yaml.dump_all(objects, Dumper=_Plain, sort_keys=False, width=120)


def main() -> None:
    """Write them."""
    for path, content in files():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(content, "utf-8", newline="\n")
        print(path)


if __name__ == "__main__":
    main()
