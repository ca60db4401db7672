"""The rules of the contract, held against messages."""

import math

import pytest
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.magenta.v2 import magenta_service_pb2 as magenta
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.music.v2.intent_pb2 import Constraints, IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_BASS, Bar, DrumHit, DrumPiece, Flam, Key, Meter, Note, Roll, Swing, Track
from boumbapp.rules.v2.rules_pb2 import rules
from boumbapp.theory.v2 import theory_service_pb2 as theory
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest, ExportRequest, ValidateRequest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors.catalogue import (
    MALFORMED,
    MOST_SHOWN,
    NOT_ALLOWED,
    OUT_OF_RANGE,
    REQUIRED,
    TOO_FEW,
    TOO_LONG,
    TOO_MANY,
    TOO_SHORT,
    ApiError,
    ErrorCode,
)
from services.chassis.server import validation
from services.chassis.server.validation import check, compile_language, text_that_tells_language


def found(message: Message) -> list[tuple[str, ErrorCode]]:
    return [(fault.field, fault.code) for fault in check(message)]


def options(**values: object) -> ComposeRequest:
    return ComposeRequest(prompt="x", hints=IntentOptions(**values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_", "field", "code"),
    [
        (options(bars=0), "hints.bars", OUT_OF_RANGE),
        (options(bars=10_000), "hints.bars", OUT_OF_RANGE),
        (options(bpm=-3), "hints.bpm", OUT_OF_RANGE),
        (options(bpm=math.nan), "hints.bpm", OUT_OF_RANGE),
        (options(bpm=math.inf), "hints.bpm", OUT_OF_RANGE),
        (options(meter=Meter(beats=0, beat_unit=4)), "hints.meter.beats", OUT_OF_RANGE),
        (options(meter=Meter(beats=4, beat_unit=3)), "hints.meter.beat_unit", NOT_ALLOWED),
        (options(role=99), "hints.role", NOT_ALLOWED),
        (AnalyseRequest(prompt=""), "prompt", TOO_SHORT),
        (AnalyseRequest(prompt=" \n "), "prompt", TOO_SHORT),
        (ComposeRequest(prompt="x" * 1_000_000), "prompt", TOO_LONG),
        (ComposeRequest(prompt="x", locale="f"), "locale", MALFORMED),
        (ValidateRequest(bars=[Bar()]), "constraints", REQUIRED),
        (ValidateRequest(constraints=Constraints()), "bars", TOO_FEW),
        (ExportRequest(tracks=[Track(bars=[Bar()] * 1025)], bpm=90), "tracks[0].bars", TOO_MANY),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_broken_rule_names_its_field(request_: Message, field: str, code: ErrorCode) -> None:
    assert (field, code) in found(request_)


LOCALES = [
    (request, field)
    for module in (drums, magenta, melody, theory)
    for request in module.DESCRIPTOR.message_types_by_name.values()
    if request.name.endswith("Request") and (field := request.fields_by_name.get("locale"))
]


@pytest.mark.parametrize(("type_", "field"), LOCALES, ids=lambda value: value.full_name)
def test_every_request_takes_locales_as_browsers_write_them(type_: Descriptor, field: FieldDescriptor) -> None:
    message = GetMessageClass(type_)
    for tag in ("", "fr", "fr-FR", "fr_CA", "en-US", "de", "zh-Hant-TW", "sr-Latn-RS", "es-419", "fil", "FR"):
        assert "locale" not in dict(found(message(locale=tag)))
    for tag in ("f", "french!", "fr FR", "-fr", "fr-", "../fr", "fr;q=1", "é", "0", "fr--FR", "x" * 9):
        assert ("locale", MALFORMED) in found(message(locale=tag))
    assert ("locale", TOO_LONG) in found(message(locale="fr" + "-abcdefgh" * 5))


def test_what_a_person_writes_tells_its_language_and_names_do_not() -> None:
    told = {
        f"{request.full_name}.{'.'.join(path)}"
        for module in (drums, magenta, melody, theory)
        for request in module.DESCRIPTOR.message_types_by_name.values()
        for path in compile_language(request)
    }
    assert told == {
        "boumbapp.drums.v2.ComposeRequest.prompt",
        "boumbapp.drums.v2.RefineRequest.instruction",
        "boumbapp.melody.v2.ComposeRequest.prompt",
        "boumbapp.melody.v2.RefineRequest.instruction",
        "boumbapp.theory.v2.AnalyseRequest.prompt",
        "boumbapp.theory.v2.ExploreRequest.prompt",
    }


def test_the_contract_says_which_field_tells_the_language_whatever_its_name() -> None:
    """A message made for this test: a question, one inside another message, and names that tell nothing."""
    file = FileDescriptorProto(name="ask.proto", package="ask", syntax="proto3")
    inner, ask = file.message_type.add(name="Inner"), file.message_type.add(name="Ask")
    for message, name, tells in ((inner, "note", True), (ask, "prompt", False), (ask, "question", True)):
        field = message.field.add(name=name, number=len(message.field) + 1, type=FieldDescriptorProto.TYPE_STRING)
        field.options.Extensions[rules].tells_language = tells
    ask.field.add(name="inner", number=9, type=FieldDescriptorProto.TYPE_MESSAGE, type_name=".ask.Inner")
    pool = DescriptorPool()
    pool.Add(file)
    type_ = GetMessageClass(pool.FindMessageTypeByName("ask.Ask"))
    assert text_that_tells_language(type_(prompt="a bass", question="une basse ?")) == "une basse ?"
    assert text_that_tells_language(type_(prompt="a bass", inner={"note": "plus fort"})) == "plus fort"
    assert text_that_tells_language(type_(prompt="a bass")) == ""


def test_a_rule_inside_a_list_names_the_item() -> None:
    bar = Bar(meter=Meter(beats=4, beat_unit=4), notes=[Note(duration_steps=1, velocity=1), Note(velocity=200)])
    names = [field for field, _ in found(ExportRequest(tracks=[Track(bars=[bar])], bpm=90))]
    assert names == ["tracks[0].bars[0].notes[1].duration_steps", "tracks[0].bars[0].notes[1].velocity"]


def test_unset_options_are_fine_but_a_required_enum_is_not() -> None:
    assert found(ComposeRequest(prompt="Fais une basse funky en Sol mineur")) == []
    assert found(DrumHit(step=1, velocity=1)) == [("piece", REQUIRED)]


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_metre_passes_exactly_when_its_figures_are_allowed(beats: int, unit: int) -> None:
    assert (found(Meter(beats=beats, beat_unit=unit)) == []) == (1 <= beats <= 32 and unit in (2, 4, 8, 16))


@given(st.text(max_size=5))
def test_a_tonic_is_a_letter_with_accidentals_of_one_kind(tonic: str) -> None:
    allowed = {letter + sign * n for letter in "ABCDEFG" for sign in "#b" for n in range(3)} | {""}
    assert (found(Key(tonic=tonic)) == []) == (tonic in allowed)


@given(st.floats())
def test_only_finite_values_within_the_limits_pass(value: float) -> None:
    swing = Swing(amount=value)
    assert (found(swing) == []) == (0 <= swing.amount <= 0.5)


@given(st.integers(-(2**31), 2**31 - 1) | st.integers(-130, 130))
def test_micro_timing_passes_within_a_sixteenth(ticks: int) -> None:
    for note in (
        Note(pitch=60, duration_steps=1, velocity=1, offset_ticks=ticks),
        Note(pitch=60, duration_steps=1, velocity=1, release_ticks=ticks),
        DrumHit(piece=DrumPiece.DRUM_PIECE_KICK, velocity=1, offset_ticks=ticks),
    ):
        assert (found(note) == []) == (-120 <= ticks <= 120)


@given(st.integers(0, 40), st.integers(0, 3000), st.integers(0, 200))
def test_a_flam_and_a_roll_pass_exactly_when_they_can_be_played(count: int, ticks: int, velocity: int) -> None:
    loud = 1 <= velocity <= 127
    hit = DrumHit(piece=DrumPiece.DRUM_PIECE_SNARE, velocity=90)
    hit.flam.CopyFrom(Flam(lead_ticks=ticks, velocity=velocity))
    assert (found(hit) == []) == (1 <= ticks <= 120 and loud)
    hit.roll.CopyFrom(Roll(strokes=count, span_ticks=ticks, last_velocity=velocity))
    assert (found(hit) == []) == (2 <= count <= 16 <= ticks <= 1920 and loud)


def test_a_whole_valid_request_passes() -> None:
    bar = Bar(meter=Meter(beats=4, beat_unit=4), notes=[Note(pitch=43, duration_steps=2, velocity=90)])
    request = ComposeRequest(prompt="groove", seed=0, given_bars=[bar], hints=IntentOptions(bars=2, role=ROLE_BASS))
    assert found(request) == []


def test_what_is_wrong_everywhere_is_told_from_its_beginning_and_not_looked_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = 0

    class Counted(ApiError):
        def __init__(self, code: ErrorCode, *, field: str = "", private: str = "", **parameters: object) -> None:
            nonlocal made
            made += 1
            super().__init__(code, field=field, private=private, **parameters)

    monkeypatch.setattr(validation, "ApiError", Counted)
    wrong = Bar(meter=Meter(beats=4, beat_unit=4), notes=[Note(pitch=999, duration_steps=1, velocity=80)] * 10)
    errors = check(ExportRequest(tracks=[Track(bars=[wrong] * 1000)], bpm=1))
    assert [error.field for error in errors] == [
        f"tracks[0].bars[{bar}].notes[{note}].pitch" for bar in range(2) for note in range(10)
    ][:MOST_SHOWN]
    assert made < 2 * MOST_SHOWN
