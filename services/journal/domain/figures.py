"""Figures over many pieces."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A distribution of times in milliseconds: half, nine of ten, 99 of 100 are at most that."""

    p50: float = 0.0
    p90: float = 0.0
    p99: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """Pieces that share a value of a field.

    Attributes:
        by: The field: "day", "service", "style", "engine", "model" or "outcome".
        value: What they share.
        pieces: How many there are.
        rated: How many were rated.
        stars: Sum of their stars.
    """

    by: str
    value: str
    pieces: int
    rated: int
    stars: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something occurred; see `Fact`, and "signal"."""

    kind: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures over the pieces of a time.

    Attributes:
        pieces: Interactions.
        users: Who asked for them.
        completed: That ended with everything that was asked for.
        bars: That came.
        notes: And hits that came.
        corrections: That theory made.
        rated: Pieces that were rated.
        stars: Sum of their stars.
        first_bar_ms: Time to the first bar.
        bar_ms: Time of each further bar.
        groups: Pieces by field and value.
        tallies: How often things occurred.
        unanswered: Questions that nothing answered, the newest first.
    """

    pieces: int
    users: int
    completed: int
    bars: int
    notes: int
    corrections: int
    rated: int
    stars: int
    first_bar_ms: Quantiles
    bar_ms: Quantiles
    groups: tuple[Group, ...]
    tallies: tuple[Tally, ...]
    unanswered: tuple[str, ...]
