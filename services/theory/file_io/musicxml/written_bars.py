"""Bars as a score writes them: micro-timing that makes swing or triplets is written out, the rest is left to players.

Swing is written straight where the score says it at its beginning. A beat whose onsets are those of a triplet is
written as one; where something swings, only if it is placed to the tick.
"""

from collections.abc import Sequence

from boumbapp.music.v2.music_pb2 import Bar, DrumHit, Swing

from music.divisions import bar_ticks, is_on_sixteenths
from music.grid import TICKS_PER_STEP
from music.meter import is_dotted
from music.swing import straighten, straightened

_QUARTER, _TRIPLET = 480, 160  # ticks
_CLOSE = 24  # ticks; as far as players are from a triplet that they mean
_TWELFTHS = 12  # steps of a quarter note where triplets and sixteenths stand beside each other
_TWELFTH = _QUARTER // _TWELFTHS


def as_written(bar: Bar, swing: Swing) -> Bar:
    """The bar as its score has it, its steps twelfths of a quarter where it has triplets; micro-timing stays.

    Args:
        bar: As it sounds; left as it is.
        swing: Swing that the score says at its beginning.
    """
    if not is_on_sixteenths(bar) or is_dotted(bar.meter):
        return bar
    triplets = _triplets(bar, swing)
    straight = _straight(bar, swing) if swing.amount else bar
    if not triplets:
        return straight
    written = Bar(index=bar.index, meter=bar.meter, divisions=_TWELFTHS)
    if bar.HasField("bpm"):
        written.bpm = bar.bpm
    length = bar_ticks(bar)
    for note, plain in zip(bar.notes, straight.notes, strict=True):
        start = _placed(_onset(note.start_step, note.offset_ticks), plain.start_step, triplets)
        end = note.start_step + note.duration_steps
        last = _placed(_onset(end, note.release_ticks), plain.start_step + plain.duration_steps, triplets)
        last = min(last if last > start else start + _TRIPLET, length)
        copy = written.notes.add()
        copy.CopyFrom(note)
        copy.start_step, copy.duration_steps = start // _TWELFTH, max((last - start) // _TWELFTH, 1)
    for hit, stroke in zip(bar.hits, straight.hits, strict=True):
        copied = written.hits.add()
        copied.CopyFrom(hit)
        copied.step = _placed(_onset(hit.step, hit.offset_ticks), stroke.step, triplets) // _TWELFTH
    return written


def _onset(step: int, ticks: int) -> int:
    return step * TICKS_PER_STEP + ticks


def _placed(tick: int, step: int, triplets: Sequence[int]) -> int:
    """Tick of the score: on a triplet in the beats that have one, else on a sixteenth.

    Args:
        tick: As it sounds.
        step: The sixteenth on which it is written otherwise.
        triplets: Beats that are written in triplets.
    """
    nearest = round(tick / _TRIPLET) * _TRIPLET
    beat = nearest // _QUARTER
    inside = beat in triplets or (nearest % _QUARTER == 0 and beat - 1 in triplets)
    return nearest if inside and abs(tick - nearest) <= _CLOSE else step * TICKS_PER_STEP


def _triplets(bar: Bar, swing: Swing) -> list[int]:
    """Beats that are written in triplets.

    Where nothing swings, those in which every onset is near one of a triplet, its second or third among them. Where
    something does, only what is placed to the tick: what swings may sound like a triplet, and is written straight in
    every part.
    """
    if swing.amount > 0:
        return sorted(_placed_to_the_tick(bar))
    found: dict[int, list[int]] = {}
    onsets = [_onset(note.start_step, note.offset_ticks) for note in bar.notes if not note.tied]
    onsets += [_onset(hit.step, hit.offset_ticks) for hit in bar.hits]
    for tick in onsets:
        nearest = round(tick / _TRIPLET)
        place = nearest if abs(tick - nearest * _TRIPLET) <= _CLOSE else None
        beat = tick // _QUARTER if place is None else place // 3
        found.setdefault(beat, []).append(-1 if place is None else place % 3)
    exact = {tick // _QUARTER for tick in onsets if tick % _QUARTER in (_TRIPLET, 2 * _TRIPLET)}
    close = {beat for beat, places in found.items() if -1 not in places and {1, 2} & set(places)}
    return sorted(close | exact)


def _placed_to_the_tick(bar: Bar) -> set[int]:
    """Beats of notes that fill the second part of a triplet or two parts, and those of pieces that play all of one."""
    beats: set[int] = set()
    for note in bar.notes:
        start = _onset(note.start_step, note.offset_ticks)
        end = _onset(note.start_step + note.duration_steps, note.release_ticks)
        inside = start % _QUARTER == _TRIPLET or end - start == 2 * _TRIPLET
        if inside and start % _TRIPLET == end % _TRIPLET == 0:
            beats |= set(range(start // _QUARTER, -(-end // _QUARTER)))
    strokes = {(hit.piece, _onset(hit.step, hit.offset_ticks)) for hit in bar.hits}
    for piece, tick in strokes:
        if tick % _QUARTER == _TRIPLET and (piece, tick + _TRIPLET) in strokes:
            beats.add(tick // _QUARTER)
    return beats


def _straight(bar: Bar, swing: Swing) -> Bar:
    """The bar before it was swung, notes and hits in their order."""
    straight = straighten(bar, swing)
    taken: set[tuple[int, int]] = set()
    plain = Bar()
    plain.CopyFrom(straight)
    del plain.hits[:]
    for hit in bar.hits:
        stroke: DrumHit = plain.hits.add()
        stroke.CopyFrom(hit)
        step = straightened(hit.step, bar.meter, swing, hit.offset_ticks)
        stroke.step = hit.step if (hit.piece, step) in taken else step
        taken.add((hit.piece, stroke.step))
    if bar.HasField("bpm"):
        plain.bpm = bar.bpm
    return plain
