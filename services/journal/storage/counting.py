"""Figures over many pieces, counted by the database."""

from collections.abc import Iterator
from datetime import UTC, datetime

from boumbapp.journal.v2.interaction_pb2 import Outcome, SignalKind
from sqlalchemy import Column, ColumnElement, Connection, String, case, cast, func, select

from services.journal.domain.figures import Figures, Group, Quantiles, Tally
from services.journal.domain.repository import Span
from services.journal.storage.tables import FACTS, PIECES

_US_PER_DAY = 86_400_000_000
_MOST_VALUES = 400  # of a field
_MOST_NAMES = 50  # of a kind of fact
_MOST_QUESTIONS = 50
_GROUPED = ("service", "style", "engine", "model")
_OUTCOME, _SIGNAL = "OUTCOME_", "SIGNAL_KIND_"


def figures(connection: Connection, span: Span) -> Figures:
    """Figures over the pieces of a time; see `Repository`.

    Args:
        connection: In a transaction.
        span: The time.
    """
    within = _within(span)
    total = connection.execute(
        select(
            func.count(),
            func.count(func.distinct(PIECES.c.user_id)),
            _sum(case((PIECES.c.outcome == Outcome.OUTCOME_COMPLETED, 1), else_=0)),
            _sum(PIECES.c.bars),
            _sum(PIECES.c.notes),
            _sum(PIECES.c.corrections),
            _sum(case((PIECES.c.stars > 0, 1), else_=0)),
            _sum(PIECES.c.stars),
        ).where(within)
    ).one()
    pieces, users, completed, bars, notes, corrections, rated, stars = map(int, total)
    return Figures(
        pieces=pieces,
        users=users,
        completed=completed,
        bars=bars,
        notes=notes,
        corrections=corrections,
        rated=rated,
        stars=stars,
        first_bar_ms=_quantiles(connection, PIECES.c.first_bar_ms, within),
        bar_ms=_quantiles(connection, PIECES.c.bar_ms, within),
        groups=tuple(_groups(connection, within)),
        tallies=(*_tallies(connection, within), *_signals(connection, within)),
        unanswered=tuple(
            connection.scalars(
                select(PIECES.c.prompt)
                .where(within, PIECES.c.outcome == Outcome.OUTCOME_UNANSWERED)
                .order_by(PIECES.c.began_us.desc())
                .limit(_MOST_QUESTIONS)
            )
        ),
    )


def _within(span: Span) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = PIECES.c.began_us >= (span.since_us or 0)
    return condition if span.until_us is None else condition & (PIECES.c.began_us < span.until_us)


def _sum(what: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(what), 0)


def _quantiles(connection: Connection, column: "Column[float]", within: ColumnElement[bool]) -> Quantiles:
    known = within & (column > 0)
    count = connection.scalar(select(func.count()).select_from(PIECES).where(known)) or 0
    if not count:
        return Quantiles()

    def at(share: float) -> float:
        place = min(count - 1, int(count * share))
        return connection.scalar(select(column).where(known).order_by(column).offset(place).limit(1)) or 0.0

    return Quantiles(at(0.5), at(0.9), at(0.99))


def _groups(connection: Connection, within: ColumnElement[bool]) -> Iterator[Group]:
    rated, stars = _sum(case((PIECES.c.stars > 0, 1), else_=0)), _sum(PIECES.c.stars)
    day = (PIECES.c.began_us - PIECES.c.began_us % _US_PER_DAY).label("day")
    days = select(day, func.count(), rated, stars).where(within).group_by(day).order_by(day.desc()).limit(_MOST_VALUES)
    for at, pieces, judged, sum_of_stars in reversed(connection.execute(days).all()):
        yield Group("day", _date(int(at)), pieces, int(judged), int(sum_of_stars))
    for name in (*_GROUPED, "outcome"):
        column = PIECES.c[name]
        statement = (
            select(column, func.count(), rated, stars)
            .where(within, cast(column, String) != "")
            .group_by(column)
            .order_by(func.count().desc(), column)
            .limit(_MOST_VALUES)
        )
        for value, pieces, judged, sum_of_stars in connection.execute(statement):
            yield Group(name, _outcome(value) if name == "outcome" else value, pieces, int(judged), int(sum_of_stars))


def _date(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1e6, UTC).date().isoformat()


def _outcome(number: int) -> str:
    known = Outcome.Name(Outcome.ValueType(number)) if number in Outcome.values() else str(number)
    return known.removeprefix(_OUTCOME).lower()


def _tallies(connection: Connection, within: ColumnElement[bool]) -> Iterator[Tally]:
    for kind in ("correction", "notice", "failure", "unused_word"):
        count = func.sum(FACTS.c.count)
        statement = (
            select(FACTS.c.name, count)
            .join(PIECES, PIECES.c.id == FACTS.c.piece_id)
            .where(FACTS.c.kind == kind, within)
            .group_by(FACTS.c.name)
            .order_by(count.desc(), FACTS.c.name)
            .limit(_MOST_NAMES)
        )
        yield from (Tally(kind, name, int(number)) for name, number in connection.execute(statement))


def _signals(connection: Connection, within: ColumnElement[bool]) -> Iterator[Tally]:
    kinds = [kind for kind in SignalKind.values() if kind]
    sums = [_sum(PIECES.c.signals.op("/")(1 << kind) % 2) for kind in kinds]
    counts = connection.execute(select(*sums).where(within, PIECES.c.signals > 0)).one()
    for kind, count in zip(kinds, counts, strict=True):
        if count:
            yield Tally("signal", SignalKind.Name(kind).removeprefix(_SIGNAL).lower(), int(count))
