"""The journal's methods on a real server, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import grpc.aio
import pytest
from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.interaction_pb2 import (
    INTERACTION_KIND_REFINE,
    SIGNAL_KIND_DISCARDED,
    SIGNAL_KIND_KEPT,
    Interaction,
)
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_DRUMS

from services.chassis.errors.status import read_details
from services.chassis.request_context import Identity, write_identity
from tests.integration.journal.interactions import interaction

Metadata = Sequence[tuple[str, str | bytes]]


def caller(user: str, *roles: str) -> Any:
    return tuple(write_identity(Identity(user, roles)))


ANA, EVA = caller("ana"), caller("éva")
OPERATOR = caller("root", "ROLE_USER", "ROLE_OPERATOR")


async def record(stub: JournalServiceStub, *interactions: Interaction) -> pb.RecordResponse:
    async def requests() -> AsyncIterator[pb.RecordRequest]:
        for each in interactions:
            yield pb.RecordRequest(interaction=each.SerializeToString())

    return await stub.Record(requests())


async def refusal(call: Any) -> tuple[str, str]:
    """Status and rich details of a call that must fail, without what differs from call to call."""
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    status = read_details(error.value)
    assert status is not None
    return error.value.code().name, status.message


async def test_what_is_recorded_comes_back_whole(stub: JournalServiceStub) -> None:
    sent = interaction("r1")
    assert await record(stub, sent) == pb.RecordResponse(stored=1)
    got = await stub.Get(pb.GetRequest(request_id="r1"), metadata=ANA)
    sent.ClearField("user")
    sent.hints.SetInParent()
    sent.overrides.SetInParent()
    assert got.interaction == sent
    piece = got.piece
    assert (piece.style, piece.key.tonic, piece.role, piece.bars, piece.notes) == ("funk", "G", ROLE_BASS, 2, 3)
    assert [(bar.index, [note.pitch for note in bar.notes]) for bar in got.raw_bars] == [(0, [44, 50])]
    assert [version.request_id for version in got.versions] == ["r1"]


async def test_a_batch_that_comes_again_is_stored_once(stub: JournalServiceStub) -> None:
    batch = [interaction(f"r{number}", at=number + 1) for number in range(5)]
    assert (await record(stub, *batch)).stored == 5
    assert await record(stub, *batch, batch[0]) == pb.RecordResponse(known=6)
    assert await record(stub, interaction("r9"), interaction("r9")) == pb.RecordResponse(stored=1, known=1)
    history = await stub.History(pb.HistoryRequest(), metadata=ANA)
    assert sorted(piece.request_id for piece in history.pieces) == ["r0", "r1", "r2", "r3", "r4", "r9"]
    profile = await stub.Profile(pb.ProfileRequest(), metadata=ANA)
    assert profile.pieces == 6  # what was known already is not counted again


async def test_what_is_no_interaction_is_refused_and_stops_no_other(stub: JournalServiceStub) -> None:
    async def requests() -> AsyncIterator[pb.RecordRequest]:
        yield pb.RecordRequest(interaction=b"\xff\xff\xff")
        yield pb.RecordRequest(interaction=b"")
        yield pb.RecordRequest(interaction=interaction("r1", prompt="nul \0 inside").SerializeToString())

    assert await stub.Record(requests()) == pb.RecordResponse(stored=1, refused=2)


async def test_only_services_inside_record(stub: JournalServiceStub) -> None:
    async def requests() -> AsyncIterator[pb.RecordRequest]:
        yield pb.RecordRequest(interaction=interaction("r1").SerializeToString())

    assert (await refusal(stub.Record(requests(), metadata=OPERATOR)))[0] == "PERMISSION_DENIED"


async def test_history_is_paged_newest_first(stub: JournalServiceStub) -> None:
    await record(stub, *(interaction(f"r{n:02}", at=100 + n, style="funk" if n % 2 else "jazz") for n in range(25)))
    seen: list[str] = []
    request = pb.HistoryRequest(page_size=10)
    while True:
        page = await stub.History(request, metadata=ANA)
        seen += [piece.request_id for piece in page.pieces]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert seen == [f"r{n:02}" for n in reversed(range(25))]
    jazz = await stub.History(pb.HistoryRequest(style="jazz"), metadata=ANA)
    assert [piece.request_id for piece in jazz.pieces] == [f"r{n:02}" for n in reversed(range(0, 25, 2))]
    token = (await stub.History(pb.HistoryRequest(page_size=10), metadata=ANA)).next_page_token
    for wrong in (pb.HistoryRequest(page_token="é"), pb.HistoryRequest(page_token=token, style="jazz")):
        assert (await refusal(stub.History(wrong, metadata=ANA)))[0] == "INVALID_ARGUMENT"


async def test_a_rating_changes_and_counts_once(stub: JournalServiceStub) -> None:
    await record(stub, interaction("r1"), interaction("r2", at=2_000_000))
    await stub.Rate(pb.RateRequest(request_id="r1", stars=2, comment="trop chargé"), metadata=ANA)
    rated = await stub.Rate(pb.RateRequest(request_id="r1", stars=5), metadata=ANA)
    assert (rated.piece.stars, rated.piece.comment) == (5, "")
    for kind in (SIGNAL_KIND_KEPT, SIGNAL_KIND_KEPT, SIGNAL_KIND_DISCARDED):
        await stub.Signal(pb.SignalRequest(request_id="r2", kind=kind), metadata=ANA)
    profile = await stub.Profile(pb.ProfileRequest(), metadata=ANA)
    assert (profile.pieces, profile.rated, profile.mean_stars) == (2, 1, 5)
    style = next(each for each in profile.preferences if each.slot == "style")
    assert (style.value, style.pieces, style.rated, style.kept, style.dropped) == ("funk", 2, 1, 1, 1)
    assert style.liking == pytest.approx(3 / 5)  # one 5, one kept, one discarded, and one of each to begin with


async def test_another_users_pieces_are_as_unknown_as_none(stub: JournalServiceStub) -> None:
    """Whatever is asked with the id of another's piece, the answer is that for an id that there never was."""
    await record(stub, interaction("theirs", user="ana"))

    def calls(request_id: str) -> dict[str, Any]:
        return {
            "Get": stub.Get(pb.GetRequest(request_id=request_id), metadata=EVA),
            "Rate": stub.Rate(pb.RateRequest(request_id=request_id, stars=1), metadata=EVA),
            "Signal": stub.Signal(pb.SignalRequest(request_id=request_id, kind=SIGNAL_KIND_KEPT), metadata=EVA),
        }

    async def unknown(call: Any) -> tuple[str, str]:
        status, text = await refusal(call)
        return status, text.replace("theirz", "?")

    for method, call in calls("theirs").items():
        status, text = await refusal(call)
        assert status == "NOT_FOUND"
        assert (status, text.replace("theirs", "?")) == await unknown(calls("theirz")[method])
    assert not (await stub.History(pb.HistoryRequest(), metadata=EVA)).pieces
    assert not (await stub.Profile(pb.ProfileRequest(), metadata=EVA)).pieces
    # A refinement that names another's piece as its parent joins nothing.
    await record(stub, interaction("mine", user="éva", kind=INTERACTION_KIND_REFINE, parent_request_id="theirs"))
    mine = await stub.Get(pb.GetRequest(request_id="mine"), metadata=EVA)
    assert [version.request_id for version in mine.versions] == ["mine"]
    theirs = await stub.Get(pb.GetRequest(request_id="theirs"), metadata=ANA)
    assert [version.request_id for version in theirs.versions] == ["theirs"]
    assert theirs.piece.stars == 0
    assert not theirs.piece.signals


async def test_versions_of_a_piece_whatever_order_they_arrive_in(stub: JournalServiceStub) -> None:
    first = interaction("v1", at=1)
    second = interaction("v2", at=2, kind=INTERACTION_KIND_REFINE, parent_request_id="v1")
    third = interaction("v3", at=3, kind=INTERACTION_KIND_REFINE, parent_request_id="v2")
    await record(stub, third)
    await record(stub, second)
    await record(stub, first)
    got = await stub.Get(pb.GetRequest(request_id="v2"), metadata=ANA)
    assert [version.request_id for version in got.versions] == ["v1", "v2", "v3"]
    assert {version.piece_id for version in got.versions} == {"v1"}


async def test_forget_leaves_nothing(stub: JournalServiceStub) -> None:
    await record(stub, *(interaction(f"a{n}", at=10 + n) for n in range(3)), interaction("b", user="éva"))
    await stub.Rate(pb.RateRequest(request_id="a1", stars=4), metadata=ANA)
    answer = await stub.Forget(pb.ForgetRequest(), metadata=ANA)
    removed = {each.what: (each.removed, each.left) for each in answer.removed}
    assert removed["pieces"] == (3, 0)
    assert removed["ratings"] == (1, 0)
    assert all(left == 0 for _, left in removed.values())
    assert not (await stub.History(pb.HistoryRequest(), metadata=ANA)).pieces
    assert (await record(stub, interaction("late", at=20))) == pb.RecordResponse(forgotten=1)
    exported = [each async for each in stub.Export(pb.ExportRequest(), metadata=OPERATOR)]
    assert [each.piece.request_id for each in exported] == ["b"]
    assert (await stub.Stats(pb.StatsRequest(), metadata=OPERATOR)).pieces == 1
    # What the user does from now on is kept again.
    assert (await record(stub, interaction("new", at=answer.at.seconds + 5))).stored == 1
    assert (await stub.Profile(pb.ProfileRequest(), metadata=ANA)).pieces == 1


async def test_roles(stub: JournalServiceStub) -> None:
    await record(stub, interaction("r1"))
    assert (await refusal(stub.Stats(pb.StatsRequest(), metadata=ANA)))[0] == "PERMISSION_DENIED"
    with pytest.raises(grpc.aio.AioRpcError):
        _ = [each async for each in stub.Export(pb.ExportRequest(), metadata=ANA)]
    assert (await refusal(stub.Forget(pb.ForgetRequest(user="ana"), metadata=EVA)))[0] == "PERMISSION_DENIED"
    assert (await refusal(stub.History(pb.HistoryRequest())))[0] == "UNAUTHENTICATED"
    assert (await stub.Forget(pb.ForgetRequest(user="ana"), metadata=OPERATOR)).removed[0].removed == 1


async def test_suggestions_follow_what_was_liked_and_explore(stub: JournalServiceStub) -> None:
    liked = [interaction(f"f{n}", style="funk") for n in range(10)]
    bad = [interaction(f"j{n}", style="jazz") for n in range(10)]
    await record(stub, *liked, *bad)
    for n in range(10):
        await stub.Rate(pb.RateRequest(request_id=f"f{n}", stars=5), metadata=ANA)
        await stub.Rate(pb.RateRequest(request_id=f"j{n}", stars=1), metadata=ANA)
    firsts = []
    for seed in range(20):
        answer = await stub.Suggest(
            pb.SuggestRequest(kinds=[pb.SUGGESTION_KIND_STYLE], count=1, seed=seed, locale="fr"), metadata=ANA
        )
        firsts.append(answer.suggestions[0])
    assert {each.value for each in firsts} == {"funk"}
    assert firsts[0].reason == "Vous avez donné 5.0 étoiles en moyenne à « funk » (10 notes)."
    parts = await stub.Suggest(
        pb.SuggestRequest(roles=[ROLE_DRUMS], kinds=[pb.SUGGESTION_KIND_PART], count=10), metadata=EVA
    )
    assert {each.value for each in parts.suggestions} == {"bass", "chords", "melody", "pad", "arpeggio"}


async def test_calls_at_once_store_each_piece_once(stub: JournalServiceStub) -> None:
    batches = [[interaction(f"r{(n + k) % 30}", user=f"u{n % 3}", at=5) for k in range(10)] for n in range(30)]
    answers = await asyncio.gather(*(record(stub, *batch) for batch in batches))
    assert sum(answer.stored for answer in answers) == 30
    assert (await stub.Stats(pb.StatsRequest())).pieces == 30
