"""What a set of Kubernetes manifests lets through, by the rules of NetworkPolicy."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Manifest = dict[str, Any]
NAMESPACE = "boumbapp"
WORKLOADS = ("Deployment", "Job", "StatefulSet", "DaemonSet")


@dataclass(frozen=True)
class End:
    """An end of a connection.

    Attributes:
        labels: Of a pod.
        namespace: Of a pod; empty for what is no pod.
        address: Of what is no pod.
    """

    labels: tuple[tuple[str, str], ...] = ()
    namespace: str = ""
    address: str = ""


WORLD = End(address="203.0.113.7")
STRANGER = End(labels=(("app", "stranger"),), namespace="elsewhere")


def pods(objects: Sequence[Manifest]) -> dict[str, End]:
    """The pods of all workloads by the name of the workload."""
    return {
        each["metadata"]["name"]: End(tuple(each["spec"]["template"]["metadata"]["labels"].items()), NAMESPACE)
        for each in objects
        if each["kind"] in WORKLOADS
    }


def ports(objects: Sequence[Manifest]) -> dict[str, set[int]]:
    """Ports that each workload listens on."""
    return {
        each["metadata"]["name"]: {
            port["containerPort"]
            for container in each["spec"]["template"]["spec"]["containers"]
            for port in container.get("ports", ())
        }
        for each in objects
        if each["kind"] in WORKLOADS
    }


def _matches(selector: Manifest, labels: dict[str, str]) -> bool:
    assert set(selector) <= {"matchLabels"}, "this reader knows no other selector"
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()


def _is(peer: Manifest, end: End) -> bool:
    assert set(peer) <= {"podSelector", "namespaceSelector", "ipBlock"}, peer
    if block := peer.get("ipBlock"):
        return bool(end.address) and ipaddress.ip_address(end.address) in ipaddress.ip_network(block["cidr"])
    if not end.namespace:
        return False
    if "namespaceSelector" in peer:
        if not _matches(peer["namespaceSelector"], {"kubernetes.io/metadata.name": end.namespace}):
            return False
    elif end.namespace != NAMESPACE:
        return False
    return _matches(peer.get("podSelector", {}), dict(end.labels))


def _lets(rule: Manifest, side: str, end: End, port: int, protocol: str) -> bool:
    peers = rule.get(side)
    numbers = [(each.get("protocol", "TCP"), each["port"]) for each in rule.get("ports", ())]
    return (not peers or any(_is(peer, end) for peer in peers)) and (not numbers or (protocol, port) in numbers)


def allows(objects: Sequence[Manifest], source: End, target: End, port: int, protocol: str = "TCP") -> bool:
    """Whether a connection is let out of its source and into its target."""
    for end, other, direction, side in ((source, target, "Egress", "to"), (target, source, "Ingress", "from")):
        if end.namespace != NAMESPACE:
            continue  # not ours to say
        policies = [
            each["spec"]
            for each in objects
            if each["kind"] == "NetworkPolicy"
            and direction in each["spec"]["policyTypes"]
            and _matches(each["spec"]["podSelector"], dict(end.labels))
        ]
        rules = [rule for spec in policies for rule in spec.get(direction.lower()) or ()]
        if policies and not any(_lets(rule, side, other, port, protocol) for rule in rules):
            return False
    return True
