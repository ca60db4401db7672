"""The public method list, checked against the contract."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import yaml
from google.protobuf.descriptor import ServiceDescriptor

PUBLIC_METHODS = Path(__file__).with_name("public_methods.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMethod:
    """A method that callers outside may use."""

    path: str  # as in HTTP: "/package.Service/Method"
    streams: bool  # whether the server answers with a stream
    large_request: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicService:
    """A service and its public methods."""

    name: str  # short name, also of its cluster: "melody"
    service: str  # full name in the contract, also in health checks
    methods: tuple[PublicMethod, ...]
    optional: bool = False  # whether the gateway is ready without it


def _descriptor(name: str, service: str) -> ServiceDescriptor:
    package, _, simple_name = service.rpartition(".")
    module = import_module(f"{package}.{name}_service_pb2")
    descriptor: ServiceDescriptor = module.DESCRIPTOR.services_by_name[simple_name]
    return descriptor


@cache
def public_services(source: Path = PUBLIC_METHODS) -> tuple[PublicService, ...]:
    """Read the public method list.

    Raises:
        ValueError: A listed method is missing from the contract, takes a stream (which no browser can send), or has a
            large request without being listed.
    """
    services = []
    for name, entry in yaml.safe_load(source.read_text("utf-8")).items():
        descriptor = _descriptor(name, entry["service"])
        large = set(entry.get("large_requests", []))
        if unlisted := large - set(entry["methods"]):
            raise ValueError(f"{source.name}: {name} has large requests for unlisted methods: {sorted(unlisted)}")
        methods = []
        for method_name in entry["methods"]:
            method = descriptor.methods_by_name.get(method_name)
            if method is None:
                raise ValueError(f"{source.name}: {entry['service']} has no method {method_name}")
            if method.client_streaming:
                raise ValueError(f"{source.name}: {method_name} takes a stream, which gRPC-Web cannot carry")
            methods.append(
                PublicMethod(
                    path=f"/{entry['service']}/{method_name}",
                    streams=method.server_streaming,
                    large_request=method_name in large,
                )
            )
        services.append(
            PublicService(
                name=name,
                service=entry["service"],
                methods=tuple(methods),
                optional=entry.get("optional", False),
            )
        )
    return tuple(services)
