"""From what the journal knows to the contract's messages."""

from collections.abc import Iterable, Mapping

from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.interaction_pb2 import Piece as PieceMessage
from google.protobuf.timestamp_pb2 import Timestamp

from services.journal.domain import figures as domain
from services.journal.domain.piece import Piece
from services.journal.domain.preferences import ALL, SLOTS, Counts, Trait
from services.journal.domain.repository import Span
from services.journal.domain.suggesting import Suggested

_US = 1_000_000


def timestamp(at_us: int) -> Timestamp:
    """A time, from microseconds since 1970."""
    return Timestamp(seconds=at_us // _US, nanos=at_us % _US * 1000)


def span(since: Timestamp | None, until: Timestamp | None) -> Span:
    """A time with bounds.

    Args:
        since: From then on; None for no bound.
        until: Before then; None for no bound.
    """

    def us(at: Timestamp | None) -> int | None:
        return None if at is None else at.seconds * _US + at.nanos // 1000

    return Span(us(since), us(until))


def piece_message(piece: Piece) -> PieceMessage:
    """A piece in short."""
    message = PieceMessage(
        request_id=piece.request_id,
        piece_id=piece.root_id,
        parent_request_id=piece.parent_id,
        kind=piece.kind,  # type: ignore[arg-type]  # as it was reported
        service=piece.service,
        began=timestamp(piece.began_us),
        prompt=piece.prompt,
        role=piece.role,  # type: ignore[arg-type]  # likewise
        style=piece.style,
        mood=piece.mood,
        bpm=piece.bpm,
        bars=piece.bars,
        notes=piece.notes,
        corrections=piece.corrections,
        engine=piece.engine,
        model=piece.model,
        seed=piece.seed,
        outcome=piece.outcome,  # type: ignore[arg-type]  # likewise
        stars=piece.stars,
        comment=piece.comment,
        signals=list(piece.signal_kinds()),  # type: ignore[arg-type]  # likewise
        density=piece.density,  # type: ignore[arg-type]  # likewise
    )
    if piece.tonic:
        message.key.tonic, message.key.scale = piece.tonic, piece.scale
    if piece.beats:
        message.meter.beats, message.meter.beat_unit = piece.beats, piece.beat_unit
    return message


def profile_message(preferences: Mapping[Trait, Counts]) -> pb.ProfileResponse:
    """A profile: slots in their order, and the values of each, the most liked first."""
    total = preferences.get(Trait(ALL, ""), Counts())
    ordered = sorted(
        ((trait, counts) for trait, counts in preferences.items() if trait.slot != ALL),
        key=lambda each: (SLOTS.index(each[0].slot), -each[1].liking, -each[1].pieces, each[0].value),
    )
    return pb.ProfileResponse(
        pieces=total.pieces,
        rated=total.rated,
        mean_stars=total.mean_stars,
        preferences=[
            pb.Preference(
                slot=trait.slot,
                value=trait.value,
                pieces=counts.pieces,
                rated=counts.rated,
                mean_stars=counts.mean_stars,
                kept=counts.kept,
                dropped=counts.dropped,
                liking=counts.liking,
            )
            for trait, counts in ordered
        ],
    )


def suggestion_messages(suggested: Iterable[Suggested], locale: str) -> list[pb.Suggestion]:
    """Suggestions in a language.

    Args:
        suggested: The suggestions.
        locale: "fr" or "en".
    """
    return [
        pb.Suggestion(
            kind=each.kind,
            # Words to refine with are sent as they are.
            value=each.label.in_(locale) if each.kind == pb.SuggestionKind.SUGGESTION_KIND_REFINEMENT else each.value,
            label=each.label.in_(locale),
            reason=each.reason.in_(locale),
            explores=each.explores,
        )
        for each in suggested
    ]


def stats_message(figures: domain.Figures) -> pb.StatsResponse:
    """Figures."""
    return pb.StatsResponse(
        pieces=figures.pieces,
        users=figures.users,
        completed=figures.completed,
        bars=figures.bars,
        notes=figures.notes,
        corrections=figures.corrections,
        rated=figures.rated,
        mean_stars=figures.stars / figures.rated if figures.rated else 0.0,
        first_bar_ms=_quantiles(figures.first_bar_ms),
        bar_ms=_quantiles(figures.bar_ms),
        groups=[
            pb.Group(
                by=group.by,
                value=group.value,
                pieces=group.pieces,
                rated=group.rated,
                mean_stars=group.stars / group.rated if group.rated else 0.0,
            )
            for group in figures.groups
        ],
        counts=[pb.Count(kind=tally.kind, name=tally.name, count=tally.count) for tally in figures.tallies],
        unanswered=figures.unanswered,
    )


def _quantiles(quantiles: domain.Quantiles) -> pb.Quantiles:
    return pb.Quantiles(p50=quantiles.p50, p90=quantiles.p90, p99=quantiles.p99)
