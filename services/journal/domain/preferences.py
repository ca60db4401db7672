"""What is liked: counts for each trait of pieces, kept up to date as pieces come and are judged."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_QUESTION, INTERACTION_KIND_REFINE
from boumbapp.music.v2.music_pb2 import Level, Role

from services.journal.domain.piece import Piece
from services.journal.domain.refinements import named

# Slots in the order in which a profile tells them. The first counts every piece.
ALL = "all"
SLOTS = (ALL, "style", "key", "scale", "role", "density", "tempo", "meter", "hour", "refinement")
_TEMPO_RANGE, _HOURS = 10, 6
_US_PER_HOUR = 3_600_000_000
_LEAST_STARS, _STAR_STEPS = 1, 4


@dataclass(frozen=True, slots=True, order=True)
class Trait:
    """A value of a slot."""

    slot: str
    value: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How pieces with a trait were judged; differences of such counts too.

    Attributes:
        pieces: How many there are.
        rated: How many were rated.
        stars: Sum of their stars.
        kept: How many were kept or exported.
        dropped: How many were regenerated or discarded.
    """

    pieces: int = 0
    rated: int = 0
    stars: int = 0
    kept: int = 0
    dropped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(self.all(), other.all(), strict=True)))

    def __neg__(self) -> "Counts":
        return Counts(*(-each for each in self.all()))

    def all(self) -> tuple[int, int, int, int, int]:
        """Every count, in the order of the attributes."""
        return self.pieces, self.rated, self.stars, self.kept, self.dropped

    @property
    def mean_stars(self) -> float:
        """Mean of the ratings; 0 when there is none."""
        return self.stars / self.rated if self.rated else 0.0

    @property
    def pleased(self) -> float:
        """How much of a success they were together: a 5 and keeping count 1, a 1 and dropping 0, a 3 one half."""
        return (self.stars - self.rated * _LEAST_STARS) / _STAR_STEPS + self.kept

    @property
    def displeased(self) -> float:
        """How much of a failure they were together."""
        return self.rated - (self.stars - self.rated * _LEAST_STARS) / _STAR_STEPS + self.dropped

    @property
    def liking(self) -> float:
        """Expected share of such pieces that please: the mean of a beta distribution, from one of each."""
        return (1 + self.pleased) / (2 + self.pleased + self.displeased)


def role_word(role: int) -> str:
    """What a part is called among the traits: "bass"."""
    return Role.Name(Role.ValueType(role)).removeprefix("ROLE_").lower() if role in Role.values() else ""


def _level_word(level: int) -> str:
    return Level.Name(Level.ValueType(level)).removeprefix("LEVEL_").lower() if level in Level.values() else ""


def traits(piece: Piece) -> Iterator[Trait]:
    """The traits of a piece."""
    if piece.kind == INTERACTION_KIND_QUESTION:
        return
    yield Trait(ALL, "")
    values = {
        "style": piece.style,
        "key": f"{piece.tonic} {piece.scale}" if piece.tonic and piece.scale else "",
        "scale": piece.scale,
        "role": role_word(piece.role) if piece.role else "",
        "density": _level_word(piece.density) if piece.density else "",
        "tempo": str(int(piece.bpm // _TEMPO_RANGE * _TEMPO_RANGE)) if piece.bpm else "",
        "meter": f"{piece.beats}/{piece.beat_unit}" if piece.beats else "",
        "hour": str(piece.began_us // _US_PER_HOUR % 24 // _HOURS * _HOURS),
    }
    yield from (Trait(slot, value) for slot, value in values.items() if value)
    if piece.kind == INTERACTION_KIND_REFINE:
        yield from (Trait("refinement", name) for name in named(piece.prompt))


def judgement(piece: Piece) -> Counts:
    """What a piece adds to each of its traits."""
    return Counts(1, int(piece.stars > 0), piece.stars, int(piece.kept), int(piece.dropped))


def totals(pieces: Iterable[Piece]) -> Mapping[Trait, Counts]:
    """What pieces add to the counts of their traits."""
    found: dict[Trait, Counts] = defaultdict(Counts)
    for piece in pieces:
        counts = judgement(piece)
        for trait in traits(piece):
            found[trait] += counts
    return found


def change(before: Piece, after: Piece) -> Mapping[Trait, Counts]:
    """How counts change when a piece is judged otherwise.

    Args:
        before: The piece as it was.
        after: The piece as it is.
    """
    difference = judgement(after) + -judgement(before)
    return dict.fromkeys(traits(after), difference) if any(difference.all()) else {}
