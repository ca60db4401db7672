"""Swing: how far off-beats are delayed, for sixteenths or eighths."""

from boumbapp.music.v1.music_pb2 import Meter

from music.grid import TICKS_PER_STEP
from music.meter import is_dotted, steps_per_bar

_BEAT = 4  # steps
_AND = 2  # the step of the off-beat eighth


def swung(step: int, meter: Meter, swing: float, eighths: bool) -> tuple[int, int]:
    """The position of a step of the straight grid on the swung grid.

    Swing of sixteenths delays every second step. Swing of eighths, in the same proportion, delays the "and" by twice
    as many steps, far enough to be nearest to the next step; the sixteenths around it become the parts of a triplet.
    Where beats divide in three, eighths have no pairs to swing.

    Args:
        step: Step of the straight grid, from 0.
        meter: Time signature.
        swing: Delay of off-beat sixteenths as a fraction of a step, 0-0.5; a third makes triplets.
        eighths: Whether eighths swing instead of sixteenths.

    Returns:
        The nearest step of the grid and the distance from it in ticks, -60 to 60.
    """
    if not eighths:
        return step, round(swing * TICKS_PER_STEP) if step % 2 else 0
    if is_dotted(meter) or step % _BEAT == 0:
        return step, 0
    delay = round((2 * swing if step % _BEAT == _AND else swing) * TICKS_PER_STEP)
    if 2 * delay <= TICKS_PER_STEP:
        return step, delay
    if step + 1 < steps_per_bar(meter):
        return step + 1, delay - TICKS_PER_STEP
    return step, TICKS_PER_STEP // 2


def straightened(step: int, meter: Meter, swing: float, eighths: bool) -> int:
    """The step of the straight grid that swing moves to a step of the grid; the inverse of `swung`.

    Args:
        step: Step of the grid nearest to the swung position, from 0.
        meter: Time signature.
        swing: Delay of off-beat sixteenths as a fraction of a step, 0-0.5.
        eighths: Whether eighths swing instead of sixteenths.
    """
    if step % _BEAT == _AND + 1 and swung(step - 1, meter, swing, eighths)[0] == step:
        return step - 1
    return step
