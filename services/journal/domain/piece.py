"""A piece as the journal knows it: the facts of an interaction that are asked for, and all of it as a document."""

from collections.abc import Iterator
from dataclasses import dataclass

from boumbapp.journal.v2.interaction_pb2 import SignalKind

# Signals that say that a piece pleased, and that it did not.
KEPT = (SignalKind.SIGNAL_KIND_KEPT, SignalKind.SIGNAL_KIND_EXPORTED)
DROPPED = (SignalKind.SIGNAL_KIND_REGENERATED, SignalKind.SIGNAL_KIND_DISCARDED)


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """Something that occurred in an interaction.

    Attributes:
        kind: "correction", "notice", "failure" or "unused_word".
        name: Which one.
        count: How often.
    """

    kind: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One version of a piece, without who asked for it.

    Numbers of enums are those of the contract; times are microseconds since 1970.

    Attributes:
        request_id: Identifies it.
        root_id: Request id of the first version.
        parent_id: Request id of the version it was made from; empty for the first.
        kind: What was asked for.
        service: Who made it.
        began_us: When it was asked for.
        prompt: What the person typed.
        locale: Language of the texts.
        role: The part; 0 for none or several.
        style: Slug; empty for none.
        mood: Slug; empty for none.
        tonic: Of the key; empty where nothing says it.
        scale: Slug; likewise.
        bpm: Tempo; 0 where nothing says it.
        beats: Of the metre; 0 where nothing says it.
        beat_unit: Likewise.
        density: Amount of onsets asked for; 0 where nothing says it.
        bars: That came.
        notes: And hits that came.
        corrections: That theory made.
        engine: That was chosen.
        model: Its name and version.
        model_digest: SHA-256 of its weights.
        seed: Of the piece.
        outcome: How it ended.
        error: Code of the failure.
        first_bar_ms: Time to the first bar; 0 where none came.
        bar_ms: Mean time of each further bar; 0 where there was none.
        stars: What the person thinks of it, 1-5; 0 where not said.
        comment: The same in words.
        signals: What the person did with it: bit k for the kind k.
    """

    request_id: str
    root_id: str
    parent_id: str
    kind: int
    service: str
    began_us: int
    prompt: str
    locale: str
    role: int
    style: str
    mood: str
    tonic: str
    scale: str
    bpm: float
    beats: int
    beat_unit: int
    density: int
    bars: int
    notes: int
    corrections: int
    engine: str
    model: str
    model_digest: str
    seed: int
    outcome: int
    error: str
    first_bar_ms: float
    bar_ms: float
    stars: int = 0
    comment: str = ""
    signals: int = 0

    @property
    def kept(self) -> bool:
        """Whether it was kept or exported."""
        return any(self.signals >> kind & 1 for kind in KEPT)

    @property
    def dropped(self) -> bool:
        """Whether it was regenerated or discarded."""
        return any(self.signals >> kind & 1 for kind in DROPPED)

    def signal_kinds(self) -> Iterator[int]:
        """What was done with it, in the order of the enum."""
        yield from (kind for kind in SignalKind.values() if self.signals >> kind & 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPiece:
    """A piece that has just been reported.

    Attributes:
        piece: The facts.
        user: Who asked for it, as the gateway verified it; empty for calls from inside.
        facts: What occurred in it.
        document: The interaction without its user and its trace, serialised.
        trace: That its request belonged to, as a W3C traceparent; empty when it was not traced.
    """

    piece: Piece
    user: str
    facts: tuple[Fact, ...]
    document: bytes
    trace: str = ""
