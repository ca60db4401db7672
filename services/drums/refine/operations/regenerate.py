"""Composes bars anew: another bar in the place of one that did not please, between the bars around it."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from boumbapp.music.v1.music_pb2 import Bar, DrumHit

from services.drums.generation.form import context_start, first_of_section
from services.drums.kit.kit import HATS, Piece
from services.drums.performance.velocity_curve import LOUDEST
from services.drums.refine.context.bar_constraints import bars_around, frame, stays
from services.drums.refine.context.candidates import BarCandidate, CandidateGenerator, RegenerationContext
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.model.editable_groove import FeltHit
from services.drums.refine.model.edits import LITTLE, MUCH, USUAL, Edit

# Seeds tried for a bar; where many bars are made anew, fewer each, so that nobody waits for long.
_MOST_SEEDS, _FEWEST_SEEDS, _ALL_SEEDS = 9, 3, 36
_FEW = 4  # bars that are few enough for each to hear the section before its own, too
_NEAR = 2  # hits more or fewer that count as just as busy
_LOST, _TOLERANCE = 2, 2  # hits that one that has no place counts as; how many more than need be are tolerated
# Which third of the versions is asked for, from the nearest to the old bar to the furthest, by amount.
_THIRDS = {LITTLE: 0, USUAL: 1, MUCH: 2}
_Places = frozenset[tuple[Piece, int]]


@dataclass(frozen=True, slots=True)
class _Option:
    """A version that may take the place of the bar.

    Attributes:
        version: The version.
        places: What of it may come.
        misfit: Strokes of it that may not, times _LOST, and by how many it is not about as busy as the old bar.
        difference: Share of its strokes and the old ones that only one of both has.
    """

    candidate: BarCandidate
    places: _Places
    misfit: int
    difference: float


def regenerate(editor: GrooveEditor, edit: Edit) -> None:
    """Replace what the edit reaches by another version, about as busy, that goes with the bars before and after.

    The amount of the edit says how far from the old bar it goes. Pieces that the groove does not play stay out, so that
    what was taken away does not come back; what the style does not know stays as it is, unless it is named.
    """
    selections = editor.selections(edit)
    remade = {selection.bar for selection in selections}
    seeds = max(min(_ALL_SEEDS // max(len(selections), 1), _MOST_SEEDS), _FEWEST_SEEDS)
    for selection in selections:
        pieces = _coming_and_going(selection)
        candidates = editor.prior.candidates(_scene(selection, remade))
        kept = [stroke for stroke in selection.strokes if stays(selection, stroke, pieces)]
        options = _options(selection, candidates, seeds, kept, pieces)
        if options:
            chosen = min(_asked_for(options, edit.amount), key=lambda option: candidates.surprise(option.candidate))
            strokes = [hit for hit in candidates.played(chosen.candidate) if (hit.piece, hit.step) in chosen.places]
            selection.put([*kept, *(stroke.struck(stroke.hit.velocity * editor.loudness) for stroke in strokes)])
            editor.composed.add(selection.bar)


def _options(
    selection: BarSelection,
    candidates: CandidateGenerator,
    seeds: int,
    kept: Sequence[FeltHit],
    pieces: Collection[Piece],
) -> list[_Option]:
    """Versions that differ from the bar as it is, of those that fit best in number; the nearest to it first."""
    skeleton, held = frame(selection, pieces), _places(kept)
    old = _places(selection.strokes) - held
    found: dict[_Places, _Option] = {}
    for attempt in range(1, seeds + 1):
        best: _Option | None = None
        for candidate in candidates.of_seed(attempt, skeleton):
            option = _option(candidate, selection, old, held, pieces)
            if option.places != old and (best is None or option.misfit < best.misfit):
                best = option
            if best is not None and best.misfit == 0:
                break
        if best is not None:
            found.setdefault(best.places, best)
    least = min((option.misfit for option in found.values()), default=0)
    fitting = [option for option in found.values() if option.misfit <= least + _TOLERANCE]
    return sorted(fitting, key=lambda option: option.difference)


def _option(
    candidate: BarCandidate, selection: BarSelection, old: _Places, held: _Places, pieces: Collection[Piece]
) -> _Option:
    places = frozenset(
        (piece, step)
        for piece, step in candidate.places - held
        if selection.edit.covers(piece)
        and selection.is_open(piece, step)
        and piece in pieces
        and not (piece in HATS and any((hat, step) in held for hat in HATS))
    )
    lost = len(candidate.places - held - places)
    unlike = max(abs(len(places) - len(old)) - _NEAR, 0)
    return _Option(candidate, places, _LOST * lost + unlike, len(places ^ old) / max(len(places | old), 1))


def _asked_for(options: Sequence[_Option], amount: float) -> Sequence[_Option]:
    """The third of the options, nearest first, that an amount of change asks for."""
    third, size = _THIRDS[amount], len(options) / len(_THIRDS)
    first = min(math.floor(third * size), len(options) - 1)
    return options[first : max(math.ceil((third + 1) * size), first + 1)]


def _scene(selection: BarSelection, remade: Collection[int]) -> RegenerationContext:
    editor, bar = selection.editor, selection.bar
    first, start = bar, context_start(bar) if len(remade) <= _FEW else first_of_section(bar)
    while first > start and editor.meters[first - 1] == selection.meter:
        first -= 1
    follows = bar + 1 < len(editor.bars) and bar + 1 not in remade and editor.meters[bar + 1] == selection.meter
    human = any(hit.feel.human_offset or hit.feel.human_velocity for hits in editor.bars for hit in hits)
    return RegenerationContext(
        index=bar,
        bars=len(editor.bars),
        meter=selection.meter,
        swing=selection.swing,
        bpm=editor.bpm,
        human=human,
        before=[_as_written(editor, at) for at in range(first, bar)],
        after=[_as_written(editor, bar + 1)] if follows else [],
    )


def _as_written(editor: GrooveEditor, at: int) -> Bar:
    """A bar of the groove, as loud as styles are written."""
    hits = []
    for stroke in editor.bars[at]:
        hit = DrumHit()
        hit.CopyFrom(stroke.hit)
        hit.velocity = min(max(round(hit.velocity / editor.loudness), 1), LOUDEST)
        hits.append(hit)
    return Bar(index=at, meter=editor.meters[at], hits=hits)


def _coming_and_going(selection: BarSelection) -> set[Piece]:
    """Pieces that may come and go in a bar: those that play around it."""
    editor, prior = selection.editor, selection.editor.prior
    playing = _pieces_of([*bars_around(editor, selection.bar), selection.bar], editor)
    playing = playing or _pieces_of(range(len(editor.bars)), editor)
    if not playing:
        return set(prior.skeleton(selection.meter, selection.bar).rows)
    known = {piece for piece in playing if prior.knows(piece, selection.meter, selection.bar)}
    return playing if selection.edit.parts or not known else known


def _pieces_of(bars: Collection[int], editor: GrooveEditor) -> set[Piece]:
    return {stroke.piece for bar in bars for stroke in editor.bars[bar]}


def _places(strokes: Sequence[FeltHit]) -> _Places:
    return frozenset((stroke.piece, stroke.step) for stroke in strokes)
