"""Where a piece belongs by the role of each step in the metre, as drummers use the piece."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from boumbapp.music.v1 import music_pb2 as pb
from boumbapp.music.v1.music_pb2 import Meter

from music.meter import DOWNBEAT, EIGHTH, SIXTEENTH, step_weights
from services.drums.kit.kit import Piece
from services.drums.refine.model.locations import MetricalRole, role_steps

GHOST = 34  # MIDI velocity of a stroke that is felt more than heard
_BELOW_ACCENT = 8  # MIDI velocity between an accent and a plain stroke


class StepKind(StrEnum):
    """Kinds of steps."""

    DOWNBEAT = "downbeat"
    STRONG = "strong"
    BACKBEAT = "backbeat"
    OFFBEAT = "offbeat"
    PICKUP = "pickup"  # the sixteenth before a beat
    SIXTEENTH = "sixteenth"


@dataclass(frozen=True, slots=True, order=True)
class ScoredStep:
    """A step where a piece may play.

    Attributes:
        rank: How much the piece belongs there, 0-1.
        step: Step of the bar.
        velocity: MIDI velocity it would have.
    """

    rank: float
    step: int
    velocity: int


_KICK = {
    StepKind.DOWNBEAT: (1.0, 112),
    StepKind.STRONG: (0.9, 104),
    StepKind.OFFBEAT: (0.6, 92),
    StepKind.PICKUP: (0.5, 84),
    StepKind.SIXTEENTH: (0.3, 78),
    StepKind.BACKBEAT: (0.2, 90),
}
_BACKBEAT = {
    StepKind.BACKBEAT: (1.0, 108),
    StepKind.PICKUP: (0.5, GHOST),
    StepKind.SIXTEENTH: (0.4, GHOST),
    StepKind.OFFBEAT: (0.3, 60),
    StepKind.STRONG: (0.1, 90),
    StepKind.DOWNBEAT: (0.05, 90),
}
_TIMEKEEPER = {
    StepKind.DOWNBEAT: (1.0, 92),
    StepKind.STRONG: (0.95, 88),
    StepKind.BACKBEAT: (0.95, 88),
    StepKind.OFFBEAT: (0.8, 72),
    StepKind.PICKUP: (0.4, 60),
    StepKind.SIXTEENTH: (0.35, 56),
}
_OFFBEAT_COLOUR = {
    StepKind.OFFBEAT: (1.0, 86),
    StepKind.BACKBEAT: (0.5, 84),
    StepKind.PICKUP: (0.4, 72),
    StepKind.SIXTEENTH: (0.3, 66),
    StepKind.STRONG: (0.3, 84),
    StepKind.DOWNBEAT: (0.2, 84),
}
_BEATS = {
    StepKind.DOWNBEAT: (1.0, 98),
    StepKind.STRONG: (0.95, 94),
    StepKind.BACKBEAT: (0.95, 90),
    StepKind.OFFBEAT: (0.5, 74),
    StepKind.PICKUP: (0.2, 62),
    StepKind.SIXTEENTH: (0.15, 60),
}
_FILLER = {
    StepKind.PICKUP: (0.9, 84),
    StepKind.OFFBEAT: (0.8, 88),
    StepKind.SIXTEENTH: (0.6, 78),
    StepKind.BACKBEAT: (0.4, 92),
    StepKind.STRONG: (0.3, 92),
    StepKind.DOWNBEAT: (0.2, 92),
}
_ACCENT = {
    StepKind.DOWNBEAT: (1.0, 112),
    StepKind.STRONG: (0.5, 104),
    StepKind.BACKBEAT: (0.4, 104),
    StepKind.OFFBEAT: (0.3, 98),
    StepKind.PICKUP: (0.2, 96),
    StepKind.SIXTEENTH: (0.1, 92),
}

_HABITS: Mapping[Piece, Mapping[StepKind, tuple[float, int]]] = {
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
    """Every step of a bar as a place for a piece, in order; none for what is no piece of the kit."""
    prior = _HABITS.get(piece)
    if prior is None:
        return []
    return [ScoredStep(prior[site][0], step, prior[site][1]) for step, site in enumerate(_step_kinds(meter))]


def named_velocity(piece: Piece, meter: Meter, step: int) -> int:
    """MIDI velocity of a hit that was asked for by its position: a plain stroke where the piece would play a ghost."""
    plain = max(velocity for _, velocity in _HABITS[piece].values()) - _BELOW_ACCENT
    return max(plain, *(spot.velocity for spot in metrical_prior(piece, meter) if spot.step == step))


def _step_kinds(meter: Meter) -> list[StepKind]:
    weights = step_weights(meter)
    backbeats, beats = role_steps(MetricalRole.BACKBEATS, meter), role_steps(MetricalRole.BEATS, meter)
    sites = []
    for step, weight in enumerate(weights):
        if weight == DOWNBEAT:
            sites.append(StepKind.DOWNBEAT)
        elif step in backbeats:
            sites.append(StepKind.BACKBEAT)
        elif weight == SIXTEENTH:
            sites.append(StepKind.PICKUP if (step + 1) % len(weights) in beats else StepKind.SIXTEENTH)
        elif weight == EIGHTH:
            sites.append(StepKind.OFFBEAT)
        else:
            sites.append(StepKind.STRONG)
    return sites
