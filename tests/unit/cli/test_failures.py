"""What a person is told when a call fails."""

from importlib import import_module
from string import Formatter
from typing import Any

import grpc
import pytest
from grpc.aio import AioRpcError, Metadata

from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.failures import of_call, of_faults
from services.chassis.errors.catalogue import MALFORMED, OUT_OF_RANGE, OVERLOADED, ApiError, ErrorCode, registered
from services.chassis.errors.status import DETAILS_KEY, status_of
from services.composition.errors import UNKNOWN_ENGINE

for _part in ("theory", "composition.refining", "magenta"):
    import_module(f"services.{_part}.errors")
ENGLISH, FRENCH = languages.of("en"), languages.of("fr")


def failed(*faults: ApiError, locale: str = "fr") -> AioRpcError:
    status = status_of(faults, locale, "r-1")
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    trailers = Metadata((DETAILS_KEY, status.SerializeToString()))
    return AioRpcError(code, Metadata(), trailers, status.message)


def test_a_field_is_named_as_the_option_that_filled_it() -> None:
    problem = of_call(
        failed(
            ApiError(OUT_OF_RANGE, field="overrides.bpm", value=-3, min=20, max=400),
            ApiError(UNKNOWN_ENGINE, field="engine", value="tuba", allowed="specialist"),
        ),
        FRENCH,
    )
    assert problem.message == (
        "--bpm vaut -3 ; il faut une valeur entre 20 et 400. "
        "--engine : aucun moteur ne s'appelle « tuba » ; il y a : specialist."
    )
    assert problem.fields == ("overrides.bpm", "engine")
    assert (problem.code, problem.status, problem.request_id) == ("OUT_OF_RANGE", "INVALID_ARGUMENT", "r-1")
    assert problem.exit is ExitCode.BAD_INPUT


def test_the_same_is_said_of_what_is_wrong_before_any_call() -> None:
    fault = ApiError(MALFORMED, field="overrides.meter", value="x")
    problem = of_faults([fault], ENGLISH)
    assert problem.message == "--meter is malformed: x."
    assert (problem.code, problem.status, problem.fields) == ("MALFORMED", "INVALID_ARGUMENT", ("overrides.meter",))
    assert problem.exit is ExitCode.BAD_INPUT


@pytest.mark.parametrize("code", list(registered().values()), ids=str)
def test_every_failure_of_the_catalogue_has_an_exit_code_of_its_kind(code: ErrorCode) -> None:
    blanks = {name for _, name, _, _ in Formatter().parse(code.text.en) if name} - {"field"}
    parameters: dict[str, Any] = dict.fromkeys(blanks, 1)
    problem = of_call(failed(ApiError(code, field="prompt", **parameters)), ENGLISH)
    expected = {
        "INVALID_ARGUMENT": ExitCode.BAD_INPUT,
        "NOT_FOUND": ExitCode.BAD_INPUT,
        "UNAVAILABLE": ExitCode.UNAVAILABLE,
        "RESOURCE_EXHAUSTED": ExitCode.UNAVAILABLE,
        "DEADLINE_EXCEEDED": ExitCode.UNAVAILABLE,
    }
    assert problem.exit is expected.get(code.status, ExitCode.FAILED)
    assert problem.code == code.name


@pytest.mark.parametrize("texts", [ENGLISH, FRENCH], ids=["en", "fr"])
@pytest.mark.parametrize("status", list(ENGLISH.refusals))
def test_the_gateways_refusals_are_said_in_the_callers_language(status: str, texts: languages.Texts) -> None:
    problem = of_call(AioRpcError(grpc.StatusCode[status], Metadata(), Metadata(), "Jwt is expired"), texts)
    assert problem.message == texts.refusals[status]


def test_what_nobody_foresaw_is_shown_as_it_is() -> None:
    problem = of_call(AioRpcError(grpc.StatusCode.DATA_LOSS, Metadata(), Metadata(), "oh"), ENGLISH)
    assert problem.message == "The call failed: oh."
    assert problem.exit is ExitCode.FAILED


def test_a_problem_for_programs_holds_what_is_known() -> None:
    problem = of_call(failed(ApiError(OVERLOADED, value=4, retry_s=2), locale="en"), ENGLISH)
    assert problem.to_json() == {
        "error": {
            "code": "OVERLOADED",
            "status": "RESOURCE_EXHAUSTED",
            "message": "All 4 places are taken; try again in 2 s.",
            "advice": "Try again in a moment.",
            "requestId": "r-1",
            "exitCode": 3,
        }
    }
