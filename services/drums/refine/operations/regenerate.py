"""Regenerates bars: each is replaced by another one that goes with the bars around it."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import Bar, DrumHit

from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.drums.generation.form import context_start, first_of_section
from services.drums.kit.kit import HATS, Piece
from services.drums.performance.velocity_curve import LOUDEST
from services.drums.refine.context.bar_constraints import bar_skeleton, bars_around, stays
from services.drums.refine.context.candidates import BarCandidate, CandidateGenerator, RegenerationContext
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.model.editable_groove import FeltHit
from services.drums.refine.model.edits import Action, Edit

# Seeds tried per bar; an edit of many bars tries fewer for each, so that its latency stays bounded.
_MOST_SEEDS, _FEWEST_SEEDS, _ALL_SEEDS = 9, 3, 36
_FEW_BARS = 4  # an edit of up to so many bars conditions each on the section before its own, too
_DENSITY_TOLERANCE = 2  # hits more or fewer than in the old bar that cost nothing
# Cost of a hit that the bar has no room for, in hits; costs above the lowest that are still accepted.
_LOST_COST, _COST_TOLERANCE = 2, 2
# The third of the candidates, from the most to the least similar to the old bar, by the amount of change.
_THIRDS = {LITTLE: 0, USUAL: 1, MUCH: 2}
_Positions = frozenset[tuple[Piece, int]]


@dataclass(frozen=True, slots=True)
class _ScoredCandidate:
    """A candidate compared to the bar that it would replace.

    Attributes:
        candidate: The candidate.
        hits: Piece and step of its hits that the bar has room for.
        cost: Hits lost, times _LOST_COST, plus the difference in density beyond _DENSITY_TOLERANCE.
        distance: Jaccard distance of its hits to the old ones, 0-1.
    """

    candidate: BarCandidate
    hits: _Positions
    cost: int
    distance: float


def regenerate(editor: GrooveEditor, edit: Edit) -> None:
    """Replace what the edit selects by other bars of about the same density, conditioned on the bars around.

    The amount of the edit says how far from the old bar the new one is. Pieces that the groove does not play stay out,
    so that removed ones do not come back; pieces that the style does not know stay as they are, unless they are named.

    Args:
        editor: The groove; changed in place.
        edit: What is regenerated.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    selections = editor.selections(edit)
    regenerated = {selection.bar for selection in selections}
    seeds = max(min(_ALL_SEEDS // max(len(selections), 1), _MOST_SEEDS), _FEWEST_SEEDS)
    for selection in selections:
        pieces = _regenerated_pieces(selection)
        generator = editor.prior.candidates(_context(selection, regenerated))
        kept = [hit for hit in selection.hits if stays(selection, hit, pieces)]
        candidates = _candidates(selection, generator, seeds, kept, pieces)
        if candidates:
            chosen = min(_third(candidates, edit.amount), key=lambda scored: generator.bits(scored.candidate))
            hits = [hit for hit in generator.perform(chosen.candidate) if (hit.piece, hit.step) in chosen.hits]
            selection.put([*kept, *(hit.with_velocity(hit.velocity * editor.loudness) for hit in hits)])
            editor.regenerated.add(selection.bar)


def _candidates(
    selection: BarSelection,
    generator: CandidateGenerator,
    seeds: int,
    kept: Sequence[FeltHit],
    pieces: Collection[Piece],
) -> list[_ScoredCandidate]:
    """Candidates that differ from the old bar, one per seed, of the lowest costs; the most similar first."""
    skeleton, held = bar_skeleton(selection, pieces), _positions(kept)
    old = _positions(selection.hits) - held
    found: dict[_Positions, _ScoredCandidate] = {}
    for attempt in range(1, seeds + 1):
        best: _ScoredCandidate | None = None
        for candidate in generator.generate(attempt, skeleton):
            scored = _score(candidate, selection, old, held, pieces)
            if scored.hits != old and (best is None or scored.cost < best.cost):
                best = scored
            if best is not None and best.cost == 0:
                break
        if best is not None:
            found.setdefault(best.hits, best)
    lowest = min((scored.cost for scored in found.values()), default=0)
    fitting = [scored for scored in found.values() if scored.cost <= lowest + _COST_TOLERANCE]
    return sorted(fitting, key=lambda scored: scored.distance)


def _score(
    candidate: BarCandidate, selection: BarSelection, old: _Positions, held: _Positions, pieces: Collection[Piece]
) -> _ScoredCandidate:
    hits = frozenset(
        (piece, step)
        for piece, step in candidate.hits - held
        if selection.edit.covers(piece)
        and selection.is_editable(piece, step)
        and piece in pieces
        and not (piece in HATS and any((hat, step) in held for hat in HATS))
    )
    lost = len(candidate.hits - held - hits)
    density_error = max(abs(len(hits) - len(old)) - _DENSITY_TOLERANCE, 0)
    distance = len(hits ^ old) / max(len(hits | old), 1)
    return _ScoredCandidate(candidate, hits, _LOST_COST * lost + density_error, distance)


def _third(candidates: Sequence[_ScoredCandidate], amount: float) -> Sequence[_ScoredCandidate]:
    """The third of the candidates that an amount of change asks for; at least one."""
    third, size = _THIRDS[amount], len(candidates) / len(_THIRDS)
    first = min(math.floor(third * size), len(candidates) - 1)
    return candidates[first : max(math.ceil((third + 1) * size), first + 1)]


def _context(selection: BarSelection, regenerated: Collection[int]) -> RegenerationContext:
    editor, bar = selection.editor, selection.bar
    first, start = bar, context_start(bar) if len(regenerated) <= _FEW_BARS else first_of_section(bar)
    while first > start and editor.meters[first - 1] == selection.meter:
        first -= 1
    follows = bar + 1 < len(editor.bars) and bar + 1 not in regenerated and editor.meters[bar + 1] == selection.meter
    human = any(hit.feel.human_ticks or hit.feel.human_velocity for hits in editor.bars for hit in hits)
    return RegenerationContext(
        index=bar,
        bars=len(editor.bars),
        meter=selection.meter,
        swing=selection.swing,
        bpm=editor.bpm,
        human=human,
        before=[_at_medium_intensity(editor, at) for at in range(first, bar)],
        after=[_at_medium_intensity(editor, bar + 1)] if follows else [],
    )


def _at_medium_intensity(editor: GrooveEditor, at: int) -> Bar:
    """A bar of the groove, at the velocities that styles are written in."""
    messages = []
    for hit in editor.bars[at]:
        message = DrumHit()
        message.CopyFrom(hit.message)
        message.velocity = min(max(round(message.velocity / editor.loudness), 1), LOUDEST)
        messages.append(message)
    return Bar(index=at, meter=editor.meters[at], hits=messages)


def _regenerated_pieces(selection: BarSelection) -> set[Piece]:
    """Pieces that are regenerated in a bar: those that play in it and around it."""
    editor, prior = selection.editor, selection.editor.prior
    if selection.edit.action is Action.STYLE:  # what another style plays, it plays on pieces of its own
        return {*prior.skeleton(selection.meter, selection.bar).rows, *_pieces_of([selection.bar], editor)}
    playing = _pieces_of([*bars_around(editor, selection.bar), selection.bar], editor)
    playing = playing or _pieces_of(range(len(editor.bars)), editor)
    if not playing:
        return set(prior.skeleton(selection.meter, selection.bar).rows)
    known = {piece for piece in playing if prior.uses(piece, selection.meter, selection.bar)}
    return playing if selection.edit.parts or not known else known


def _pieces_of(bars: Collection[int], editor: GrooveEditor) -> set[Piece]:
    return {hit.piece for bar in bars for hit in editor.bars[bar]}


def _positions(hits: Sequence[FeltHit]) -> _Positions:
    return frozenset((hit.piece, hit.step) for hit in hits)
