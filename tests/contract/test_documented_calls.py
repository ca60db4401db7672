"""Calls in JSON that the documents show are ones that the gateway takes."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from google.protobuf import json_format
from google.protobuf.message_factory import GetMessageClass

from gateway.methods import public_services

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CALL = re.compile(r"(boumbapp\.[\w.]+\.v2)\.(\w+)/(\w+)[^']*?'(\{[^']*\})'", re.DOTALL)
PATHS = {method.path for service in public_services() for method in service.methods}
CALLS = [(page.name, *found.groups()) for page in PAGES for found in CALL.finditer(page.read_text("utf-8"))]


def test_there_are_some() -> None:
    assert len(CALLS) >= 6


@pytest.mark.parametrize(("page", "package", "service", "method", "body"), CALLS)
def test_a_documented_call_is_one_that_the_gateway_takes(
    page: str, package: str, service: str, method: str, body: str
) -> None:
    assert f"/{package}.{service}/{method}" in PATHS, page
    module = import_module(f"{package}.{package.split('.')[1]}_service_pb2")
    asked = module.DESCRIPTOR.services_by_name[service].methods_by_name[method].input_type
    json_format.ParseDict(json.loads(body), GetMessageClass(asked)())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text):
        assert (page.parent / target).exists(), target
