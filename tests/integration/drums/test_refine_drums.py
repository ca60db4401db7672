"""Refining grooves over real servers: a conversation about bars that were composed."""

import grpc
import grpc.aio
import pytest
from boumbapp.drums.v2 import drums_service_pb2 as pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.music.v2.events_pb2 import BarReady, ComposingEvent
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_CLOSED_HAT,
    DRUM_PIECE_COWBELL,
    DRUM_PIECE_KICK,
    DRUM_PIECE_SNARE,
    ROLE_DRUMS,
    Bar,
    DrumHit,
    DrumPiece,
    Meter,
)

from services.chassis.errors.status import read_details

FOUR_FOUR = Meter(beats=4, beat_unit=4)


async def compose(stub: DrumsServiceStub, prompt: str = "boom bap drums, 4 bars") -> list[BarReady]:
    request = pb.ComposeRequest(prompt=prompt, seed=5)
    return [made.event.bar async for made in stub.Compose(request, timeout=10) if made.event.HasField("bar")]


def request(instruction: str, groove: list[BarReady], **fields: object) -> pb.RefineRequest:
    return pb.RefineRequest(
        instruction=instruction,
        bars=[made.bar for made in groove],
        feels=[pb.BarFeels(feels=made.feels) for made in groove],
        **{"bpm": 90.0, "style": "boom_bap", "seed": 1, **fields},  # type: ignore[arg-type]
    )


async def events(stub: DrumsServiceStub, asked: pb.RefineRequest) -> list[ComposingEvent]:
    return [response.event async for response in stub.Refine(asked, timeout=10)]


async def refined(stub: DrumsServiceStub, asked: pb.RefineRequest) -> list[BarReady]:
    return [event.bar for event in await events(stub, asked) if event.HasField("bar")]


async def refusal(stub: DrumsServiceStub, asked: pb.RefineRequest) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await events(stub, asked)
    return caught.value


def hits(groove: BarReady, *pieces: DrumPiece.ValueType) -> list[DrumHit]:
    return [hit for hit in groove.bar.hits if hit.piece in pieces]


async def test_the_edits_are_described_before_the_bars_that_they_change(drums_stub: DrumsServiceStub) -> None:
    groove = await compose(drums_stub)
    stream = await events(drums_stub, request("sans kick, 10 bpm plus vite", groove))
    assert [event.WhichOneof("event") for event in stream] == ["started", *["bar"] * 4, "completed"]
    started = stream[0].started
    assert list(started.edits) == ["sans grosse caisse", "plus vite (+10 bpm)"]
    assert (started.bpm, started.seed, bool(started.request_id)) == (100, 1, True)
    for before, event in zip(groove, stream[1:-1], strict=True):
        after = event.bar
        assert not hits(after, DRUM_PIECE_KICK)
        assert list(after.bar.hits) == [h for h in before.bar.hits if h.piece != DRUM_PIECE_KICK]
        assert len(after.feels) == len(after.bar.hits)
        assert {step for step, accent in enumerate(after.accents) if accent} == {h.step for h in after.bar.hits}
    completed = stream[-1].completed
    assert (completed.bars, completed.corrections) == (4, 0)


async def test_the_specialist_composes_the_bar_that_is_to_be_another_one(drums_stub: DrumsServiceStub) -> None:
    groove = await compose(drums_stub)
    asked = request("change la mesure 2", groove)
    made = await refined(drums_stub, asked)
    assert [each.engine for each in made] == ["refining", "specialist", "refining", "refining"]
    assert [a.bar == b.bar for a, b in zip(groove, made, strict=True)] == [True, False, True, True]
    assert made == await refined(drums_stub, asked)


async def test_what_is_not_named_comes_back_hit_for_hit_with_its_feel(drums_stub: DrumsServiceStub) -> None:
    groove = await compose(drums_stub)
    made = await refined(drums_stub, request("ajoute un cowbell, seulement à la mesure 2", groove))
    assert hits(made[1], DRUM_PIECE_COWBELL)
    for index, (before, after) in enumerate(zip(groove, made, strict=True)):
        if index != 1:
            assert after.bar == before.bar
            assert list(after.feels) == list(before.feels)
            assert list(after.accents) == list(before.accents)
    kept = list(zip(made[1].bar.hits, made[1].feels, strict=True))
    for pair in zip(groove[1].bar.hits, groove[1].feels, strict=True):
        assert pair in kept


async def test_locked_pieces_and_bars_stay(drums_stub: DrumsServiceStub) -> None:
    groove = await compose(drums_stub)
    asked = request("beaucoup plus fort et bien plus chargé", groove, locked_pieces=[DRUM_PIECE_SNARE], locked_bars=[2])
    made = await refined(drums_stub, asked)
    assert made[2].bar == groove[2].bar
    for before, after in zip(groove, made, strict=True):
        assert hits(after, DRUM_PIECE_SNARE) == hits(before, DRUM_PIECE_SNARE)
    assert made[0].bar != groove[0].bar


async def test_a_conversation_goes_on_from_what_came_back(drums_stub: DrumsServiceStub) -> None:
    groove = await compose(drums_stub)
    for instruction in ("moins de charley", "un break à la mesure 4, garde le kick", "plus de swing", "half time"):
        made = await refined(drums_stub, request(instruction, groove))
        assert [m.bar for m in made] != [g.bar for g in groove], instruction
        assert not any(m.corrections for m in made), instruction
        groove = made
    straight = await refined(drums_stub, request("straight", groove))
    assert all(felt.swing_ticks == 0 for made in straight for felt in made.feels)


async def test_the_same_seed_refines_alike(drums_stub: DrumsServiceStub) -> None:
    groove = await compose(drums_stub)
    asked = request("plus de kick et plus humain", groove)
    assert await refined(drums_stub, asked) == await refined(drums_stub, asked)
    without_feel = request("plus humain", groove)
    without_feel.ClearField("seed")
    stream = await events(drums_stub, without_feel)
    again = request("plus humain", groove, seed=stream[0].started.seed)
    assert [event.bar for event in stream if event.HasField("bar")] == await refined(drums_stub, again)


async def test_each_bar_tells_whether_it_differs_from_what_was_sent(drums_stub: DrumsServiceStub) -> None:
    groove = await compose(drums_stub)
    assert all(made.changed for made in groove), "what is composed is new"
    untouched = await refined(drums_stub, request("sans kick à la mesure 2", groove))
    assert [made.changed for made in untouched] == [False, True, False, False]
    assert {made.track for made in untouched} == {"drums"}
    # A bar that theory puts right is another one than was sent, even where no word is about it.
    groove[2].bar.hits.add(piece=DRUM_PIECE_KICK, step=40, velocity=90)
    mended = await refined(drums_stub, request("sans kick à la mesure 2", groove))
    assert [made.changed for made in mended] == [False, True, True, False]


async def test_a_refinement_starts_as_any_stream_does(drums_stub: DrumsServiceStub) -> None:
    stream = await events(drums_stub, request("sans kick", await compose(drums_stub), locale="fr"))
    assert [event.sequence for event in stream] == list(range(len(stream)))
    started = stream[0].started
    assert [(track.id, track.role, track.name) for track in started.tracks] == [("drums", ROLE_DRUMS, "batterie")]
    assert (started.engine, started.repeatable, started.bpm) == ("refining", True, 90)
    assert not started.HasField("intent")


async def test_added_hits_follow_the_style(drums_stub: DrumsServiceStub) -> None:
    bare = Bar(index=0, meter=FOUR_FOUR, hits=[DrumHit(piece=DRUM_PIECE_SNARE, step=8, velocity=110)])
    groove = [BarReady(bar=bare)]
    four = await refined(drums_stub, request("ajoute un kick", groove, style="house"))
    assert [hit.step for hit in hits(four[0], DRUM_PIECE_KICK)] == [0, 4, 8, 12]
    trap = await refined(drums_stub, request("ajoute un kick", groove, style="trap"))
    assert [hit.step for hit in hits(trap[0], DRUM_PIECE_KICK)] != [0, 4, 8, 12]
    assert 0 in [hit.step for hit in hits(trap[0], DRUM_PIECE_KICK)]


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("plus de bananes", "Essayez"),
        ("make it pop", "Try"),
        ("un fill à la mesure 9", "mesure 9"),
        ("comme avant", "version d'avant"),
    ],
)
async def test_what_cannot_be_done_is_said_in_the_language_of_the_instruction(
    drums_stub: DrumsServiceStub, instruction: str, words: str
) -> None:
    error = await refusal(drums_stub, request(instruction, await compose(drums_stub)))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "instruction" in (error.details() or "")
    assert words in (error.details() or "")
    assert read_details(error) is not None


async def test_notices_tell_what_had_no_effect_and_what_was_not_understood(drums_stub: DrumsServiceStub) -> None:
    groove = await compose(drums_stub, "house drums")
    stream = await events(drums_stub, request("sans tambourin, plus de kick et moins de bananes", groove))
    notices = {event.notice.code: event.notice.message for event in stream if event.HasField("notice")}
    assert set(notices) == {"EDIT_WITHOUT_EFFECT", "PARTLY_UNDERSTOOD"}
    assert "sans tambourin" in notices["EDIT_WITHOUT_EFFECT"]
    assert "bananes" in notices["PARTLY_UNDERSTOOD"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"instruction": ""}, "instruction"),
        ({"instruction": "x" * 3000}, "instruction"),
        ({"bpm": 0.0}, "bpm"),
        ({"bpm": 1000.0}, "bpm"),
        ({"style": "Trap!"}, "style"),
        ({"locked_bars": [500]}, "locked_bars"),
        ({"bars": []}, "bars"),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_bad_requests_name_the_field(drums_stub: DrumsServiceStub, fields: dict[str, object], field: str) -> None:
    asked = request("plus fort", await compose(drums_stub))
    for name, value in fields.items():
        asked.ClearField(name)  # type: ignore[arg-type]  # one of the fields' names
        if isinstance(value, list):
            getattr(asked, name).extend(value)
        else:
            setattr(asked, name, value)
    error = await refusal(drums_stub, asked)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert field in (error.details() or "")


async def test_a_groove_from_elsewhere_is_refined_and_put_right(drums_stub: DrumsServiceStub) -> None:
    """No feel, no style, hits out of order, one after the end of the bar, one twice."""
    wild = [
        DrumHit(piece=DRUM_PIECE_CLOSED_HAT, step=4, velocity=70),
        DrumHit(piece=DRUM_PIECE_KICK, step=0, velocity=100),
        DrumHit(piece=DRUM_PIECE_KICK, step=0, velocity=90),
        DrumHit(piece=DRUM_PIECE_SNARE, step=40, velocity=90),
    ]
    asked = pb.RefineRequest(instruction="plus fort", bars=[Bar(index=0, meter=FOUR_FOUR, hits=wild)], bpm=100)
    (made,) = await refined(drums_stub, asked)
    assert [(hit.step, hit.piece) for hit in made.bar.hits] == [
        (0, DRUM_PIECE_KICK),
        (4, DRUM_PIECE_CLOSED_HAT),
    ]
    assert made.bar.hits[0].velocity > 100
    assert len(made.corrections) == 2
    assert len(made.feels) == 2
