"""Edits of how much is played: more, less, a new part, busier, simpler, ghost notes."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from boumbapp.music.v1 import music_pb2 as pb

from music.meter import SIXTEENTH, step_weights
from services.drums.kit.kit import Piece
from services.drums.refine.context.selection import Canvas, Passage
from services.drums.refine.model.edits import LITTLE, MUCH, USUAL, Edit
from services.drums.refine.model.groove import FeltHit
from services.drums.refine.model.metrical_prior import GHOST, Candidate, named_velocity

# Shares of the hits there are, by amount.
_ADDED = {LITTLE: 0.25, USUAL: 0.5, MUCH: 1.0}
_FILLED_IN = {LITTLE: 0.12, USUAL: 0.3, MUCH: 0.6}
# Fewest and most of the hits that go, as shares.
_THINNED = {LITTLE: (0.1, 0.34), USUAL: (0.25, 0.6), MUCH: (0.5, 0.85)}
_SIMPLIFIED = {LITTLE: (0.08, 0.25), USUAL: (0.2, 0.45), MUCH: (0.4, 0.7)}
_GHOSTS_ADDED = {LITTLE: 1, USUAL: 2, MUCH: 4}  # per bar
_LOUDEST_GHOST = 48  # MIDI velocity
# Pieces that carry a groove are the last to go when it is made simpler.
_CARRIES: Mapping[Piece, float] = {pb.DRUM_PIECE_KICK: 2.0, pb.DRUM_PIECE_SNARE: 2.0, pb.DRUM_PIECE_CLAP: 1.5}
# Pieces that mark phrases rather than keep time: added once in so many bars.
_PHRASE: Mapping[Piece, int] = {
    pb.DRUM_PIECE_CRASH: 4, pb.DRUM_PIECE_LOW_TOM: 2, pb.DRUM_PIECE_MID_TOM: 2, pb.DRUM_PIECE_HIGH_TOM: 2,
}  # fmt: skip
_SINGLE_SOFTENED = 0.75  # of its velocity, where there is only one hit to have less of


def more(canvas: Canvas, edit: Edit) -> None:
    """Add hits of each named part to those it has; a part that does not play comes in."""
    for part in edit.parts:
        passages = canvas.passages(edit)
        played = Counter(stroke.piece for strokes in canvas.bars for stroke in strokes if stroke.piece in part.pieces)
        if not played:
            _come_in(passages, part.adds)
            continue
        pieces = sorted(played, key=lambda piece: (piece != part.adds, -played[piece], piece))
        for passage in passages:
            there = [stroke for stroke in passage.reached if stroke.piece in part.pieces]
            wanted = max(1, round(len(there) * _ADDED[edit.amount]))
            taken = passage.steps_of(part.pieces)
            for piece in pieces:
                wanted -= _add(passage, piece, passage.spots(piece), wanted, taken)


def add(canvas: Canvas, edit: Edit) -> None:
    """Bring a part in: on the positions named, else with its usual pattern; where it plays already, more of it."""
    for part in edit.parts:
        passages = canvas.passages(edit)
        if any(place.has_positions for place in edit.places):
            for passage in passages:
                for step in passage.steps:
                    passage.add(part.adds, step, named_velocity(part.adds, passage.meter, step))
        elif any(stroke.piece in part.pieces for passage in passages for stroke in passage.strokes):
            more(canvas, edit.about(part))
        else:
            _come_in(passages, part.adds)


def less(canvas: Canvas, edit: Edit) -> None:
    """Remove the weakest hits of each named part; of a single hit, some of its strength."""
    for part in edit.parts:
        passages = canvas.passages(edit.about(part))
        most = max((len(passage.reached) for passage in passages), default=0)
        if most > 1:
            for passage in passages:
                _thin(passage, passage.reached, _THINNED[edit.amount])
            continue
        playing = [passage for passage in passages if passage.reached]
        if len(playing) == 1:
            playing[0].change(lambda stroke: stroke.struck(stroke.hit.velocity * _SINGLE_SOFTENED))
        for passage in playing[1::2]:
            passage.drop(passage.reached)


def busier(canvas: Canvas, edit: Edit) -> None:
    """Add hits to the pieces that play, where they fit best."""
    for passage in canvas.passages(edit):
        playing = Counter(stroke.piece for stroke in passage.reached)
        wanted = max(1, round(sum(playing.values()) * _FILLED_IN[edit.amount])) if playing else 0
        # Pieces take turns, each with its best free step, so that the balance between them stays.
        turns = [
            (turn, -candidate.rank, piece, candidate)
            for piece in playing
            if piece not in _PHRASE
            for turn, candidate in enumerate(_free(passage, piece, passage.spots(piece)))
        ]
        for *_, piece, candidate in sorted(turns, key=lambda entry: entry[:3]):
            if wanted and passage.add(piece, candidate.step, candidate.velocity):
                wanted -= 1


def simpler(canvas: Canvas, edit: Edit) -> None:
    """Remove what ornaments the groove: ghost notes and weak steps first, what carries it last."""
    for passage in canvas.passages(edit):
        _thin(passage, passage.reached, _SIMPLIFIED[edit.amount], _CARRIES)


def ghosts(canvas: Canvas, edit: Edit) -> None:
    """Add ghost notes, on the snare unless another part is named."""
    for passage in canvas.passages(edit):
        for piece in _pieces(edit, pb.DRUM_PIECE_SNARE):
            spots = passage.spots(piece)
            quiet = [c for c in spots if step_weights(passage.meter)[c.step] == SIXTEENTH]
            soft = [Candidate(c.rank, c.step, GHOST) for c in quiet]
            taken = passage.steps_of({piece})
            _add(passage, piece, soft, _GHOSTS_ADDED[edit.amount], taken)


def no_ghosts(canvas: Canvas, edit: Edit) -> None:
    """Remove ghost notes, of the snare unless another part is named."""
    pieces = _pieces(edit, pb.DRUM_PIECE_SNARE)
    for passage in canvas.passages(edit):
        passage.drop([s for s in passage.reached if s.piece in pieces and s.hit.velocity <= _LOUDEST_GHOST])


def _free(passage: Passage, piece: Piece, spots: Sequence[Candidate]) -> list[Candidate]:
    taken = passage.steps_of({piece})
    return [spot for spot in spots if spot.step not in taken]


def _pieces(edit: Edit, otherwise: Piece) -> list[Piece]:
    return [part.adds for part in edit.parts] or [otherwise]


def _come_in(passages: Sequence[Passage], piece: Piece) -> None:
    """A piece that does not play yet starts its usual pattern; one that marks phrases, at their starts or ends."""
    every = _PHRASE.get(piece, 1)
    at = 0 if piece == pb.DRUM_PIECE_CRASH else every - 1
    chosen = [passage for passage in passages if passage.bar % every == at]
    for passage in chosen or passages[-1:]:
        pattern = [spot for spot in passage.first_pattern(piece) if spot.step in passage.steps]
        nearest = [spot for spot in passage.spots(piece) if spot.step in passage.steps][:1]
        for spot in pattern or nearest:
            passage.add(piece, spot.step, spot.velocity)


def _add(
    passage: Passage, piece: Piece, spots: Sequence[Candidate], wanted: int, taken: Collection[int] = frozenset()
) -> int:
    """Add up to `wanted` hits on the best free steps that no piece of the part holds; tells how many there were."""
    added = 0
    for candidate in spots:
        if added < wanted and candidate.step not in taken:
            added += passage.add(piece, candidate.step, candidate.velocity)
    return added


def _thin(
    passage: Passage,
    strokes: Sequence[FeltHit],
    share: tuple[float, float],
    carries: Mapping[Piece, float] | None = None,
) -> None:
    """Remove the least important strokes: at least one, within the share, cutting where importance leaps most."""
    if len(strokes) < 2:
        return
    weights = step_weights(passage.meter)

    def importance(stroke: FeltHit) -> float:
        # Velocity tells more than position: a backbeat outweighs a ghost note on a stronger step.
        return (
            3 * stroke.hit.velocity / 127
            + weights[passage.straight_step(stroke)] / 2
            + (carries or {}).get(stroke.piece, 0.0)
        )

    ranked = sorted(strokes, key=lambda stroke: (importance(stroke), -stroke.step, stroke.piece))
    most = min(max(1, math.floor(len(ranked) * share[1])), len(ranked) - 1)
    fewest = min(max(1, math.ceil(len(ranked) * share[0])), most)
    cut = max(range(fewest, most + 1), key=lambda at: importance(ranked[at]) - importance(ranked[at - 1]))
    passage.drop(ranked[:cut])
