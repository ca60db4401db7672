"""Corrects the drum hits of a bar: inside it, one per piece and step, no more at once than hands and feet."""

from collections.abc import Iterable
from itertools import groupby

from boumbapp.music.v1.events_pb2 import (
    CORRECTION_REASON_DUPLICATE,
    CORRECTION_REASON_IMPOSSIBLE_VALUE,
    CORRECTION_REASON_OUTSIDE_BAR,
    CORRECTION_REASON_TOO_MANY_VOICES,
)
from boumbapp.music.v1.intent_pb2 import Constraints
from boumbapp.music.v1.music_pb2 import ARTICULATION_ROLL, DrumHit

from music.meter import steps_per_bar
from services.theory.validation.corrections import CorrectionLog
from services.theory.validation.micro_timing import MAX_OFFSET, clamp

_FEWEST_STROKES, _MOST_STROKES = 2, 8  # of a roll


def validate_hits(hits: Iterable[DrumHit], constraints: Constraints, log: CorrectionLog) -> list[DrumHit]:
    """Correct the drum hits of a bar.

    Args:
        hits: Hits in any order; they are not changed.
        constraints: Meter and polyphony that they must keep to.
        log: Where each change is recorded.

    Returns:
        Copies of the hits that remain, ordered by step and piece; those on pieces that are not known are among them.
    """
    steps = steps_per_bar(constraints.meter)
    inside = []
    for original in hits:
        if original.step >= steps:
            log.hit_removed(CORRECTION_REASON_OUTSIDE_BAR, original)
        elif not original.piece:
            log.hit_removed(CORRECTION_REASON_IMPOSSIBLE_VALUE, original)
        else:
            inside.append(_repaired(original, log))
    inside.sort(key=lambda hit: (hit.step, hit.piece, -hit.velocity))
    kept: list[DrumHit] = []
    for _, same in groupby(inside, key=lambda hit: hit.step):
        kept += _at_once(list(same), constraints.max_polyphony, log)
    return kept


def _repaired(original: DrumHit, log: CorrectionLog) -> DrumHit:
    """A copy with each value in the range that the contract gives it."""
    hit = DrumHit()
    hit.CopyFrom(original)
    strokes = min(max(hit.strokes, _FEWEST_STROKES), _MOST_STROKES) if hit.articulation == ARTICULATION_ROLL else 0
    wrong = []
    for field, value in (
        ("velocity", min(max(hit.velocity, 1), 127)),
        ("offset", clamp(hit.offset, MAX_OFFSET)),
        ("strokes", strokes),
    ):
        if getattr(hit, field) != value:
            setattr(hit, field, value)
            wrong.append(field)
    if wrong:
        log.hit_changed(original, hit, *wrong)
    return hit


def _at_once(hits: list[DrumHit], limit: int, log: CorrectionLog) -> list[DrumHit]:
    """One hit per piece, the loudest of each, and the loudest pieces where there are too many."""
    kept: list[DrumHit] = []
    for hit in hits:
        if kept and kept[-1].piece == hit.piece:
            log.hit_removed(CORRECTION_REASON_DUPLICATE, hit)
        else:
            kept.append(hit)
    for hit in sorted(kept, key=lambda hit: (hit.velocity, -hit.piece))[: max(len(kept) - limit, 0)]:
        kept.remove(hit)
        log.hit_removed(CORRECTION_REASON_TOO_MANY_VOICES, hit)
    return kept
