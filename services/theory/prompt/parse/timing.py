"""What a prompt says about time: tempo in figures, length, metre and places.

Values are read as written, however absurd; whoever resolves the intent checks them.
"""

from dataclasses import dataclass

from services.theory.prompt.parse.lengths import BarPosition, read_bars, read_beats, read_position, read_seconds
from services.theory.prompt.parse.meters import Signature, read_meter
from services.theory.prompt.parse.spans import Mention, Reading
from services.theory.prompt.parse.tempo_figures import read_bare_bpm, read_bpm


@dataclass(slots=True)
class Timing:
    """What a prompt says about time.

    Attributes:
        bpm: Tempo in quarter notes per minute.
        bars: Number of bars.
        seconds: Length in seconds.
        beats: Length in beats.
        meter: Time signature.
        positions: Bars that the prompt points at.
    """

    bpm: Mention[float] | None = None
    bars: Mention[float] | None = None
    seconds: Mention[float] | None = None
    beats: Mention[float] | None = None
    meter: Mention[Signature] | None = None
    positions: tuple[Mention[BarPosition], ...] = ()


# In the order in which they claim a number.
_READERS = (
    ("meter", read_meter),
    ("bars", read_bars),
    ("bpm", read_bpm),
    ("seconds", read_seconds),
    ("beats", read_beats),
)


def read_timing(reading: Reading, negated: frozenset[int]) -> Timing:
    """Find tempo, bars, metre and places in a prompt; the first of each counts. Tokens used are taken."""
    timing = Timing()
    positions: list[Mention[BarPosition]] = []
    for index in range(len(reading.prompt.tokens)):
        if index in reading.taken:
            continue
        place = read_position(reading.prompt, index)
        if place is None:
            _read_first(timing, reading, index, negated)
        else:
            positions.append(place)
            reading.take(place.first, place.last)
    if timing.bpm is None:
        timing.bpm = read_bare_bpm(reading)
    timing.positions = tuple(positions)
    return timing


def _read_first(timing: Timing, reading: Reading, index: int, negated: frozenset[int]) -> None:
    """Let the first reader that understands a token take it."""
    for slot, read in _READERS:
        mention = read(reading.prompt, index)
        if mention is not None and reading.free(mention.first, mention.last):
            reading.take(mention.first, mention.last)
            if getattr(timing, slot) is None and index not in negated:
                setattr(timing, slot, mention)
            return
