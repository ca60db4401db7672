"""Theory over a real server: each method once, as a client calls it."""

from collections.abc import AsyncIterator

import grpc
import grpc.aio
import pytest
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_BASS, Bar, Key, Meter, Note, Track
from boumbapp.rules.v2.rules_pb2 import FieldRules, rules
from boumbapp.theory.v2 import theory_service_pb2 as pb
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub
from google.protobuf.message import Message

FOUR_FOUR = Meter(beats=4, beat_unit=4)
# Eb F# in C minor: F# is foreign.
STRANGE = Bar(
    meter=FOUR_FOUR,
    notes=[
        Note(pitch=39, start_step=0, duration_steps=4, velocity=90),
        Note(pitch=42, start_step=4, duration_steps=4, velocity=90),
    ],
)


async def analyse(stub: TheoryServiceStub, prompt: str, **options: object) -> pb.AnalyseResponse:
    request = pb.AnalyseRequest(prompt=prompt, hints=IntentOptions(**options))  # type: ignore[arg-type]
    return await stub.Analyse(request, timeout=5)


async def test_info_tells_the_size_of_the_catalogue(theory_stub: TheoryServiceStub) -> None:
    info = await theory_stub.Info(pb.InfoRequest())
    assert info.version
    assert info.catalogue["scales"] >= 60
    assert info.catalogue["styles"] >= 30


async def test_a_vague_prompt_comes_back_with_alternatives_and_questions(theory_stub: TheoryServiceStub) -> None:
    response = await theory_stub.Explore(pb.ExploreRequest(prompt="une mélodie triste", max_alternatives=3))
    assert response.intent.vague
    assert len(response.alternatives) == 3
    assert response.questions[0].text
    chosen = response.alternatives[0].key
    again = await analyse(theory_stub, "une mélodie triste", key_text=f"{chosen.tonic} {chosen.scale}")
    assert again.intent.key == chosen


async def test_constraints_of_an_analysis_are_those_of_its_intent(theory_stub: TheoryServiceStub) -> None:
    response = await analyse(theory_stub, "basse dub en la mineur")
    again = await theory_stub.Constrain(pb.ConstrainRequest(intent=response.intent))
    assert again.constraints == response.constraints


async def test_a_foreign_note_is_corrected_with_a_reason_in_the_callers_language(
    theory_stub: TheoryServiceStub,
) -> None:
    constraints = (await analyse(theory_stub, "basse en do mineur")).constraints
    request = pb.ValidateRequest(constraints=constraints, bars=[STRANGE], locale="fr")
    (result,) = (await theory_stub.Validate(request)).results
    assert result.bar.notes[0].name == "Eb2"
    (correction,) = result.corrections
    assert correction.note.pitch == 42
    assert correction.note_after.pitch in (41, 43)
    assert correction.explanation
    again = await theory_stub.Validate(pb.ValidateRequest(constraints=constraints, bars=[result.bar]))
    assert not again.results[0].corrections


async def test_bars_are_validated_one_by_one_over_a_stream(theory_stub: TheoryServiceStub) -> None:
    constraints = (await analyse(theory_stub, "basse en do mineur")).constraints

    async def requests() -> AsyncIterator[pb.ValidateStreamRequest]:
        yield pb.ValidateStreamRequest(constraints=constraints, bar=STRANGE)
        yield pb.ValidateStreamRequest(bar=STRANGE)

    results = [response.result async for response in theory_stub.ValidateStream(requests())]
    assert len(results) == 2
    assert results[0] == results[1]

    async def without_constraints() -> AsyncIterator[pb.ValidateStreamRequest]:
        yield pb.ValidateStreamRequest(bar=STRANGE)

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        _ = [response async for response in theory_stub.ValidateStream(without_constraints())]
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("locales", "french"), [(("fr-FR", ""), True), (("fr_CA", "fr"), True), (("en-US", ""), False)]
)
async def test_a_stream_says_its_language_once(
    theory_stub: TheoryServiceStub, locales: tuple[str, ...], french: bool
) -> None:
    analysis = await theory_stub.Analyse(pb.AnalyseRequest(prompt="basse en Do mineur"))
    requests = [
        pb.ValidateStreamRequest(constraints=analysis.constraints, bar=STRANGE, locale=locale) for locale in locales
    ]
    header = grpc.aio.Metadata(("accept-language", "en" if french else "fr"))
    call = theory_stub.ValidateStream(iter(requests), metadata=header)
    told = [correction.explanation for answer in [a async for a in call] for correction in answer.result.corrections]
    assert told
    assert all(("mineur" in text or "Do" in text) is french for text in told)


@pytest.mark.parametrize("file_format", [pb.FILE_FORMAT_MIDI, pb.FILE_FORMAT_MUSICXML])
async def test_bars_survive_a_file(theory_stub: TheoryServiceStub, file_format: pb.FileFormat.ValueType) -> None:
    request = pb.ExportRequest(
        tracks=[Track(bars=[STRANGE])], bpm=93, key=Key(tonic="C", scale="minor"), format=file_format
    )
    exported = await theory_stub.Export(request, timeout=20)
    imported = await theory_stub.Import(pb.ImportRequest(file=exported.file), timeout=20)
    (track,) = imported.tracks
    assert [(n.pitch, n.start_step, n.duration_steps) for n in track.bars[0].notes] == [(39, 0, 4), (42, 4, 4)]
    assert imported.bpm == pytest.approx(93, abs=0.01)


@pytest.mark.parametrize("file", [b"x", b"MThd", b"PK\x03\x04" + b"\0" * 50, b"<?xml version='1.0'?><a>"])
async def test_a_broken_file_is_refused_clearly(theory_stub: TheoryServiceStub, file: bytes) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await theory_stub.Import(pb.ImportRequest(file=file), timeout=20)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "file" in (caught.value.details() or "")


async def test_the_key_of_bars_is_detected(theory_stub: TheoryServiceStub) -> None:
    scale = [60, 62, 64, 65, 67, 69, 71, 72]
    notes = [Note(pitch=pitch, start_step=2 * i, duration_steps=2, velocity=80) for i, pitch in enumerate(scale)]
    response = await theory_stub.Detect(pb.DetectRequest(bars=[Bar(meter=FOUR_FOUR, notes=notes)]))
    assert (response.keys[0].key.tonic, response.keys[0].key.scale) == ("C", "major")


@pytest.mark.parametrize("kind", [kind for kind in pb.CatalogueKind.values() if kind])
async def test_every_kind_of_catalogue_is_listed_in_both_languages(
    theory_stub: TheoryServiceStub, kind: pb.CatalogueKind.ValueType
) -> None:
    lists = [
        (await theory_stub.ListCatalogue(pb.ListCatalogueRequest(kind=kind, locale=locale))).entries
        for locale in ("en", "fr")
    ]
    assert [entry.slug for entry in lists[0]] == [entry.slug for entry in lists[1]]
    assert all(entry.label for entry in lists[0])
    assert [entry.label for entry in lists[0]] != [entry.label for entry in lists[1]]


async def test_the_catalogue_comes_in_pages(theory_stub: TheoryServiceStub) -> None:
    request = pb.ListCatalogueRequest(kind=pb.CATALOGUE_KIND_STYLE, page_size=1000)
    whole = list((await theory_stub.ListCatalogue(request)).entries)
    request.page_size = 40
    paged: list[pb.CatalogueEntry] = []
    while True:
        answer = await theory_stub.ListCatalogue(request)
        paged += answer.entries
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert paged == whole
    request.kind = pb.CATALOGUE_KIND_MOOD
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await theory_stub.ListCatalogue(request)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "page_token" in (caught.value.details() or "")


async def test_a_style_tells_its_tempo_its_metre_and_its_parts(theory_stub: TheoryServiceStub) -> None:
    styles = (
        await theory_stub.ListCatalogue(pb.ListCatalogueRequest(kind=pb.CATALOGUE_KIND_STYLE, page_size=1000))
    ).entries
    for style in styles:
        asked = await analyse(theory_stub, "une basse", style=style.slug)
        assert (style.bpm, style.meter) == (asked.intent.bpm, asked.intent.meter), style.slug
    assert ROLE_BASS in next(style.parts for style in styles if style.slug == "funk")
    for kind in (pb.CATALOGUE_KIND_SCALE, pb.CATALOGUE_KIND_MOOD):
        entries = (await theory_stub.ListCatalogue(pb.ListCatalogueRequest(kind=kind))).entries
        assert not any(entry.bpm or entry.HasField("meter") or entry.parts for entry in entries)


async def test_the_limits_told_are_those_of_the_contract(theory_stub: TheoryServiceStub) -> None:
    limits = (await theory_stub.Info(pb.InfoRequest())).limits

    def rule(message: type[Message], field: str) -> FieldRules:
        found: FieldRules = message.DESCRIPTOR.fields_by_name[field].GetOptions().Extensions[rules]
        return found

    assert limits.max_bars == rule(IntentOptions, "bars").max
    assert (limits.min_bpm, limits.max_bpm) == (rule(IntentOptions, "bpm").min, rule(IntentOptions, "bpm").max)
    assert limits.max_prompt_characters == rule(pb.AnalyseRequest, "prompt").max_length
    assert limits.max_file_bytes == rule(pb.ImportRequest, "file").max_length
    assert limits.max_file_bars == rule(Track, "bars").max_items
