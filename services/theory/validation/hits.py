"""Corrects the drum hits of a bar: inside it, one per piece and step, no more at once than hands and feet."""

from collections.abc import Iterator
from itertools import groupby

from boumbapp.music.v2.events_pb2 import (
    CORRECTION_REASON_DUPLICATE,
    CORRECTION_REASON_IMPOSSIBLE_VALUE,
    CORRECTION_REASON_OUTSIDE_BAR,
    CORRECTION_REASON_TOO_MANY_VOICES,
)
from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import Bar, DrumHit
from google.protobuf.message import Message

from music.divisions import steps_in_bar
from music.grid import LONGEST_ROLL, MAX_STROKES, SHORTEST_ROLL
from services.theory.validation.corrections import CorrectionLog
from services.theory.validation.micro_timing import MAX_TICKS, clamp

_FEWEST_STROKES = 2  # of a roll
_LOUDEST = 127  # MIDI velocity


def validate_hits(bar: Bar, constraints: Constraints, log: CorrectionLog) -> list[DrumHit]:
    """Correct the drum hits of a bar.

    Args:
        bar: The bar, in the metre of the constraints, with hits in any order; it is not changed.
        constraints: Polyphony that they must keep to.
        log: Where each change is recorded.

    Returns:
        Copies of the hits that remain, ordered by step and piece; those on pieces that are not known are among them.
    """
    steps = steps_in_bar(bar)
    inside = []
    for original in bar.hits:
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
    wrong = []
    for holder, field, name, low, high in _limits(hit):
        value = getattr(holder, field)
        if value != clamp(value, low, high):
            setattr(holder, field, clamp(value, low, high))
            wrong.append(name)
    if wrong:
        log.hit_changed(original, hit, *wrong)
    return hit


def _limits(hit: DrumHit) -> Iterator[tuple[Message, str, str, int, int]]:
    """Message, field, its name in texts, lowest and highest value of each number of a hit."""
    yield hit, "velocity", "velocity", 1, _LOUDEST
    yield hit, "offset_ticks", "offset_ticks", -MAX_TICKS, MAX_TICKS
    match hit.WhichOneof("articulation"):
        case "flam":
            yield hit.flam, "lead_ticks", "lead_ticks", 1, MAX_TICKS
            yield hit.flam, "velocity", "grace_velocity", 1, _LOUDEST
        case "roll":
            yield hit.roll, "strokes", "strokes", _FEWEST_STROKES, MAX_STROKES
            yield hit.roll, "span_ticks", "span_ticks", SHORTEST_ROLL, LONGEST_ROLL
            yield hit.roll, "last_velocity", "last_velocity", 1, _LOUDEST


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
