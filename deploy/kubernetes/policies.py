"""Who may reach whom: the arrows of the picture and no other, both where a call leaves and where it arrives."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from deploy.kubernetes.pods import NAME, Manifest, metadata
from deploy.picture import Arrow

_DNS = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")],
}


def _pods(name: str) -> Manifest:
    return {"podSelector": {"matchLabels": {NAME: name}}}


def _port(number: int) -> list[Manifest]:
    return [{"protocol": "TCP", "port": number}]


def nothing() -> Manifest:
    """What holds for every pod of the namespace, and so for one that nobody thought of: nothing in, nothing out."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "nothing"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }


def policy(name: str, arrows: Iterable[Arrow], *, entrance: int = 0) -> Manifest:
    """What one part may be reached by, and reach.

    Args:
        name: Of the part.
        arrows: All of them.
        entrance: Port that everybody may reach; 0 for none.
    """
    known = tuple(arrows)
    came = [arrow for arrow in known if arrow.callee == name]
    goes = [arrow for arrow in known if arrow.caller == name]
    ingress: list[Manifest] = [{"ports": _port(entrance)}] if entrance else []
    ingress += [{"from": [_pods(arrow.caller) for arrow in came], "ports": _port(port)} for port in _ports(came)]
    egress = [{"to": [_pods(arrow.callee)], "ports": _port(arrow.port)} for arrow in goes]
    return _policy(name, ingress=ingress, egress=[*egress, _DNS] if egress else [])


def _policy(name: str, **rules: Sequence[Manifest]) -> Manifest:
    """A policy for the pods of a part: nothing in and nothing out but by its rules."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(name),
        "spec": {"podSelector": {"matchLabels": {NAME: name}}, "policyTypes": ["Ingress", "Egress"], **rules},
    }


def _ports(arrows: Sequence[Arrow]) -> list[int]:
    return sorted({arrow.port for arrow in arrows})


def came_from(name: str, parts: Mapping[int, Sequence[str]], namespaces: Mapping[int, str]) -> Manifest:
    """What a server that reaches nothing may be reached by.

    Args:
        name: Of the server.
        parts: By port, the parts of the mesh that may.
        namespaces: By port, the other namespace that may.
    """
    inside: list[Manifest] = [
        {"from": [_pods(part) for part in allowed], "ports": _port(port)} for port, allowed in parts.items()
    ]
    outside: list[Manifest] = [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}],
            "ports": _port(port),
        }
        for port, namespace in namespaces.items()
    ]
    return _policy(name, ingress=[*inside, *outside])


def to_collector(names: Iterable[str], collector: str, port: int) -> Iterator[Manifest]:
    """Further policies for what sends to a collector of traces and measures.

    Args:
        names: Parts that send to it.
        collector: Its name.
        port: Where it listens.
    """
    for name in names:
        yield {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"{name}-to-{collector}"},
            "spec": {
                "podSelector": {"matchLabels": {NAME: name}},
                "policyTypes": ["Egress"],
                "egress": [{"to": [_pods(collector)], "ports": _port(port)}, _DNS],
            },
        }
