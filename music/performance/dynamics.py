"""Velocities: accents of the metre, syncopation, the arc of a phrase, and the scatter of human strokes."""

import random
from collections.abc import Callable, Collection, Sequence

from boumbapp.music.v2.music_pb2 import ROLE_ARPEGGIO, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY, ROLE_PAD, Note, Role

from music.meter import BEAT

# Velocity of an unaccented beat, and how far human strokes scatter around the intended velocity.
VELOCITY: dict[Role.ValueType, int] = {
    ROLE_MELODY: 84,
    ROLE_BASS: 88,
    ROLE_CHORDS: 72,
    ROLE_ARPEGGIO: 76,
    ROLE_PAD: 62,
}
_SCATTER: dict[Role.ValueType, int] = {ROLE_PAD: 3, ROLE_ARPEGGIO: 4}
_USUAL_SCATTER = 6
# Accent by metrical weight, sixteenth to downbeat.
ACCENTS = (-9, -4, 0, 4, 10)
# Accent of a note before a beat that stays silent: it takes over the accent of the beat.
_SYNCOPATION, _JUST_BEFORE = 8, 2  # velocity, steps
_SWELL = 8  # from the ends of a phrase to its climax
_OF_A_MACHINE = 0.3  # share of swell and scatter that a sequencer keeps
_LEADING = 3  # velocity by which the top of a chord stands out, and its middle recedes
_GHOST = (26, 38)
_LOUDEST, _SOFTEST = 120, 20


def middle_of_arc(part: float) -> float:  # noqa: ARG001  as a phrase's arc has it
    """The arc of music whose phrases are not known: no swell anywhere."""
    return 0.5


def velocities(
    onsets: Sequence[int],
    role: Role.ValueType,
    weights: Sequence[int],
    draw: random.Random,
    *,
    ghosts: Collection[int] = (),
    away_from_climax: Callable[[float], float] = middle_of_arc,
    machine: bool = False,
) -> dict[int, int]:
    """Velocity of each onset of a bar.

    Args:
        onsets: Steps of the bar, ascending.
        role: A pitched role of `VELOCITY`.
        weights: Metrical weight of every step of the bar, 0-4; see `music.meter.step_weights`.
        draw: Random numbers; one is drawn for a ghost note and two for any other onset, in order.
        ghosts: Onsets of ghost notes.
        away_from_climax: Distance from the climax of the phrase, 0 at it and 1 at both ends, by the part of the bar
            that is over, 0-1.
        machine: Whether a sequencer plays it, nearly as loud every time.

    Returns:
        Velocities from 20 to 120 by step.
    """
    return {
        onset: _ghost(draw)
        if onset in ghosts
        else _velocity(onset, onsets, role, weights, draw, away_from_climax, machine=machine)
        for onset in onsets
    }


def _ghost(draw: random.Random) -> int:
    return _GHOST[0] + int(draw.random() * (_GHOST[1] - _GHOST[0] + 1))


def _velocity(
    onset: int,
    onsets: Sequence[int],
    role: Role.ValueType,
    weights: Sequence[int],
    draw: random.Random,
    away_from_climax: Callable[[float], float],
    *,
    machine: bool,
) -> int:
    accent = ACCENTS[weights[onset]]
    if role != ROLE_PAD and _is_syncopated(onset, onsets, weights):
        accent = _SYNCOPATION
    swell = _SWELL * (0.5 - away_from_climax(onset / len(weights)))
    scatter = _SCATTER.get(role, _USUAL_SCATTER) * (draw.random() + draw.random() - 1)
    if machine:
        swell, scatter = swell * _OF_A_MACHINE, scatter * _OF_A_MACHINE
    return int(min(max(VELOCITY[role] + accent + swell + scatter, _SOFTEST), _LOUDEST))


def _is_syncopated(onset: int, onsets: Sequence[int], weights: Sequence[int]) -> bool:
    """Whether a weak onset comes just before a beat that stays silent."""
    if weights[onset] >= BEAT:
        return False
    beat = next((step for step in range(onset + 1, len(weights)) if weights[step] >= BEAT), None)
    return beat is not None and beat - onset <= _JUST_BEFORE and not any(onset < other <= beat for other in onsets)


def lead_with_top_voice(voices: Sequence[Note]) -> None:
    """Let the highest voice of a chord stand out and the inner ones recede, in place.

    Args:
        voices: Notes that begin together, from the lowest up.
    """
    for note in voices[1:]:
        note.velocity += _LEADING if note is voices[-1] else -_LEADING
