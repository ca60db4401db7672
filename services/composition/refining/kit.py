"""The words for the drum kit: parts that are one piece or more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from boumbapp.music.v2.music_pb2 import DrumPiece

from services.composition.refining.lexicon import Entry, document
from services.composition.refining.tags import Tag

KIT = "kit"  # slug of the part that is everything
_WORDS = Path(__file__).with_name("kit.yaml")
Piece: TypeAlias = DrumPiece.ValueType


@dataclass(frozen=True, slots=True)
class KitPart:
    """A part of the kit that words can name: one or more pieces.

    Attributes:
        slug: Name in kit.yaml.
        pieces: Pieces that it covers.
        adds: The piece to add when none of them plays.
        labels: Name in "en" and "fr".
    """

    slug: str
    pieces: frozenset[Piece]
    adds: Piece
    labels: Mapping[str, str] = field(hash=False, compare=False)

    @classmethod
    def from_entry(cls, slug: str, entry: Mapping[str, Any]) -> "KitPart":
        """Build a part from its entry in kit.yaml.

        Args:
            slug: Key of the entry.
            entry: Its value, with `pieces`, `label` and optionally `adds`.

        Raises:
            ValueError: The contract does not have a piece.
        """
        pieces = [DrumPiece.Value(f"DRUM_PIECE_{name.upper()}") for name in entry["pieces"]]
        adds = DrumPiece.Value(f"DRUM_PIECE_{entry['adds'].upper()}") if "adds" in entry else pieces[0]
        return cls(slug, frozenset(pieces), adds, entry["label"])


@cache
def kit_parts() -> Mapping[str, KitPart]:
    """Parts of the kit by slug; once per process."""
    return {slug: KitPart.from_entry(slug, entry) for slug, entry in document(_WORDS)["parts"].items()}


def kit_entries() -> list[Entry]:
    """Words for the parts of the kit."""
    parts = kit_parts()
    return [
        (phrase, (Tag.PART, parts[slug]))
        for slug, entry in document(_WORDS)["parts"].items()
        for phrase in entry["words"]
    ]
