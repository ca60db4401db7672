"""Grid arithmetic: a step is a sixteenth note."""

from functools import cache

from boumbapp.music.v2.music_pb2 import Meter

# Weights of a step, from strongest to weakest.
DOWNBEAT, GROUP, BEAT, EIGHTH, SIXTEENTH = 4, 3, 2, 1, 0


def steps_per_bar(meter: Meter) -> int:
    """Count the sixteenth steps in a bar: 16 for 4/4, 12 for 6/8, 14 for 7/8."""
    return meter.beats * 16 // meter.beat_unit


def steps_per_beat(meter: Meter) -> int:
    """Count the steps between felt beats: 4 for 4/4, 6 for 6/8 (dotted quarter), 2 for 7/8."""
    unit = 16 // meter.beat_unit
    return unit * 3 if is_compound(meter) else unit


def is_compound(meter: Meter) -> bool:
    """Whether beats divide in three: 6/8, 9/8, 12/8 and their sixteenth relatives."""
    return meter.beat_unit >= 8 and meter.beats > 3 and meter.beats % 3 == 0


def is_dotted(meter: Meter) -> bool:
    """Whether the beats of a metre divide in three: 6/8, 12/8, and 3/8 in one."""
    return is_compound(meter) or (meter.beats == 3 and meter.beat_unit >= 8)


def step_weights(meter: Meter) -> tuple[int, ...]:
    """Metrical weight of every step of a bar, DOWNBEAT (4) to SIXTEENTH (0).

    Groups follow the usual accents: 4/4 is 2+2, 5/4 is 3+2, 6/8 is 3+3, 7/8 is 2+2+3.
    """
    return _step_weights(meter.beats, meter.beat_unit)


@cache
def _step_weights(beats: int, beat_unit: int) -> tuple[int, ...]:
    unit = 16 // beat_unit
    groups = _group_starts(beats, beat_unit)
    weights = [EIGHTH if step % 2 == 0 else SIXTEENTH for step in range(beats * unit)]
    for beat in range(beats):
        weights[beat * unit] = max(weights[beat * unit], BEAT if beat_unit <= 4 else EIGHTH)
    for beat in groups:
        weights[beat * unit] = GROUP if len(groups) > 1 else BEAT
    weights[0] = DOWNBEAT
    return tuple(weights)


def _group_starts(beats: int, beat_unit: int) -> list[int]:
    """Beats that begin a group, from 0."""
    if beats <= 3:
        return [0]
    if beat_unit >= 8 and beats % 3 == 0:
        return list(range(0, beats, 3))
    if beat_unit <= 4 and beats % 2 == 1:  # 5/4 is 3+2, 7/4 is 3+2+2
        return [0, *range(3, beats, 2)]
    return list(range(0, beats - 1, 2))  # 4/4 is 2+2, 7/8 is 2+2+3
