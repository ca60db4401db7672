"""Styles that theory knows and drums have no groove for: the listener is told."""

import pytest
from boumbapp.drums.v2 import drums_service_pb2 as pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.music.v2.events_pb2 import ComposingEvent
from boumbapp.music.v2.intent_pb2 import IntentOptions


async def events(stub: DrumsServiceStub, asked: pb.ComposeRequest) -> list[ComposingEvent]:
    return [response.event async for response in stub.Compose(asked, timeout=10)]


WITHOUT_GROOVE = ["baroque", "chinese", "classical", "hawaiian", "indian", "lullaby", "medieval", "minimalism"]


@pytest.mark.parametrize("style", WITHOUT_GROOVE)
@pytest.mark.parametrize("locale", ["en", "fr"])
async def test_a_style_without_a_groove_is_told_before_the_first_bar(
    drums_stub: DrumsServiceStub, style: str, locale: str
) -> None:
    asked = pb.ComposeRequest(prompt="drums", seed=1, hints=IntentOptions(style=style, bars=2), locale=locale)
    stream = await events(drums_stub, asked)
    assert [event.WhichOneof("event") for event in stream] == ["started", "notice", "bar", "bar", "completed"]
    notice = stream[1].notice
    assert notice.code == "STYLE_WITHOUT_GROOVE"
    assert f"“{style}”" in notice.message if locale == "en" else f"« {style} »" in notice.message


async def test_the_words_that_were_read_as_a_style_name_it(drums_stub: DrumsServiceStub) -> None:
    stream = await events(drums_stub, pb.ComposeRequest(prompt="une batterie médiévale, 2 mesures", seed=1))
    assert "« médiévale »" in stream[1].notice.message


async def test_of_other_styles_and_of_no_style_nothing_is_told(drums_stub: DrumsServiceStub) -> None:
    for prompt in ("house drums", "drums", "fais une batterie"):
        asked = pb.ComposeRequest(prompt=prompt, seed=7, hints=IntentOptions(bars=1))
        kinds = [event.WhichOneof("event") for event in await events(drums_stub, asked)]
        assert kinds == ["started", "bar", "completed"], prompt


async def test_styles_come_in_pages(drums_stub: DrumsServiceStub) -> None:
    whole = await drums_stub.ListStyles(pb.ListStylesRequest())
    first = await drums_stub.ListStyles(pb.ListStylesRequest(page_size=20))
    rest = await drums_stub.ListStyles(pb.ListStylesRequest(page_token=first.next_page_token))
    assert [len(first.styles), first.next_page_token != "", rest.next_page_token] == [20, True, ""]
    assert [*first.styles, *rest.styles] == list(whole.styles)
