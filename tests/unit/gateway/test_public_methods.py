from dataclasses import replace
from importlib import import_module

import pytest
from google.protobuf.descriptor import ServiceDescriptor

from gateway.methods import public_services
from language.yaml_fields import DataFileError
from services.chassis.service_manifest import ServiceManifest, manifests


def contract(manifest: ServiceManifest) -> ServiceDescriptor:
    package, _, name = manifest.service.rpartition(".")
    module = import_module(f"{package}.{manifest.name}_service_pb2")
    descriptor: ServiceDescriptor = module.DESCRIPTOR.services_by_name[name]
    return descriptor


def test_every_listed_method_is_in_the_contract_and_only_what_streams_is_marked_so() -> None:
    in_contract = {
        f"/{manifest.service}/{method.name}": method.server_streaming
        for manifest in manifests().values()
        for method in contract(manifest).methods
    }
    listed = {method.path: method.streams for service in public_services() for method in service.methods}
    assert listed.items() <= in_contract.items()
    assert listed["/boumbapp.melody.v2.MelodyService/Compose"]
    assert not listed["/boumbapp.melody.v2.MelodyService/Info"]


def test_methods_that_take_a_stream_are_not_public() -> None:
    paths = {method.path for service in public_services() for method in service.methods}
    taking = [
        f"/{manifest.service}/{method.name}"
        for manifest in manifests().values()
        for method in contract(manifest).methods
        if method.client_streaming
    ]
    assert taking
    assert not paths & set(taking)


def test_methods_that_take_a_mebibyte_file_have_the_larger_limit() -> None:
    large = {method.path for s in public_services() for method in s.methods if method.large_request}
    file_takers = {
        f"/{manifest.service}/{method.name}"
        for manifest in manifests().values()
        for method in contract(manifest).methods
        if "file" in method.input_type.fields_by_name
    }
    assert file_takers
    assert file_takers <= large


def test_a_service_without_public_methods_is_none_of_the_gateways() -> None:
    hidden = {
        name: replace(manifest, public={}) if name == "drums" else manifest for name, manifest in manifests().items()
    }
    assert [service.name for service in public_services(hidden)] == [name for name in hidden if name != "drums"]


@pytest.mark.parametrize(
    ("name", "changes", "complaint"),
    [
        ("melody", {"public": {"Improvise": False}}, r"melody/service.yaml: public.Improvise: .* has no such method"),
        (
            "theory",
            {"public": {"ValidateStream": False}},
            "theory/service.yaml: public.ValidateStream: it takes a stream",
        ),
        ("drums", {"service": "boumbapp.drums.v2.DrumService"}, "drums/service.yaml: service: .* has no DrumService"),
        ("drums", {"service": "boumbapp.drums.v9.DrumsService"}, "drums/service.yaml: service: "),
    ],
    ids=["unknown method", "client stream", "unknown service", "unknown package"],
)
def test_a_wrong_list_is_refused(name: str, changes: dict[str, object], complaint: str) -> None:
    wrong = replace(manifests()[name], **changes)  # type: ignore[arg-type]  # of one field each
    with pytest.raises(DataFileError, match=complaint):
        public_services({name: wrong})
