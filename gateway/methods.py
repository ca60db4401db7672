"""The public methods that the manifests of the services list, checked against the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from services.chassis.service_manifest import ServiceManifest, manifests
from services.chassis.tls import service_name


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

    @property
    def identity(self) -> str:
        """Its name in its certificate."""
        return service_name(self.name)


def public_services(services: Mapping[str, ServiceManifest] | None = None) -> tuple[PublicService, ...]:
    """Services with public methods, in the order of their manifests.

    Args:
        services: Every service by its short name; those of this repository when not given.

    Raises:
        DataFileError: The contract has no such service, a listed method is missing from it, or takes a stream, which no
            browser can send. The text names the file and the key.
    """
    found = manifests() if services is None else services
    return tuple(_public_service(manifest) for manifest in found.values() if manifest.public)


def _public_service(manifest: ServiceManifest) -> PublicService:
    descriptor = _descriptor(manifest)
    return PublicService(
        name=manifest.name,
        service=manifest.service,
        methods=tuple(
            PublicMethod(
                path=f"/{manifest.service}/{name}",
                streams=_method(manifest, descriptor, name).server_streaming,
                large_request=large,
            )
            for name, large in manifest.public.items()
        ),
        optional=manifest.optional,
    )


def _descriptor(manifest: ServiceManifest) -> ServiceDescriptor:
    package, _, simple_name = manifest.service.rpartition(".")
    module = f"{package}.{manifest.name}_service_pb2"
    try:
        descriptor: ServiceDescriptor = import_module(module).DESCRIPTOR.services_by_name[simple_name]
    except (ModuleNotFoundError, KeyError):
        raise manifest.error("service", f"the generated module {module} has no {simple_name}") from None
    return descriptor


def _method(manifest: ServiceManifest, descriptor: ServiceDescriptor, name: str) -> MethodDescriptor:
    method: MethodDescriptor | None = descriptor.methods_by_name.get(name)
    if method is None:
        raise manifest.error(f"public.{name}", f"{manifest.service} has no such method")
    if method.client_streaming:
        raise manifest.error(f"public.{name}", "it takes a stream, which gRPC-Web cannot carry")
    return method
