"""Where a piece belongs by the role of each step in the metre, as drummers use the piece."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from boumbapp.music.v1 import music_pb2 as pb
from boumbapp.music.v1.music_pb2 import Meter

from music.meter import DOWNBEAT, EIGHTH, SIXTEENTH, step_weights
from services.drums.kit.kit import Piece
from services.drums.refine.model.locations import Spot, spot_steps

GHOST = 34  # MIDI velocity of a stroke that is felt more than heard
_BELOW_ACCENT = 8  # MIDI velocity between an accent and a plain stroke


class Site(StrEnum):
    """Kinds of steps."""

    DOWNBEAT = "downbeat"
    STRONG = "strong"
    BACKBEAT = "backbeat"
    OFFBEAT = "offbeat"
    PICKUP = "pickup"  # the sixteenth before a beat
    SIXTEENTH = "sixteenth"


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
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
    Site.DOWNBEAT: (1.0, 112), Site.STRONG: (0.9, 104), Site.OFFBEAT: (0.6, 92), Site.PICKUP: (0.5, 84),
    Site.SIXTEENTH: (0.3, 78), Site.BACKBEAT: (0.2, 90),
}  # fmt: skip
_BACKBEAT = {
    Site.BACKBEAT: (1.0, 108), Site.PICKUP: (0.5, GHOST), Site.SIXTEENTH: (0.4, GHOST), Site.OFFBEAT: (0.3, 60),
    Site.STRONG: (0.1, 90), Site.DOWNBEAT: (0.05, 90),
}  # fmt: skip
_TIMEKEEPER = {
    Site.DOWNBEAT: (1.0, 92), Site.STRONG: (0.95, 88), Site.BACKBEAT: (0.95, 88), Site.OFFBEAT: (0.8, 72),
    Site.PICKUP: (0.4, 60), Site.SIXTEENTH: (0.35, 56),
}  # fmt: skip
_OFFBEAT_COLOUR = {
    Site.OFFBEAT: (1.0, 86), Site.BACKBEAT: (0.5, 84), Site.PICKUP: (0.4, 72), Site.SIXTEENTH: (0.3, 66),
    Site.STRONG: (0.3, 84), Site.DOWNBEAT: (0.2, 84),
}  # fmt: skip
_BEATS = {
    Site.DOWNBEAT: (1.0, 98), Site.STRONG: (0.95, 94), Site.BACKBEAT: (0.95, 90), Site.OFFBEAT: (0.5, 74),
    Site.PICKUP: (0.2, 62), Site.SIXTEENTH: (0.15, 60),
}  # fmt: skip
_FILLER = {
    Site.PICKUP: (0.9, 84), Site.OFFBEAT: (0.8, 88), Site.SIXTEENTH: (0.6, 78), Site.BACKBEAT: (0.4, 92),
    Site.STRONG: (0.3, 92), Site.DOWNBEAT: (0.2, 92),
}  # fmt: skip
_ACCENT = {
    Site.DOWNBEAT: (1.0, 112), Site.STRONG: (0.5, 104), Site.BACKBEAT: (0.4, 104), Site.OFFBEAT: (0.3, 98),
    Site.PICKUP: (0.2, 96), Site.SIXTEENTH: (0.1, 92),
}  # fmt: skip

_HABITS: Mapping[Piece, Mapping[Site, tuple[float, int]]] = {
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


def metrical_spots(piece: Piece, meter: Meter) -> list[Candidate]:
    """Every step of a bar as a place for a piece, in order; none for what is no piece of the kit."""
    habits = _HABITS.get(piece)
    if habits is None:
        return []
    return [Candidate(habits[site][0], step, habits[site][1]) for step, site in enumerate(_sites(meter))]


def named_velocity(piece: Piece, meter: Meter, step: int) -> int:
    """MIDI velocity of a hit that was asked for by its position: a plain stroke where the piece would play a ghost."""
    plain = max(velocity for _, velocity in _HABITS[piece].values()) - _BELOW_ACCENT
    return max(plain, *(spot.velocity for spot in metrical_spots(piece, meter) if spot.step == step))


def _sites(meter: Meter) -> list[Site]:
    weights = step_weights(meter)
    backbeats, beats = spot_steps(Spot.BACKBEATS, meter), spot_steps(Spot.BEATS, meter)
    sites = []
    for step, weight in enumerate(weights):
        if weight == DOWNBEAT:
            sites.append(Site.DOWNBEAT)
        elif step in backbeats:
            sites.append(Site.BACKBEAT)
        elif weight == SIXTEENTH:
            sites.append(Site.PICKUP if (step + 1) % len(weights) in beats else Site.SIXTEENTH)
        elif weight == EIGHTH:
            sites.append(Site.OFFBEAT)
        else:
            sites.append(Site.STRONG)
    return sites
