from pathlib import Path

import pytest
from boumbapp.drums.v1 import drums_service_pb2
from boumbapp.magenta.v1 import magenta_service_pb2
from boumbapp.melody.v1 import melody_service_pb2
from boumbapp.theory.v1 import theory_service_pb2

from gateway.methods import public_services


def listing(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "public_methods.yaml"
    path.write_text(text, "utf-8")
    return path


def test_every_listed_method_is_in_the_contract_and_only_what_streams_is_marked_so() -> None:
    contract = {
        f"/{service.full_name}/{method.name}": method.server_streaming
        for module in (theory_service_pb2, melody_service_pb2, drums_service_pb2, magenta_service_pb2)
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }
    listed = {method.path: method.streams for service in public_services() for method in service.methods}
    assert listed.items() <= contract.items()
    assert [path for path, streams in listed.items() if streams] == [
        "/boumbapp.melody.v1.MelodyService/Compose",
        "/boumbapp.drums.v1.DrumsService/Compose",
        "/boumbapp.drums.v1.DrumsService/Refine",
        "/boumbapp.magenta.v1.MagentaService/Continue",
    ]


def test_the_bidirectional_method_is_not_public() -> None:
    paths = {method.path for service in public_services() for method in service.methods}
    assert "/boumbapp.theory.v1.TheoryService/ValidateStream" not in paths


def test_methods_that_take_a_mebibyte_file_have_the_larger_limit() -> None:
    large = {method.path.rsplit("/", 1)[1] for s in public_services() for method in s.methods if method.large_request}
    file_takers = {
        method.name
        for method in theory_service_pb2.DESCRIPTOR.services_by_name["TheoryService"].methods
        if "file" in method.input_type.fields_by_name
    }
    assert {"Detect", "Import"} == file_takers
    assert file_takers <= large


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("melody: {service: boumbapp.melody.v1.MelodyService, methods: [Improvise]}", "has no method Improvise"),
        ("theory: {service: boumbapp.theory.v1.TheoryService, methods: [ValidateStream]}", "takes a stream"),
        (
            "theory: {service: boumbapp.theory.v1.TheoryService, methods: [Info], large_requests: [Import]}",
            "unlisted methods: \\['Import'\\]",
        ),
    ],
    ids=["unknown method", "client stream", "large request not listed"],
)
def test_a_wrong_list_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        public_services(listing(tmp_path, text))
