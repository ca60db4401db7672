"""What a part tells of its swing, where nothing says it."""

from collections.abc import Sequence
from statistics import median

from boumbapp.music.v2.music_pb2 import SWING_UNIT_EIGHTH, SWING_UNIT_SIXTEENTH, Bar, Swing

from music.divisions import at_sixteenths
from music.swing import MOST_SWING

_AUDIBLE = 0.08  # of the unit; smaller delays are no swing
_FEWEST = 3  # notes that show it
_BEAT, _AND, _TICKS = 4, 2, 120


def swing_of(bars: Sequence[Bar]) -> Swing:
    """The swing of a part by the delays of its off-beats; amount 0 where they are on the grid."""
    eighths: list[float] = []
    sixteenths: list[float] = []
    for bar in map(at_sixteenths, bars):
        for note in bar.notes:
            if note.start_step % _BEAT == _AND:
                eighths.append(note.offset_ticks / _TICKS / 2)
            elif note.start_step % 2:
                sixteenths.append(note.offset_ticks / _TICKS)
    for late, unit in ((eighths, SWING_UNIT_EIGHTH), (sixteenths, SWING_UNIT_SIXTEENTH)):
        amount = median(late) if len(late) >= _FEWEST else 0.0
        if amount > _AUDIBLE:
            return Swing(amount=min(amount, MOST_SWING), unit=unit)
    return Swing(unit=SWING_UNIT_EIGHTH)
