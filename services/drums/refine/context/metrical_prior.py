"""A prior on where each piece is hit, by the kind of step in the metre; for what no style says anything about."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Meter

from music.meter import DOWNBEAT, EIGHTH, SIXTEENTH, step_weights
from services.composition.refining.locations import MetricalRole, role_steps
from services.drums.kit.kit import Piece

GHOST = 34  # MIDI velocity of a ghost note
_BELOW_ACCENT = 8  # MIDI velocity between an accent and a full stroke


class StepKind(StrEnum):
    """Kinds of steps in a metre."""

    DOWNBEAT = "downbeat"
    STRONG = "strong"
    BACKBEAT = "backbeat"
    OFFBEAT = "offbeat"
    PICKUP = "pickup"  # the sixteenth before a beat
    SIXTEENTH = "sixteenth"


@dataclass(frozen=True, slots=True, order=True)
class ScoredStep:
    """A step on which a piece could be hit.

    Attributes:
        score: How well a hit of the piece fits there, 0-1.
        step: Step of the straight grid, from 0.
        velocity: MIDI velocity of the hit, 1-127.
    """

    score: float
    step: int
    velocity: int


# Score, 0-1, and MIDI velocity of a hit.
_Entry: TypeAlias = tuple[float, int]
_Table: TypeAlias = Mapping[StepKind, _Entry]


def _table(
    *, downbeat: _Entry, strong: _Entry, backbeat: _Entry, offbeat: _Entry, pickup: _Entry, sixteenth: _Entry
) -> _Table:
    return dict(zip(StepKind, (downbeat, strong, backbeat, offbeat, pickup, sixteenth), strict=True))


_KICK = _table(
    downbeat=(1.0, 112), strong=(0.9, 104), backbeat=(0.2, 90), offbeat=(0.6, 92), pickup=(0.5, 84), sixteenth=(0.3, 78)
)
_BACKBEAT = _table(
    downbeat=(0.05, 90), strong=(0.1, 90), backbeat=(1.0, 108), offbeat=(0.3, 60), pickup=(0.5, GHOST),
    sixteenth=(0.4, GHOST),
)  # fmt: skip
_TIMEKEEPER = _table(
    downbeat=(1.0, 92), strong=(0.95, 88), backbeat=(0.95, 88), offbeat=(0.8, 72), pickup=(0.4, 60),
    sixteenth=(0.35, 56),
)  # fmt: skip
_OFFBEAT_COLOUR = _table(
    downbeat=(0.2, 84), strong=(0.3, 84), backbeat=(0.5, 84), offbeat=(1.0, 86), pickup=(0.4, 72), sixteenth=(0.3, 66)
)
_BEATS = _table(
    downbeat=(1.0, 98), strong=(0.95, 94), backbeat=(0.95, 90), offbeat=(0.5, 74), pickup=(0.2, 62),
    sixteenth=(0.15, 60),
)  # fmt: skip
_FILLER = _table(
    downbeat=(0.2, 92), strong=(0.3, 92), backbeat=(0.4, 92), offbeat=(0.8, 88), pickup=(0.9, 84), sixteenth=(0.6, 78)
)
_ACCENT = _table(
    downbeat=(1.0, 112), strong=(0.5, 104), backbeat=(0.4, 104), offbeat=(0.3, 98), pickup=(0.2, 96),
    sixteenth=(0.1, 92),
)  # fmt: skip

_PRIORS: Mapping[Piece, _Table] = {
    pb.DRUM_PIECE_KICK: _KICK,
    pb.DRUM_PIECE_SNARE: _BACKBEAT,
    pb.DRUM_PIECE_RIM: _BACKBEAT,
    pb.DRUM_PIECE_CLAP: _BACKBEAT,
    pb.DRUM_PIECE_CLOSED_HAT: _TIMEKEEPER,
    pb.DRUM_PIECE_PEDAL_HAT: _BACKBEAT,
    pb.DRUM_PIECE_OPEN_HAT: _OFFBEAT_COLOUR,
    pb.DRUM_PIECE_LOW_TOM: _FILLER,
    pb.DRUM_PIECE_MID_TOM: _FILLER,
    pb.DRUM_PIECE_HIGH_TOM: _FILLER,
    pb.DRUM_PIECE_RIDE: _TIMEKEEPER,
    pb.DRUM_PIECE_CRASH: _ACCENT,
    pb.DRUM_PIECE_COWBELL: _BEATS,
    pb.DRUM_PIECE_SHAKER: _TIMEKEEPER,
    pb.DRUM_PIECE_TAMBOURINE: _OFFBEAT_COLOUR,
}


def metrical_prior(piece: Piece, meter: Meter) -> list[ScoredStep]:
    """Every step of a bar, scored for a piece, in order.

    Args:
        piece: The piece; for one that the kit does not have, the list is empty.
        meter: Time signature.
    """
    table = _PRIORS.get(piece)
    if table is None:
        return []
    return [ScoredStep(table[kind][0], step, table[kind][1]) for step, kind in enumerate(_step_kinds(meter))]


def named_velocity(piece: Piece, meter: Meter, step: int) -> int:
    """MIDI velocity of a hit whose position was named: a full stroke, even where the piece usually plays a ghost note.

    Args:
        piece: A piece of the kit.
        meter: Time signature.
        step: Step of the bar, from 0.

    Raises:
        KeyError: The kit has no such piece.
    """
    full = max(velocity for _, velocity in _PRIORS[piece].values()) - _BELOW_ACCENT
    return max(full, *(scored.velocity for scored in metrical_prior(piece, meter) if scored.step == step))


def _step_kinds(meter: Meter) -> list[StepKind]:
    weights = step_weights(meter)
    backbeats, beats = role_steps(MetricalRole.BACKBEATS, meter), role_steps(MetricalRole.BEATS, meter)
    kinds = []
    for step, weight in enumerate(weights):
        if weight == DOWNBEAT:
            kinds.append(StepKind.DOWNBEAT)
        elif step in backbeats:
            kinds.append(StepKind.BACKBEAT)
        elif weight == SIXTEENTH:
            kinds.append(StepKind.PICKUP if (step + 1) % len(weights) in beats else StepKind.SIXTEENTH)
        elif weight == EIGHTH:
            kinds.append(StepKind.OFFBEAT)
        else:
            kinds.append(StepKind.STRONG)
    return kinds
