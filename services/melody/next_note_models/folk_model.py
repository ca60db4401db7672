"""What the folk model conditions on: the contexts of its three parts, shared by training and decoding."""

from collections.abc import Mapping, Sequence

from boumbapp.music.v2.music_pb2 import Meter

from music.meter import is_compound, step_weights
from music.scale_degrees import DEGREES, ScaleDegrees
from services.melody.next_note_models.backoff_counts import BackoffModel, IntArray

# What happens on a step.
HOLD, ONSET, REST = 0, 1, 2
STEP_SYMBOLS = 3
# Diatonic intervals reach two octaves either way; larger ones count as these.
WIDEST = 14
INTERVAL_SYMBOLS = 2 * WIDEST + 1
# Values of factors that stand for "there is none".
NO_STEP = STEP_SYMBOLS
NO_INTERVAL = INTERVAL_SYMBOLS

_LONGEST = 8  # steps; a longer time since the last event counts as this
_GAPS = (1, 2, 4)  # steps to the previous onset: up to each of these, or longer
# Metres with enough tunes to count their bar positions one by one; for others metrical weights stand in.
_METRES = ((2, 4), (3, 4), (4, 4), (6, 8), (9, 8))
_POSITIONS = 18

# Rhythm: weight, time since the last event, two or three divisions, the bar before (here, next, before), position.
RHYTHM_RADICES = (5, 2 * _LONGEST, 2, STEP_SYMBOLS + 1, STEP_SYMBOLS + 1, STEP_SYMBOLS + 1, len(_METRES) * _POSITIONS)
# Interval: degree and mode, weight, last interval, gap, the interval before the last.
INTERVAL_RADICES = (2 * DEGREES, 5, INTERVAL_SYMBOLS + 1, len(_GAPS) + 1, INTERVAL_SYMBOLS + 1)
# Alteration: degree and mode, whether the note before was altered.
ALTERATION_RADICES = (2 * DEGREES, 2)


class FolkModel:
    """Probabilities of rhythm, intervals and alterations, counted in folk tunes.

    Args:
        parts: Counts of the three models by name: "rhythm", "interval", "alteration".
        stability: How many times likelier than elsewhere a chord tone is, by metrical weight (5 values).
    """

    def __init__(self, parts: Mapping[str, Mapping[str, IntArray]], stability: Sequence[float]) -> None:
        self._rhythm = BackoffModel(parts["rhythm"])
        self._interval = BackoffModel(parts["interval"])
        self._alteration = BackoffModel(parts["alteration"])
        self.stability = tuple(stability)

    def steps(self, context: tuple[int, ...]) -> tuple[float, ...]:
        """Probabilities of HOLD, ONSET and REST; see `rhythm_context`."""
        return self._rhythm.distribution(context)

    def intervals(self, context: tuple[int, ...]) -> tuple[float, ...]:
        """Probabilities of the intervals -WIDEST to WIDEST; see `interval_context`."""
        return self._interval.distribution(context)

    def alterations(self, context: tuple[int, ...]) -> tuple[float, ...]:
        """Probabilities that a degree is played plain and altered; see `alteration_context`."""
        return self._alteration.distribution(context)


def rhythm_context(meter: Meter, step: int, since: int, resting: bool, bar_before: Sequence[int]) -> tuple[int, ...]:
    """Context of what happens on a step.

    Args:
        meter: Time signature.
        step: Step of the bar.
        since: Steps since the last onset, or since the rest began; at least 1.
        resting: Whether silence has lasted since then.
        bar_before: What happened on each step of the bar before; empty for the first bar.
    """
    weights = step_weights(meter)
    context = (
        weights[step],
        2 * (min(since, _LONGEST) - 1) + resting,
        int(is_compound(meter)),
        _echo(bar_before, step),
        _echo(bar_before, step + 1),
        _echo(bar_before, step - 1),
    )
    metre = (meter.beats, meter.beat_unit)
    if metre not in _METRES:
        return context
    return (*context, _METRES.index(metre) * _POSITIONS + step)


def _echo(bar_before: Sequence[int], step: int) -> int:
    return bar_before[step] if 0 <= step < len(bar_before) else NO_STEP


def interval_context(scale: ScaleDegrees, positions: Sequence[int], weight: int, gap: int) -> tuple[int, ...]:
    """Context of the interval to the next note.

    Args:
        scale: Degrees of the key.
        positions: Diatonic positions of the notes so far; at least one, the last three matter.
        weight: Metrical weight of the next note's step.
        gap: Steps between the onsets of the last and the next note.
    """
    last = positions[-1]
    return (
        last % DEGREES + DEGREES * scale.minor,
        weight,
        interval_symbol(last - positions[-2]) if len(positions) > 1 else NO_INTERVAL,
        sum(gap > longest for longest in _GAPS),
        interval_symbol(positions[-2] - positions[-3]) if len(positions) > 2 else NO_INTERVAL,
    )


def interval_symbol(interval: int) -> int:
    """Index of a diatonic interval among the symbols."""
    return min(max(interval, -WIDEST), WIDEST) + WIDEST


def alteration_context(scale: ScaleDegrees, position: int, after_altered: bool) -> tuple[int, ...]:
    """Context of whether a degree is altered.

    Args:
        scale: Degrees of the key.
        position: Diatonic position of the note.
        after_altered: Whether the note before is altered.
    """
    return (position % DEGREES + DEGREES * scale.minor, int(after_altered))
