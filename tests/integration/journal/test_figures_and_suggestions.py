"""Figures that agree with what SQL counts, and suggestions that begin from what is near in the catalogue."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_QUESTION, OUTCOME_UNANSWERED, SIGNAL_KIND_KEPT
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceStub
from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.music_pb2 import Bar, Note
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest, ValidateRequest
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub
from sqlalchemy import text

from cli.journal_report import render
from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer
from services.journal.domain.reading import raw_bar
from services.journal.storage.database import Database
from tests.integration.journal.conftest import journal_settings, running_journal
from tests.integration.journal.interactions import interaction
from tests.integration.journal.test_service import ANA, OPERATOR, record


async def test_figures_are_those_of_sql(stub: JournalServiceStub, url: str) -> None:
    styles = ["funk"] * 5 + ["jazz"] * 3
    await record(
        stub, *(interaction(f"r{n}", f"user {n % 3}", at=86_400 * n, style=each) for n, each in enumerate(styles))
    )
    unanswered = interaction(
        "q", kind=INTERACTION_KIND_QUESTION, outcome=OUTCOME_UNANSWERED, prompt="what is it?", events=[]
    )
    await record(stub, unanswered, interaction("r1000", "ana"))
    await stub.Rate(pb.RateRequest(request_id="r1000", stars=3), metadata=ANA)
    await stub.Signal(pb.SignalRequest(request_id="r1000", kind=SIGNAL_KIND_KEPT), metadata=ANA)
    stats = await stub.Stats(pb.StatsRequest(), metadata=OPERATOR)

    database = Database(url)
    with database.reader.connect() as connection:

        def sql(statement: str) -> list[Any]:
            return [tuple(row) for row in connection.execute(text(statement))]

        [(pieces, bars, notes, corrections, rated, stars)] = sql(
            "SELECT count(*), sum(bars), sum(notes), sum(corrections), count(nullif(stars, 0)), sum(stars) FROM pieces"
        )
        by_style = dict(sql("SELECT style, count(*) FROM pieces WHERE style <> '' GROUP BY style"))
        reasons = dict(sql("SELECT name, sum(count) FROM facts WHERE kind = 'correction' GROUP BY name"))
        [(users,)] = sql("SELECT count(*) FROM users")
    database.close()
    assert (stats.pieces, stats.bars, stats.notes, stats.corrections) == (pieces, bars, notes, corrections)
    assert (stats.users, stats.rated, stats.mean_stars) == (users, rated, stars)
    assert {each.value: each.pieces for each in stats.groups if each.by == "style"} == by_style
    assert {each.name: each.count for each in stats.counts if each.kind == "correction"} == reasons
    assert {each.name for each in stats.counts if each.kind == "unused_word"} == {"basse", "zorglub"}
    assert {(each.name, each.count) for each in stats.counts if each.kind == "signal"} == {("kept", 1)}
    assert list(stats.unanswered) == ["what is it?"]
    assert sum(each.pieces for each in stats.groups if each.by == "day") == pieces
    assert f">{bars}<" in render(stats)


async def test_the_first_suggestions_are_neighbours_in_the_catalogue(
    theory_server: RunningServer, tmp_path: Path
) -> None:
    settings = journal_settings(f"sqlite:///{tmp_path}/j.db", tmp_path, BOUMB_THEORY_ADDRESS=theory_server.address)
    async with running_journal(settings) as server, open_channel(server.address) as channel:
        stub = JournalServiceStub(channel)
        seen: Counter[str] = Counter()
        for seed in range(30):
            request = pb.SuggestRequest(style="funk", scale="minor", count=3, seed=seed, locale="fr")
            answer = await stub.Suggest(request, metadata=ANA)
            again = await stub.Suggest(request, metadata=ANA)
            assert answer == again
            seen.update(each.value for each in answer.suggestions if each.kind == pb.SUGGESTION_KIND_STYLE)
            for each in answer.suggestions:
                assert each.label
                assert each.reason
                assert each.explores
        first = next(each for each in answer.suggestions if each.kind == pb.SUGGESTION_KIND_STYLE)
        assert first.reason.startswith("Nouveau pour vous, et proche de")
        assert "funk" not in seen
        assert len(seen) > 20  # it does not only repeat


async def test_raw_bars_are_those_that_the_engine_made(theory_stub: TheoryServiceStub) -> None:
    """Whatever theory corrects, its corrections lead back to the bar as it was."""
    analysed = await theory_stub.Analyse(AnalyseRequest(prompt="mélodie en do majeur 4 mesures"))
    dice = random.Random(3)
    for _ in range(60):
        notes = [
            Note(
                id=n + 1,
                pitch=dice.randrange(20, 110),
                start_step=dice.randrange(16),
                duration_steps=dice.randrange(1, 20),
                velocity=dice.randrange(1, 127),
            )
            for n in range(dice.randrange(1, 12))
        ]
        bar = Bar(index=0, meter=analysed.constraints.meter, notes=notes)
        answer = await theory_stub.Validate(ValidateRequest(constraints=analysed.constraints, bars=[bar]))
        [result] = answer.results
        raw = raw_bar(BarReady(bar=result.bar, corrections=result.corrections))

        def facts(bar: Bar) -> list[tuple[int, int, int, int, int]]:
            return sorted((n.id, n.pitch, n.start_step, n.duration_steps, n.velocity) for n in bar.notes)

        assert facts(raw) == facts(bar)
