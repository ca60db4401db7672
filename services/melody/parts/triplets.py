"""Triplets: notes that divide a beat, or two, in three. They lie on the grid of sixteenths by exact micro-timing."""

from collections.abc import Collection, Mapping, Sequence

from boumbapp.music.v2.intent_pb2 import NOTE_VALUE_EIGHTH_TRIPLET, NOTE_VALUE_QUARTER_TRIPLET, NoteValue
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Note, Role

from music.grid import TICKS_PER_STEP
from music.meter import is_dotted
from services.melody.plan.bar_context import BarContext

# Ticks of each value.
TRIPLETS: Mapping[NoteValue.ValueType, int] = {
    NOTE_VALUE_EIGHTH_TRIPLET: 4 * TICKS_PER_STEP // 3,
    NOTE_VALUE_QUARTER_TRIPLET: 8 * TICKS_PER_STEP // 3,
}
_PARTS = 3
_FAR = 3  # places of the pool from which tones between two others lie on the way


def in_triplets(
    notes: Sequence[Note], role: Role.ValueType, unit: int, plain: Collection[int], bar: BarContext
) -> list[Note]:
    """A line in triplets: each group begins on the tone that sounds there, and goes on to that of the next.

    Args:
        notes: By onset, as they would be played otherwise; those that begin together make a chord.
        role: The part; what is no melody keeps to the tones of its chords.
        unit: Ticks of a note.
        plain: Lengths in steps that notes may have beside triplets; groups in which the line is at rest take them.
        bar: The bar, of a metre whose beats are not dotted.

    Returns:
        Notes whose offsets and releases say the exact places, and notes without either for what is not in triplets.
    """
    if not notes:
        return []
    group = _PARTS * unit // TICKS_PER_STEP  # steps
    steps = bar.constraints.steps
    onsets = sorted({note.start_step for note in notes})
    written: list[Note] = []
    lands = bar.constraints.final or bar.form.ending.rests
    for number, start in enumerate(range(0, steps, group)):
        if start < onsets[0] and not plain:
            continue  # the line has not begun
        length = min(group, steps - start)
        busy = sum(start <= onset < start + length for onset in onsets) > 1
        ends = lands and start + group >= steps  # a phrase comes to rest on one note
        together = _sounding(notes, steps if ends else start)
        if ends or length < group or (length in plain and not busy):
            written += [Note(pitch=pitch, start_step=start, duration_steps=length) for pitch in together]
        elif len(together) > 1:
            written += [_placed(pitch, start, part, unit) for part in range(_PARTS) for pitch in together]
        else:
            following = _sounding(notes, start + group)[0] if start + group < steps else together[0]
            pool = _pool(role, start, bar)
            line = _between(pool, together[0], following, up=number % 2 == 0)
            written += [_placed(pitch, start, part, unit) for part, pitch in enumerate(line)]
    return written


def applies_to(bar: BarContext) -> bool:
    """Whether the beats of a bar can be divided in three: dotted ones are already."""
    return not is_dotted(bar.constraints.meter)


def exact_places(notes: Sequence[Note]) -> list[Note | None]:
    """Copies of the notes that are triplets, None for others; for `restore`."""
    places: list[Note | None] = []
    for note in notes:
        kept = None
        if note.offset_ticks or note.release_ticks:
            kept = Note()
            kept.CopyFrom(note)
        places.append(kept)
    return places


def restore(notes: Sequence[Note], places: Sequence[Note | None]) -> None:
    """Put triplets back to their exact places once they are performed, whatever swing and human feel did; in place.

    Args:
        notes: Performed.
        places: What `exact_places` gave before.
    """
    for note, place in zip(notes, places, strict=True):
        if place is not None:
            note.start_step, note.duration_steps = place.start_step, place.duration_steps
            note.offset_ticks, note.release_ticks = place.offset_ticks, place.release_ticks


def _placed(pitch: int, start: int, part: int, unit: int) -> Note:
    """A note of a group that begins on a step."""
    first, last = start * TICKS_PER_STEP + part * unit, start * TICKS_PER_STEP + (part + 1) * unit
    step, end = round(first / TICKS_PER_STEP), round(last / TICKS_PER_STEP)
    return Note(
        pitch=pitch,
        start_step=step,
        duration_steps=end - step,
        offset_ticks=first - step * TICKS_PER_STEP,
        release_ticks=last - end * TICKS_PER_STEP,
    )


def _sounding(notes: Sequence[Note], step: int) -> list[int]:
    """Pitches that begin last at or before a step, else the first ones; ascending."""
    onset = max((note.start_step for note in notes if note.start_step <= step), default=notes[0].start_step)
    return sorted(note.pitch for note in notes if note.start_step == onset)


def _pool(role: Role.ValueType, step: int, bar: BarContext) -> tuple[int, ...]:
    pitches = bar.constraints.pitches
    if role == ROLE_MELODY:
        return pitches
    span = bar.constraints.span_at(step)
    return tuple(pitch for pitch in pitches if span.has(pitch)) or pitches


def _between(pool: Sequence[int], first: int, following: int, *, up: bool) -> list[int]:
    """A tone and two more on the way to the next: steps, or neighbours where that one is near.

    Args:
        pool: Pitches that may sound, ascending.
        first: Of the group.
        following: Of the next group.
        up: Which neighbour comes first where the tone stays.
    """
    near = [min(range(len(pool)), key=lambda place: (abs(pool[place] - pitch), place)) for pitch in (first, following)]
    here, way = near[0], near[1] - near[0]
    side = (1 if up else -1) if way == 0 else (1 if way > 0 else -1)
    if abs(way) >= _FAR:
        places = [here + round(way * part / _PARTS) for part in range(1, _PARTS)]
    elif abs(way) == _FAR - 1:
        places = [here - side, here + side]
    elif way:
        places = [here - side, here]
    else:
        places = [here + side, here - side]
    return [first, *(pool[min(max(place, 0), len(pool) - 1)] for place in places)]
