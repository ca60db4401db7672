"""Blast beats: kick, snare and cymbal in a wall of sixteenths, by their names among drummers."""

import re
from collections.abc import Iterator

from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_CLOSED_HAT,
    DRUM_PIECE_KICK,
    DRUM_PIECE_OPEN_HAT,
    DRUM_PIECE_RIDE,
    DRUM_PIECE_SNARE,
    DrumPiece,
)

from services.composition.refining.locations import Location
from services.theory.prompt.parse.drum_words import PieceWords
from services.theory.prompt.parse.spans import ParserState

_BLAST = re.compile(
    r"\b(?:(?P<kind>traditional|traditionnel|euro|hammer|bomb|gravity) )?blast ?(?:beats?|beating)?\b(?P<after> (?:"
    r"traditionnel|hammer|bomb))?"
)
_SAID = re.compile(r"\bblast ?beat|\b(?:hammer|bomb|gravity|traditional|euro) blast\b")
_STEPS = 64  # as far as any bar reaches
_EVERY, _EIGHTH = 1, 2  # sixteenths
# Steps of each piece by kind: (first, distance). Kick and cymbal together, the snare between them; all on eighths; the
# snare on eighths over feet in sixteenths (Pieslak, "Re-casting Metal", Music Theory Spectrum 29.2, 2007).
_KINDS: dict[str, dict[DrumPiece.ValueType, tuple[int, int]]] = {
    "traditional": {
        DRUM_PIECE_KICK: (0, _EIGHTH),
        DRUM_PIECE_SNARE: (1, _EIGHTH),
        DRUM_PIECE_CLOSED_HAT: (0, _EIGHTH),
    },
    "hammer": {DRUM_PIECE_KICK: (0, _EIGHTH), DRUM_PIECE_SNARE: (0, _EIGHTH), DRUM_PIECE_RIDE: (0, _EIGHTH)},
    "bomb": {DRUM_PIECE_KICK: (0, _EVERY), DRUM_PIECE_SNARE: (0, _EIGHTH), DRUM_PIECE_RIDE: (0, _EIGHTH)},
    "gravity": {DRUM_PIECE_KICK: (0, _EIGHTH), DRUM_PIECE_SNARE: (0, _EVERY), DRUM_PIECE_RIDE: (0, _EIGHTH)},
}
_CYMBALS = (DRUM_PIECE_CLOSED_HAT, DRUM_PIECE_OPEN_HAT, DRUM_PIECE_RIDE)


def parse_blast_beat(state: ParserState) -> Iterator[PieceWords]:
    """What each piece plays in the blast beat that a prompt names; nothing where it names none.

    Args:
        state: The prompt; its words stay as they are.
    """
    texts = [token.text for token in state.prompt.tokens]
    match = _BLAST.search(" ".join(texts))
    if match is None or not _SAID.search(match[0]):
        return
    first = " ".join(texts)[: match.start()].count(" ")
    last = first + match[0].count(" ") + 1
    said = (match["kind"] or match["after"] or "").strip()
    kind = _KINDS.get(said, _KINDS["traditional"])
    for piece, (start, distance) in kind.items():
        place = Location(steps=tuple(range(start + 1, _STEPS + 1, distance)))
        yield PieceWords((piece,), place, first, last)
    for piece in _CYMBALS:
        if piece not in kind:
            yield PieceWords((piece,), None, first, last)
    state.understood.update(range(first, last))
