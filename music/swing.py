"""Swing: where the second note of each pair sounds, for drums and for every pitched part alike.

Notes are written on the straight grid and moved to the swung grid when they are performed. Swing warps a bar and never
changes the order of its steps; `straighten` undoes it, so that what reads a bar again sees what was written.
"""

from collections.abc import Mapping, Sequence, Set

from boumbapp.music.v2.music_pb2 import SWING_UNIT_EIGHTH, Bar, Meter, Note, Swing

from music.grid import TICKS_PER_STEP
from music.meter import is_dotted, steps_per_bar

MOST_SWING = 0.5  # of the unit
_STRAIGHT_PERCENT, _TOP_PERCENT = 50.0, 75.0  # where sequencers begin and end their swing scale
_BEAT = 4  # steps
_AND = 2  # the step of the off-beat eighth
MOST_TICKS = TICKS_PER_STEP  # furthest that the micro-timing of the contract reaches to either side
NEAREST_TICKS = TICKS_PER_STEP // 2  # what is later is told from the next step, where that is free
_SHORTEST_SOUND = 36  # ticks


def amount_of_percent(percent: float) -> float:
    """The amount of swing of a percentage.

    From 50 to 75 it is a position in the pair, as on sequencers: 50 is straight, 66 makes triplets. Below and above it
    is a share of the most swing there is.

    Args:
        percent: As a person says it; at least 0.

    Returns:
        Amount from 0 to `MOST_SWING`.
    """
    if _STRAIGHT_PERCENT <= percent <= _TOP_PERCENT:
        return (percent - _STRAIGHT_PERCENT) / _STRAIGHT_PERCENT
    return min(max(percent / 100, 0.0), 1.0) * MOST_SWING


def delay(step: int, meter: Meter, swing: Swing) -> int:
    """How far swing delays a step of the straight grid.

    Swing of sixteenths delays every second step. Swing of eighths delays the "and" of each quarter, and the sixteenths
    around it by half as much, so that the order stays. Where beats divide in three, eighths have no pairs.

    Args:
        step: Step of the straight grid, from 0; the bar line after the bar counts as a step and stays.
        meter: Time signature.
        swing: The swing.

    Returns:
        Ticks, 0 to a whole step.
    """
    amount = min(max(swing.amount, 0.0), MOST_SWING)
    if not amount or step >= steps_per_bar(meter):
        return 0
    if swing.unit != SWING_UNIT_EIGHTH:
        late = amount if step % 2 else 0.0
    elif is_dotted(meter) or step % _BEAT == 0:
        late = 0.0
    else:
        late = 2 * amount if step % _BEAT == _AND else amount
    # The last step of a bar such as 7/16 may be an "and" without a second half.
    most = TICKS_PER_STEP if step + 1 < steps_per_bar(meter) else TICKS_PER_STEP // 2
    return min(round(late * TICKS_PER_STEP), most)


def swung(step: int, meter: Meter, swing: Swing) -> tuple[int, int]:
    """The position of a step of the straight grid on the swung grid.

    Args:
        step: Step of the straight grid, from 0.
        meter: Time signature.
        swing: The swing.

    Returns:
        The nearest step of the grid and the distance from it in ticks, -60 to 60.
    """
    ticks = delay(step, meter, swing)
    return (step, ticks) if ticks <= NEAREST_TICKS else (step + 1, ticks - TICKS_PER_STEP)


def straightened(step: int, meter: Meter, swing: Swing, ticks: int = 0) -> int:
    """The step of the straight grid that swing moves to a place; the inverse of `swung`.

    Args:
        step: Step of the grid nearest to the swung position, from 0.
        meter: Time signature.
        swing: The swing.
        ticks: Distance from that step, -60 to 60. It tells a late "and" from the sixteenth after it; on the step itself
            a note is the "and".
    """
    late = delay(step - 1, meter, swing) if step % _BEAT == _AND + 1 else 0
    if 2 * late <= TICKS_PER_STEP:
        return step
    between = (late - TICKS_PER_STEP + delay(step, meter, swing)) / 2
    return step - 1 if ticks <= max(between, 0) else step


def set_onset(note: Note, step: int, ticks: int) -> None:
    """Move the onset of a note in place, beside the offset that it has.

    Args:
        note: The note.
        step: Step of the bar, from 0.
        ticks: Distance from the step to add, -120 to 120.
    """
    note.start_step = step
    note.offset_ticks = _in_reach(note.offset_ticks + ticks)


def swing_notes(notes: Sequence[Note], meter: Meter, swing: Swing) -> None:
    """Move notes from the straight to the swung grid in place, their ends as well as their onsets.

    A written end stays where it is, and its release says how late it sounds. An "and" that is followed by its
    sixteenth has no step of its own to move to: it stays on its step and is late by more than half of it.

    Args:
        notes: Notes of a bar on the straight grid, with the offsets that their player gives them.
        meter: Time signature.
        swing: The swing.
    """
    if not swing.amount:
        return
    places = _places({note.start_step for note in notes}, meter, swing)
    for note in notes:
        end = _end(note)
        set_onset(note, *places[note.start_step])
        note.duration_steps = max(end - note.start_step, 1)
        late = (end - _end(note)) * TICKS_PER_STEP + _lateness(end, places, meter, swing)
        audible = note.offset_ticks + _SHORTEST_SOUND - note.duration_steps * TICKS_PER_STEP
        note.release_ticks = _in_reach(max(note.release_ticks + late, audible))


def straighten(bar: Bar, swing: Swing) -> Bar:
    """A bar of notes as it was written before it was swung; the inverse of `swing_notes`.

    Args:
        bar: The bar, on the swung grid; left as it is.
        swing: The swing that it was performed with.

    Returns:
        The bar itself where nothing swings.
    """
    if not swing.amount:
        return bar
    meter = bar.meter
    starts = [straightened(note.start_step, meter, swing, note.offset_ticks) for note in bar.notes]
    places = _places(set(starts), meter, swing)
    straight = Bar(index=bar.index, meter=meter)
    for note, start in zip(bar.notes, starts, strict=True):
        end = _end(note)
        if start < note.start_step and note.duration_steps == 1:
            # Half of a pair of sixteenths has to be written as long as a step, and ends early.
            end -= note.release_ticks <= delay(end - 1, meter, swing) - TICKS_PER_STEP
        written = straight.notes.add()
        written.CopyFrom(note)
        set_onset(written, start, -places[start][1])
        written.duration_steps = end - start
        late = (end - _end(note)) * TICKS_PER_STEP + _lateness(end, places, meter, swing)
        written.release_ticks = _in_reach(note.release_ticks - late)
    return straight


def _places(onsets: Set[int], meter: Meter, swing: Swing) -> dict[int, tuple[int, int]]:
    """Step and ticks of each onset of the straight grid, of which no two share a step."""
    places = {}
    for onset in onsets:
        step, ticks = swung(onset, meter, swing)
        taken = step != onset and step in onsets
        places[onset] = (onset, delay(onset, meter, swing)) if taken else (step, ticks)
    return places


def _lateness(end: int, places: Mapping[int, tuple[int, int]], meter: Meter, swing: Swing) -> int:
    """How late an end is, in ticks: as late as what begins there, if anything does."""
    step, ticks = places.get(end, (end, delay(end, meter, swing)))
    return (step - end) * TICKS_PER_STEP + ticks


class StraightBars:
    """The bars of a growing piece as they were written, each straightened once.

    Args:
        swing: The swing that they are performed with.
    """

    def __init__(self, swing: Swing) -> None:
        self._swing = swing
        self._known: list[tuple[Bar, Bar]] = []

    def of(self, heard: Sequence[Bar]) -> list[Bar]:
        """The bars of a piece on the straight grid, from its bars on the swung grid."""
        for index, bar in enumerate(heard):
            if index >= len(self._known) or self._known[index][0] is not bar:
                self._known[index:] = [(bar, straighten(bar, self._swing))]
        return [straight for _, straight in self._known[: len(heard)]]


def _in_reach(ticks: int) -> int:
    return min(max(ticks, -MOST_TICKS), MOST_TICKS)


def _end(note: Note) -> int:
    return note.start_step + note.duration_steps
