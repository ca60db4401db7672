"""Steps of bars that are divided otherwise than in sixteenths: how long they are, and the nearest sixteenths."""

from boumbapp.music.v2.music_pb2 import Bar, DrumHit, Note

from music.grid import TICKS_PER_STEP
from music.meter import steps_per_bar

SIXTEENTHS = 4  # steps of a quarter note where a bar says nothing else
DIVISIONS = (3, 4, 6, 8, 12)
_TICKS_PER_QUARTER = SIXTEENTHS * TICKS_PER_STEP


def divisions_of(bar: Bar) -> int:
    """Steps of a quarter note in a bar."""
    return bar.divisions or SIXTEENTHS


def step_ticks(bar: Bar) -> int:
    """Length of a bar's step in ticks: 120 for sixteenths, 160 for eighth triplets."""
    return _TICKS_PER_QUARTER // divisions_of(bar)


def bar_ticks(bar: Bar) -> int:
    """Length of a bar in ticks, whatever its divisions."""
    return steps_per_bar(bar.meter) * TICKS_PER_STEP


def steps_in_bar(bar: Bar) -> int:
    """Count the whole steps of a bar at its own divisions: 24 for 4/4 at 6."""
    return bar_ticks(bar) // step_ticks(bar)


def allowed_divisions(bar: Bar) -> tuple[int, ...]:
    """Divisions at which a bar of this metre holds a whole number of steps."""
    return tuple(each for each in DIVISIONS if bar_ticks(bar) % (_TICKS_PER_QUARTER // each) == 0)


def is_on_sixteenths(bar: Bar) -> bool:
    """Whether the steps of a bar are sixteenths."""
    return divisions_of(bar) == SIXTEENTHS


def at_sixteenths(bar: Bar) -> Bar:
    """The bar read at the nearest sixteenths, what is left being micro-timing; the same bar where it is so already.

    Where micro-timing alone cannot say how late or early a note is, it moves to the sixteenth next to it. One that
    sounds after its bar is over sounds at the bar line, which is as late as sixteenths can say. Of notes of one pitch
    that come to lie on one step the longest stays, of hits of one piece the loudest.
    """
    if is_on_sixteenths(bar):
        return bar
    ticks, steps = step_ticks(bar), steps_per_bar(bar.meter)
    notes: dict[tuple[int, int], Note] = {}
    taken: set[tuple[int, int]] = {(_nearest(note.start_step * ticks, steps - 1), note.pitch) for note in bar.notes}
    for note in sorted(bar.notes, key=lambda note: note.duration_steps):
        read = Note()
        read.CopyFrom(note)
        start, end = note.start_step * ticks, (note.start_step + note.duration_steps) * ticks
        read.start_step = _step_of(start, note.offset_ticks, steps - 1, taken, note.pitch)
        last = max(_step_of(end, note.release_ticks, steps, set(), note.pitch), read.start_step + 1)
        read.duration_steps = last - read.start_step
        read.offset_ticks = _within(start - read.start_step * TICKS_PER_STEP + note.offset_ticks)
        read.release_ticks = _within(end - last * TICKS_PER_STEP + note.release_ticks)
        notes[read.start_step, read.pitch] = read
    hits: dict[tuple[int, int], DrumHit] = {}
    struck: set[tuple[int, int]] = {(_nearest(hit.step * ticks, steps - 1), hit.piece) for hit in bar.hits}
    for hit in sorted(bar.hits, key=lambda hit: hit.velocity):
        stroke = DrumHit()
        stroke.CopyFrom(hit)
        start = hit.step * ticks
        stroke.step = _step_of(start, hit.offset_ticks, steps - 1, struck, hit.piece)
        stroke.offset_ticks = _within(start - stroke.step * TICKS_PER_STEP + hit.offset_ticks)
        hits[stroke.step, stroke.piece] = stroke
    read_bar = Bar(
        index=bar.index,
        meter=bar.meter,
        notes=[note for _, note in sorted(notes.items())],
        hits=[hit for _, hit in sorted(hits.items())],
    )
    if bar.HasField("bpm"):
        read_bar.bpm = bar.bpm
    return read_bar


def _step_of(tick: int, offset: int, most: int, taken: set[tuple[int, int]], key: int) -> int:
    """The sixteenth nearest to a tick of the bar, or the one beside it that brings its micro-timing within a sixteenth.

    Args:
        tick: As it is written.
        offset: Micro-timing of it.
        most: The last sixteenth that may be.
        taken: Sixteenths that are another's, by pitch or piece; takes this one.
        key: Its pitch or piece.
    """
    step = _nearest(tick, most)
    rest = tick + offset - step * TICKS_PER_STEP
    beside = step + (rest > 0) - (rest < 0)
    if abs(rest) > TICKS_PER_STEP and 0 <= beside <= most and (beside, key) not in taken:
        step = beside
    taken.add((step, key))
    return step


def _nearest(tick: int, most: int) -> int:
    """The sixteenth nearest to a tick of the bar; halves belong to the one before."""
    return min(-((TICKS_PER_STEP - 2 * tick) // (2 * TICKS_PER_STEP)), most)


def _within(ticks: int) -> int:
    return min(max(ticks, -TICKS_PER_STEP), TICKS_PER_STEP)
