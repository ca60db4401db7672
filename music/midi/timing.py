"""Steps and ticks: where a grid position sounds, and which grid position a sound is nearest to."""

from collections.abc import Iterable

from music.grid import TICKS_PER_STEP

TICKS_PER_QUARTER = 4 * TICKS_PER_STEP  # of files of this writer


def nearest_step(tick: int, ticks_per_quarter: int) -> tuple[int, int]:
    """Find the step nearest to a tick.

    Args:
        tick: Tick from the start of the piece.
        ticks_per_quarter: Resolution of the file.

    Returns:
        The step, and the distance from it in ticks of a 120th of a step, -60 to 60.
    """
    step = -((ticks_per_quarter - 8 * tick) // (2 * ticks_per_quarter))  # halves belong to the step before
    return step, round(TICKS_PER_STEP * (4 * tick - step * ticks_per_quarter) / ticks_per_quarter)


def nearest_length(onset: int, release: int, ticks_per_quarter: int) -> tuple[int, int]:
    """Find the length nearest to that of a note.

    Args:
        onset: Its first tick.
        release: Its last tick.
        ticks_per_quarter: Resolution of the file.

    Returns:
        Whole steps, at least one, and the distance of the release from there in ticks.
    """
    step, _ = nearest_step(onset, ticks_per_quarter)
    end, late = nearest_step(release, ticks_per_quarter)
    duration = max(end - step, 1)
    return duration, late + (end - step - duration) * TICKS_PER_STEP


def separate(onsets: Iterable[int]) -> list[int]:
    """The onsets of one key in their order, moved later by single ticks where two would coincide or swap."""
    separated: list[int] = []
    for onset in onsets:
        separated.append(max(onset, separated[-1] + 1) if separated else onset)
    return separated
