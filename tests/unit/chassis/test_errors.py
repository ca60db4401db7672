"""The error catalogue is whole, in both languages, and documented."""

import ast
import re
import string
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import grpc
import pytest
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, ROLE_MELODY, Role
from google.rpc import error_details_pb2
from hypothesis import given
from hypothesis import strategies as st

from language.localized_text import LocalizedText
from services.chassis.errors.catalogue import (
    INTERNAL,
    MALFORMED,
    NOT_ALLOWED,
    OUT_OF_RANGE,
    OVERLOADED,
    REQUIRED,
    ApiError,
    ErrorCode,
    register,
    registered,
)
from services.chassis.errors.status import status_of
from services.composition.errors import wrong_role

ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([A-Z_]+)` \| `([A-Z_]+)` \| (.*) \| (.*) \|$", re.MULTILINE)
# Of the parts that the experts play and of instruments, those that French does not use.
ENGLISH = re.compile(
    r"\b(melody|melodies|bass|basslines?|chords?|arpeggios?|pads?|drums?|drummer|snares?|hats?|cymbals?|guitars?|voices?|"
    r"strings|brass|keyboards?|rimshot|sticks?)\b",
    re.IGNORECASE,
)


def modules_of_errors() -> list[str]:
    """Every module `errors` of a service or of what services share."""
    found = [*(ROOT / "services").rglob("errors.py"), *(ROOT / "services").rglob("errors/__init__.py")]
    return sorted(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in found)


for _module in modules_of_errors():
    import_module(_module)
CODES = list(registered().values())


@pytest.mark.parametrize("code", CODES, ids=str)
def test_every_code_has_a_status_and_two_texts_with_the_same_blanks(code: ErrorCode) -> None:
    assert code.status in grpc.StatusCode.__members__
    texts = (code.text.en, code.text.fr)
    blanks = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts]
    assert blanks[0] == blanks[1]
    assert code.text.en != code.text.fr


def test_the_documents_list_every_code_as_it_is() -> None:
    documented = {name: rest for name, *rest in ROW.findall(DOCS)}
    assert documented == {code.name: [code.status, code.text.en, code.text.fr] for code in CODES}


def test_every_service_that_has_errors_of_its_own_was_looked_at() -> None:
    """What a service registers elsewhere than in its `errors` would be missing from the documents."""
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "services").rglob("*.py")
        if path.name != "errors.py" and path.parent.name != "errors" and called(path, "register")
    ]
    assert not wrong


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="REQUIRED"):
        register("REQUIRED", "INVALID_ARGUMENT", en="{field}?", fr="{field} ?")
    assert registered()["REQUIRED"] is REQUIRED


def called(path: Path, name: str) -> list[ast.Call]:
    """Calls of a function or class by its bare name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == name]


def constants(node: ast.AST) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def french_texts() -> Iterator[tuple[str, str]]:
    """The French texts of the catalogue, and what the code puts into them word for word."""
    yield from ((code.name, code.text.fr) for code in CODES)
    for path in sorted((ROOT / "services").rglob("*.py")):
        for call in called(path, "ApiError"):
            for keyword in call.keywords:
                if keyword.arg not in (None, "field", "private"):
                    yield from ((f"{path.name}:{call.lineno}", text) for text in constants(keyword.value))


def test_no_french_text_names_a_part_or_an_instrument_in_english() -> None:
    found = [(where, text) for where, text in french_texts() if ENGLISH.search(text)]
    assert not found


@pytest.mark.parametrize("expert", [ROLE_MELODY, ROLE_DRUMS], ids=Role.Name)
@pytest.mark.parametrize("asked", Role.values(), ids=Role.Name)
def test_a_part_for_another_expert_is_named_in_the_callers_language(
    asked: Role.ValueType, expert: Role.ValueType
) -> None:
    fault = wrong_role(asked, expert, "prompt")
    french, english = fault.text("fr"), fault.text("en")
    assert not ENGLISH.search(french)
    assert "ROLE_" not in french + english
    assert not re.search("batterie|mélodie|basse|accords|nappes", english)


def test_an_error_without_a_field_speaks_of_the_message() -> None:
    error = ApiError(MALFORMED, value=LocalizedText("no ComposeRequest", "pas un ComposeRequest"))
    assert error.text("en") == "The message is malformed: no ComposeRequest."
    assert error.text("fr") == "Le message est mal formé : pas un ComposeRequest."


def info_of(error: ApiError, locale: str) -> dict[str, str]:
    info = error_details_pb2.ErrorInfo()
    assert status_of([error], locale, "abc").details[0].Unpack(info)
    return dict(info.metadata)


@pytest.mark.parametrize("code", CODES, ids=str)
def test_programs_are_told_every_value_that_a_text_says(code: ErrorCode) -> None:
    blanks = {name for _, name, _, _ in string.Formatter().parse(code.text.en) if name} - {"field", "request_id"}
    error = ApiError(code, field="a.b", **{name: f"<{name}>" for name in blanks})
    told = {name: f"<{name}>" for name in blanks}
    assert info_of(error, "fr") == {**told, "field": "a.b", "request_id": "abc"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (7, "7"),
        (7.0, "7"),
        (0.25, "0.25"),
        (1e-7, "1e-07"),
        (123456789, "123456789"),
        (float("nan"), "nan"),
        ("Sol", "Sol"),
        (LocalizedText("bass", "basse"), "bass"),
    ],
)
def test_values_for_programs_have_one_form_in_every_language(value: object, told: str) -> None:
    error = ApiError(NOT_ALLOWED, field="x", value=value, allowed="a, b")
    assert info_of(error, "fr")["value"] == info_of(error, "en")["value"] == told


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_expert_to_ask_is_named_for_programs(locale: str) -> None:
    assert info_of(wrong_role(ROLE_DRUMS, ROLE_DRUMS, "prompt"), locale)["expert"] == "drums"
    assert info_of(wrong_role(ROLE_DRUMS, ROLE_MELODY, "prompt"), locale)["expert"] == "melody"


def test_an_error_becomes_a_status_with_rich_details() -> None:
    errors = [
        ApiError(OUT_OF_RANGE, field="hints.bars", value=0, min=1, max=128),
        ApiError(REQUIRED, field="prompt"),
    ]
    status = status_of(errors, "fr", "abc")
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert "hints.bars vaut 0" in status.message
    info, bad, localized = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), status.details[-1]
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(bad)
    assert (info.reason, info.metadata["request_id"]) == ("OUT_OF_RANGE", "abc")
    assert [violation.field for violation in bad.field_violations] == ["hints.bars", "prompt"]
    assert localized.Is(error_details_pb2.LocalizedMessage.DESCRIPTOR)


def test_a_retry_time_becomes_retry_info() -> None:
    status = status_of([ApiError(OVERLOADED, value=3, retry_s=1.5)], "en", "abc")
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in status.details)
    assert retry.retry_delay.ToMilliseconds() == 1500


def test_an_internal_error_shows_the_request_id_and_nothing_private() -> None:
    status = status_of([ApiError(INTERNAL, private="secret path")], "en", "r-17")
    assert "r-17" in status.message
    assert "secret" not in str(status)


def test_a_request_that_is_wrong_everywhere_still_fits_into_headers() -> None:
    errors = [
        ApiError(NOT_ALLOWED, field=f"given_bars[{i}].notes[{i}].duration_steps", value=2**31, allowed="2, 4, 8, 16")
        for i in range(5000)
    ]
    assert status_of(errors, "fr", "x" * 36).ByteSize() < 6000


@given(
    st.lists(
        st.builds(
            lambda field, value, allowed: ApiError(NOT_ALLOWED, field=field, value=value, allowed=allowed),
            st.text(max_size=400),
            st.text(max_size=2000),
            st.text(max_size=2000),
        ),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(["fr", "en"]),
)
def test_whatever_is_wrong_the_details_fit_four_kibibytes(errors: list[ApiError], locale: str) -> None:
    status = status_of(errors, locale, "r" * 36)
    assert status.ByteSize() <= 4096
    assert status.details[0].Is(error_details_pb2.ErrorInfo.DESCRIPTOR)
    assert status.details[-1].Is(error_details_pb2.LocalizedMessage.DESCRIPTOR)


def test_many_wrong_fields_with_long_texts_are_named_as_far_as_there_is_room() -> None:
    allowed = ", ".join(f"DRUM_PIECE_{number}" for number in range(36))
    errors = [ApiError(NOT_ALLOWED, field=f"locked_pieces[{at}]", value=99, allowed=allowed) for at in range(12)]
    status = status_of(errors, "fr", "r-1")
    assert status.ByteSize() <= 4096
    violations = error_details_pb2.BadRequest()
    assert any(detail.Unpack(violations) for detail in status.details)
    fields = [violation.field for violation in violations.field_violations]
    assert fields == [f"locked_pieces[{at}]" for at in range(len(fields))]
    assert fields
