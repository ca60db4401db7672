"""What the journal needs of a storage. Every call is one transaction, and blocks: call it from a thread."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.journal.domain.figures import Figures
from services.journal.domain.identity import KeyRing
from services.journal.domain.piece import NewPiece, Piece
from services.journal.domain.preferences import Counts, Trait


class StorageDown(Exception):
    """The storage does not answer, or takes nothing; what was asked for may be tried again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of reported pieces.

    Attributes:
        stored: Pieces stored now.
        known: Pieces stored before.
        forgotten: Pieces of users who asked to be forgotten after them.
    """

    stored: int = 0
    known: int = 0
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a history: after the piece with this time and id."""

    began_us: int
    row: int


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Pieces, the newest first, and where to go on; None at the end."""

    pieces: Sequence[Piece]
    following: Cursor | None


@dataclass(frozen=True, slots=True)
class Span:
    """A time, in microseconds since 1970: from `since` on, before `until`; None for no bound."""

    since_us: int | None = None
    until_us: int | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """Entries of a user that were removed, and those left, counted afterwards."""

    what: str
    removed: int
    left: int


class Repository(Protocol):
    """Where pieces are kept. Users are found under every key of the ring, and move to the current one then."""

    def record(self, pieces: Sequence[NewPiece], keys: KeyRing) -> Recorded:
        """Store pieces, each request id once, in their order; all of them or, when it raises, none.

        Args:
            pieces: In the order in which they were reported.
            keys: For their users.
        """

    def rate(self, request_id: str, subject: str, keys: KeyRing, stars: int, comment: str) -> Piece | None:
        """Rate a piece of a user; the piece as it is now, or None when the user has no such piece.

        Args:
            request_id: Of the piece.
            subject: The user.
            keys: For the user.
            stars: 1 to 5.
            comment: In words; may be empty.
        """

    def signal(self, request_id: str, subject: str, keys: KeyRing, kind: int) -> bool:
        """Note what a user did with a piece; whether the user has such a piece.

        Args:
            request_id: Of the piece.
            subject: The user.
            keys: For the user.
            kind: What was done.
        """

    def history(self, subject: str, keys: KeyRing, style: str, after: Cursor | None, most: int) -> HistoryPage:
        """Pieces of a user.

        Args:
            subject: The user.
            keys: For the user.
            style: Slug; empty for all.
            after: Where to begin; None begins with the newest.
            most: Most pieces.
        """

    def piece(self, request_id: str, subject: str, keys: KeyRing) -> tuple[Piece, bytes] | None:
        """A piece of a user with its document, or None.

        Args:
            request_id: Of the piece.
            subject: The user.
            keys: For the user.
        """

    def versions(self, root_id: str, subject: str, keys: KeyRing) -> Sequence[Piece]:
        """All versions of a piece of a user, the first one first.

        Args:
            root_id: Request id of the first.
            subject: The user.
            keys: For the user.
        """

    def preferences(self, subject: str | None, keys: KeyRing) -> Mapping[Trait, Counts]:
        """Counts by trait.

        Args:
            subject: The user; None for everybody.
            keys: For the user.
        """

    def figures(self, span: Span) -> Figures:
        """Figures over the pieces of a time."""

    def export(self, span: Span, min_stars: int) -> Iterator[tuple[Piece, bytes]]:
        """Every piece of a time with its document, the oldest first.

        Args:
            span: The time.
            min_stars: Least rating; 0 takes those that were not rated too.
        """

    def forget(self, subject: str, keys: KeyRing, at_us: int) -> Sequence[Removal]:
        """Remove everything of a user, and let nothing of before that time in any more.

        Args:
            subject: The user.
            keys: For the user.
            at_us: The time.
        """

    def purge(self, before_us: int) -> int:
        """Remove pieces of before a time; how many there were."""

    def close(self) -> None:
        """Let go of the storage."""
