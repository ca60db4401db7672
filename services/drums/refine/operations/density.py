"""Edits of density: more or fewer hits, a new part, busier, simpler, ghost notes."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from boumbapp.music.v2 import music_pb2 as pb

from music.meter import SIXTEENTH, step_weights
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.drums.kit.kit import Piece
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.context.metrical_prior import GHOST, ScoredStep, named_velocity
from services.drums.refine.model.editable_groove import FeltHit
from services.drums.refine.model.edits import Edit

# Hits to add as a share of those that there are, by amount.
_ADDED = {LITTLE: 0.25, USUAL: 0.5, MUCH: 1.0}
_FILLED_IN = {LITTLE: 0.12, USUAL: 0.3, MUCH: 0.6}
# Smallest and largest share of the hits to remove, by amount.
_THINNED = {LITTLE: (0.1, 0.34), USUAL: (0.25, 0.6), MUCH: (0.5, 0.85)}
_SIMPLIFIED = {LITTLE: (0.08, 0.25), USUAL: (0.2, 0.45), MUCH: (0.4, 0.7)}
_GHOSTS_ADDED = {LITTLE: 1, USUAL: 2, MUCH: 4}  # per bar
_LOUDEST_GHOST = 48  # MIDI velocity
# Importance of the pieces that carry a groove; they are the last to be removed when it is made simpler.
_CARRIES: Mapping[Piece, float] = {pb.DRUM_PIECE_KICK: 2.0, pb.DRUM_PIECE_SNARE: 2.0, pb.DRUM_PIECE_CLAP: 1.5}
# Pieces that mark phrases rather than keep time: added once in so many bars.
_PHRASE: Mapping[Piece, int] = {
    pb.DRUM_PIECE_CRASH: 4, pb.DRUM_PIECE_LOW_TOM: 2, pb.DRUM_PIECE_MID_TOM: 2, pb.DRUM_PIECE_HIGH_TOM: 2,
}  # fmt: skip
_SINGLE_SOFTENED = 0.75  # times the velocity: a single hit is softened instead of removed


def more(editor: GrooveEditor, edit: Edit) -> None:
    """Add hits to each named part; a part that does not play yet gets its default pattern.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for part in edit.parts:
        selections = editor.selections(edit)
        played = Counter(hit.piece for hits in editor.bars for hit in hits if hit.piece in part.pieces)
        if not played:
            _add_default_pattern(selections, part.adds)
            continue
        pieces = sorted(played, key=lambda piece: (piece != part.adds, -played[piece], piece))
        for selection in selections:
            there = [hit for hit in selection.selected if hit.piece in part.pieces]
            wanted = max(1, round(len(there) * _ADDED[edit.amount]))
            taken = selection.steps_of(part.pieces)
            for piece in pieces:
                wanted -= _add(selection, piece, selection.scored_steps(piece), wanted, taken)


def add(editor: GrooveEditor, edit: Edit) -> None:
    """Add each named part: on the positions named, else with its default pattern; if it plays already, more of it.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for part in edit.parts:
        selections = editor.selections(edit)
        if any(location.has_positions for location in edit.locations):
            for selection in selections:
                for step in selection.steps:
                    selection.add(part.adds, step, named_velocity(part.adds, selection.meter, step))
        elif any(hit.piece in part.pieces for selection in selections for hit in selection.hits):
            more(editor, edit.about(part))
        else:
            _add_default_pattern(selections, part.adds)


def less(editor: GrooveEditor, edit: Edit) -> None:
    """Remove the least important hits of each named part; a single hit is softened.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for part in edit.parts:
        selections = editor.selections(edit.about(part))
        most = max((len(selection.selected) for selection in selections), default=0)
        if most > 1:
            for selection in selections:
                _thin(selection, selection.selected, _THINNED[edit.amount])
            continue
        playing = [selection for selection in selections if selection.selected]
        if len(playing) == 1:
            playing[0].change(lambda hit: hit.with_velocity(hit.velocity * _SINGLE_SOFTENED))
        for selection in playing[1::2]:
            selection.drop(selection.selected)


def busier(editor: GrooveEditor, edit: Edit) -> None:
    """Add hits to the pieces that play, on the steps of the highest scores.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        playing = Counter(hit.piece for hit in selection.selected)
        wanted = max(1, round(sum(playing.values()) * _FILLED_IN[edit.amount])) if playing else 0
        # Pieces take turns, each with its best free step, so that the balance between them stays.
        turns = [
            (turn, -candidate.score, piece, candidate)
            for piece in playing
            if piece not in _PHRASE
            for turn, candidate in enumerate(_free(selection, piece, selection.scored_steps(piece)))
        ]
        for *_, piece, candidate in sorted(turns, key=lambda entry: entry[:3]):
            if wanted and selection.add(piece, candidate.step, candidate.velocity):
                wanted -= 1


def simpler(editor: GrooveEditor, edit: Edit) -> None:
    """Remove ornaments: ghost notes and hits on weak steps first, those that carry the groove last.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        _thin(selection, selection.selected, _SIMPLIFIED[edit.amount], _CARRIES)


def ghosts(editor: GrooveEditor, edit: Edit) -> None:
    """Add ghost notes, on the snare unless another part is named.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        for piece in _pieces(edit, pb.DRUM_PIECE_SNARE):
            scored_steps = selection.scored_steps(piece)
            quiet = [c for c in scored_steps if step_weights(selection.meter)[c.step] == SIXTEENTH]
            soft = [ScoredStep(c.score, c.step, GHOST) for c in quiet]
            taken = selection.steps_of({piece})
            _add(selection, piece, soft, _GHOSTS_ADDED[edit.amount], taken)


def no_ghosts(editor: GrooveEditor, edit: Edit) -> None:
    """Remove ghost notes, of the snare unless another part is named.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    pieces = _pieces(edit, pb.DRUM_PIECE_SNARE)
    for selection in editor.selections(edit):
        selection.drop([s for s in selection.selected if s.piece in pieces and s.velocity <= _LOUDEST_GHOST])


def _free(selection: BarSelection, piece: Piece, scored_steps: Sequence[ScoredStep]) -> list[ScoredStep]:
    taken = selection.steps_of({piece})
    return [role for role in scored_steps if role.step not in taken]


def _pieces(edit: Edit, otherwise: Piece) -> list[Piece]:
    return [part.adds for part in edit.parts] or [otherwise]


def _add_default_pattern(selections: Sequence[BarSelection], piece: Piece) -> None:
    """Add the default pattern of a piece; of one that marks phrases, only at their starts or ends."""
    every = _PHRASE.get(piece, 1)
    at = 0 if piece == pb.DRUM_PIECE_CRASH else every - 1
    chosen = [selection for selection in selections if selection.bar % every == at]
    for selection in chosen or selections[-1:]:
        pattern = [role for role in selection.entry_pattern(piece) if role.step in selection.steps]
        nearest = [role for role in selection.scored_steps(piece) if role.step in selection.steps][:1]
        for role in pattern or nearest:
            selection.add(piece, role.step, role.velocity)


def _add(
    selection: BarSelection,
    piece: Piece,
    scored_steps: Sequence[ScoredStep],
    wanted: int,
    taken: Collection[int] = frozenset(),
) -> int:
    """Add up to `wanted` hits on the best steps that are not taken; returns how many were added."""
    added = 0
    for candidate in scored_steps:
        if added < wanted and candidate.step not in taken:
            added += selection.add(piece, candidate.step, candidate.velocity)
    return added


def _thin(
    selection: BarSelection,
    hits: Sequence[FeltHit],
    share: tuple[float, float],
    carries: Mapping[Piece, float] | None = None,
) -> None:
    """Remove the least important hits, at least one, as many within the share as end at the largest gap."""
    if len(hits) < 2:
        return
    weights = step_weights(selection.meter)

    def importance(hit: FeltHit) -> float:
        # Velocity weighs more than position, so that a backbeat outweighs a ghost note on a stronger step.
        return 3 * hit.velocity / 127 + weights[selection.straight_step(hit)] / 2 + (carries or {}).get(hit.piece, 0.0)

    ranked = sorted(hits, key=lambda hit: (importance(hit), -hit.step, hit.piece))
    most = min(max(1, math.floor(len(ranked) * share[1])), len(ranked) - 1)
    fewest = min(max(1, math.ceil(len(ranked) * share[0])), most)
    cut = max(range(fewest, most + 1), key=lambda at: importance(ranked[at]) - importance(ranked[at - 1]))
    selection.drop(ranked[:cut])
