"""Accent profiles: how strongly each step of a bar is accented, by drums for a bass line, by a line for the kick."""

from collections.abc import Mapping

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Bar

from music.meter import DOWNBEAT, step_weights, steps_per_bar
from services.drums.kit.kit import Piece
from services.drums.performance.velocity_curve import LOUDEST

# How much a hit of each piece accents its step for a bass line, which locks to the kick and leaves the backbeat alone.
_WEIGHT: Mapping[Piece, float] = {
    pb.DRUM_PIECE_KICK: 1.0,
    pb.DRUM_PIECE_LOW_TOM: 0.8,
    pb.DRUM_PIECE_MID_TOM: 0.6,
    pb.DRUM_PIECE_HIGH_TOM: 0.5,
    pb.DRUM_PIECE_CRASH: 0.6,
    pb.DRUM_PIECE_SNARE: 0.5,
    pb.DRUM_PIECE_CLAP: 0.45,
    pb.DRUM_PIECE_RIM: 0.45,
    pb.DRUM_PIECE_COWBELL: 0.4,
    pb.DRUM_PIECE_OPEN_HAT: 0.3,
}
_WEIGHT_OTHERWISE = 0.2
_LONG = 4  # steps from which a note counts as held
_SHORT_SHARE, _WEAK_SHARE = 0.6, 0.8  # what remains of an accent on the shortest note, and on the weakest step


def drum_accents(bar: Bar) -> list[int]:
    """How strongly each step of a bar of drums is accented, 0-100; 0 where there is no hit: (steps,)."""
    accents = [0] * steps_per_bar(bar.meter)
    for hit in bar.hits:
        if hit.step < len(accents):
            strength = round(100 * _WEIGHT.get(hit.piece, _WEIGHT_OTHERWISE) * hit.velocity / LOUDEST)
            accents[hit.step] = max(accents[hit.step], strength, 1)
    return accents


def line_accents(bar: Bar) -> list[float]:
    """How strongly each step of a bar of notes is accented, 0-1: loud, long notes on strong steps most: (steps,)."""
    weights = step_weights(bar.meter)
    accents = [0.0] * len(weights)
    for note in bar.notes:
        if note.tied or note.start_step >= len(accents):
            continue
        held = _SHORT_SHARE + (1 - _SHORT_SHARE) * min(note.duration_steps, _LONG) / _LONG
        strong = _WEAK_SHARE + (1 - _WEAK_SHARE) * weights[note.start_step] / DOWNBEAT
        strength = note.velocity / LOUDEST * held * strong
        accents[note.start_step] = max(accents[note.start_step], strength)
    return accents
