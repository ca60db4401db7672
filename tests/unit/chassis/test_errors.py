"""The error catalogue is whole, in both languages, and documented."""

import re
import string
from pathlib import Path

import grpc
import pytest
from google.rpc import error_details_pb2

from services.chassis.errors.catalogue import CATALOGUE, ApiError, Code
from services.chassis.errors.status import status_of

DOCS = (Path(__file__).parents[3] / "docs" / "errors.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_status_and_two_texts_with_the_same_blanks(code: Code) -> None:
    entry = CATALOGUE[code]
    assert entry.status in grpc.StatusCode.__members__
    blanks = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (entry.en, entry.fr)]
    assert blanks[0] == blanks[1]
    assert entry.en != entry.fr


@pytest.mark.parametrize("code", Code)
def test_every_code_is_documented_with_its_status(code: Code) -> None:
    assert re.search(rf"^\| `{code}` \| `{CATALOGUE[code].status}` \|", DOCS, re.MULTILINE)


def test_a_fault_becomes_a_status_with_rich_details() -> None:
    faults = [
        ApiError(Code.OUT_OF_RANGE, field="options.bars", value=0, min=1, max=128),
        ApiError(Code.REQUIRED, field="prompt"),
    ]
    status = status_of(faults, "fr", "abc")
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert "options.bars vaut 0" in status.message
    info, bad, localized = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), status.details[-1]
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(bad)
    assert (info.reason, info.metadata["request_id"]) == ("OUT_OF_RANGE", "abc")
    assert [violation.field for violation in bad.field_violations] == ["options.bars", "prompt"]
    assert localized.Is(error_details_pb2.LocalizedMessage.DESCRIPTOR)


def test_a_retry_time_becomes_retry_info() -> None:
    status = status_of([ApiError(Code.OVERLOADED, value=3, retry_s=1.5)], "en", "abc")
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in status.details)
    assert retry.retry_delay.ToMilliseconds() == 1500


def test_an_internal_error_shows_the_request_id_and_nothing_private() -> None:
    status = status_of([ApiError(Code.INTERNAL, private="secret path")], "en", "r-17")
    assert "r-17" in status.message
    assert "secret" not in str(status)


def test_a_request_that_is_wrong_everywhere_still_fits_into_headers() -> None:
    faults = [
        ApiError(
            Code.NOT_ALLOWED, field=f"given_bars[{i}].notes[{i}].duration_steps", value=2**31, allowed="2, 4, 8, 16"
        )
        for i in range(5000)
    ]
    assert status_of(faults, "fr", "x" * 36).ByteSize() < 6000
